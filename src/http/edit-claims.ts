import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createId } from '../core/ids.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { queryRows } from './read/rows.ts';

/** Somebody who edits what is at an address; everybody else who wants to waits until `release`. */
export interface EditClaim {
  release(): Promise<void>;
}

/** How long a claim of a process that died holds others up, and how long somebody waits for one at most. Milliseconds. */
const heldMs = 60_000;
const patienceMs = 30_000;

/**
 * Lets one request at a time edit what is at an address, over all processes: what its conditions were judged by is then what it changes.
 * A row with an end and no open transaction, because the work between may need every connection of the pool.
 */
export class EditClaims {
  readonly #db: Db;
  /** The last in line for each address in this process: those ahead of the database's row come in their order. */
  readonly #lines = new Map<string, Promise<void>>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Waits for its turn. Throws `edit_busy` when that takes too long. */
  async claim(path: string): Promise<EditClaim> {
    const address = createHash('sha256').update(path.toLowerCase()).digest('base64url');
    const before = this.#lines.get(address);
    const turn = Promise.withResolvers<void>();
    const mine = (before ?? Promise.resolve()).then(() => turn.promise);
    this.#lines.set(address, mine);
    const leave = () => {
      turn.resolve();
      if (this.#lines.get(address) === mine) this.#lines.delete(address);
    };
    try {
      await before;
      const holder = await this.#take(address);
      return {
        release: async () => {
          // One that cannot be given back ends by itself; the answer leaves all the same.
          await this.#db.raw('delete from edit_claims where address = ? and holder = ?', [address, holder]).catch(() => undefined);
          leave();
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #take(address: string): Promise<string> {
    const holder = createId();
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const taken = await queryRows(
        this.#db,
        `insert into edit_claims (address, holder, held_until) values (:address, :holder, now() + :heldMs * interval '1 millisecond')
         on conflict (address) do update set holder = excluded.holder, held_until = excluded.held_until where edit_claims.held_until < now()
         returning address`,
        { address, holder, heldMs },
      );
      if (taken.length > 0) return holder;
      if (Date.now() >= deadline)
        throw new RepoWatchError('edit_busy', 'Somebody else has been editing this for a while. Send the request again.');
      await pause(25);
    }
  }
}
