import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { openEnvelope, sealEnvelope, type Envelope } from '../vault/envelope.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { queryRows } from './read/rows.ts';

/** Whose request it is, to which address, under which key. */
export interface Place {
  requester: string;
  route: string;
  key: string;
}

/** An answer that can be given again. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** How long a request that has not been answered keeps its key, should its process have died. Seconds. */
const heldSeconds = 120;

type Sealed = Record<keyof Envelope, string>;
type Note = { digest: string; answer?: KeptAnswer };

function toText({ keyId, ...buffers }: Envelope): Sealed {
  const texts = Object.entries(buffers).map(([name, buffer]) => [name, buffer.toString('base64')]);
  return { keyId, ...Object.fromEntries(texts) } as Sealed;
}

function fromText({ keyId, ...texts }: Sealed): Envelope {
  const buffers = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text, 'base64')]);
  return { keyId, ...Object.fromEntries(buffers) } as Envelope;
}

/** Keeps the answers to requests with an idempotency key for 24 hours, encrypted together with what was asked for. */
export class AnswerBook {
  readonly #db: Db;
  readonly #keyRing: KeyRing;

  constructor({ db, keyRing }: { db: Db; keyRing: KeyRing }) {
    this.#db = db;
    this.#keyRing = keyRing;
  }

  /** `ours` when nobody used the key before. Throws `idempotency_key_reused` when it stands for another request. */
  async claim(place: Place, digest: string): Promise<'ours' | 'under_way' | KeptAnswer> {
    await this.#db.raw(`delete from idempotency_keys where created_at < now() - interval '24 hours'`);
    const won = await queryRows(
      this.#db,
      `insert into idempotency_keys (requester, route, key, held_until, sealed)
       values (:requester, :route, :key, now() + ${heldSeconds} * interval '1 second', :sealed)
       on conflict (requester, route, key) do update set held_until = excluded.held_until, sealed = excluded.sealed
         where idempotency_keys.held_until < now()
       returning key`,
      { ...place, sealed: this.#seal(place, { digest }) },
    );
    if (won.length > 0) return 'ours';
    const [row] = await queryRows<{ sealed: Sealed }>(
      this.#db,
      'select sealed from idempotency_keys where requester = :requester and route = :route and key = :key',
      { ...place },
    );
    // Released between the two statements: the next look wins it.
    if (row === undefined) return 'under_way';
    const note = this.#open(place, row.sealed);
    if (note.digest === digest) return note.answer ?? 'under_way';
    throw new RepoWatchError(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request before. Take a new one for a new request.',
      { details: [{ path: 'Idempotency-Key', message: 'stands for another request' }] },
    );
  }

  /** Keeps the answer of a request that has been done. */
  async keep(place: Place, digest: string, answer: KeptAnswer): Promise<void> {
    await this.#db.raw(
      'update idempotency_keys set held_until = null, sealed = :sealed where requester = :requester and route = :route and key = :key',
      { ...place, sealed: this.#seal(place, { digest, answer }) } as Record<string, string>,
    );
  }

  /** Gives the key free after a refusal: nothing was done, and the request may be sent again. */
  async release(place: Place): Promise<void> {
    await this.#db.raw(
      'delete from idempotency_keys where requester = :requester and route = :route and key = :key and held_until is not null',
      { ...place } as Record<string, string>,
    );
  }

  #seal(place: Place, note: Note): string {
    return JSON.stringify(toText(sealEnvelope(this.#keyRing, JSON.stringify(note), contextOf(place))));
  }

  #open(place: Place, sealed: Sealed): Note {
    const opened = openEnvelope(this.#keyRing, fromText(sealed), contextOf(place));
    if (opened.ok) return JSON.parse(opened.value) as Note;
    throw new RepoWatchError(
      'idempotency_key_reused',
      'This Idempotency-Key was used before SECRETS_KEY changed, and what it stands for cannot be read any more. Look whether it was done, or take a new one.',
    );
  }
}

function contextOf({ requester, route, key }: Place): string {
  return JSON.stringify(['idempotency', requester, route, key]);
}
