import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { rewrapEnvelope } from './envelope.ts';
import type { KeyRing, WrappedKey } from './key-ring.ts';

/** A table that keeps encrypted values, each row with a key of its own that the ring has wrapped; `id` changes with every new value. */
export interface SealedTable {
  /** Its name, which never comes from outside. */
  name: string;
  /** For people, e.g. `secrets`. */
  what: string;
  /** The columns that say where a row is at home. */
  columns: readonly string[];
  /** How a row is told apart, as SQL on `t`; its column `id` where nothing is said. */
  id?: string;
  /** The one column that holds the whole envelope as JSON with its bytes in base64; columns of their own where nothing is said. */
  envelope?: string;
  /** What was authenticated with a row's value. */
  contextOf(row: Record<string, string | null> & { id: string }): string;
}

const idOf = ({ id = 't.id::text' }: SealedTable) => id;

/** The parts of a row's envelope that a key of the ring made, as SQL to read and to write. */
function partsOf({ envelope }: SealedTable): { keyId: string; wrappedKey: string; wrapNonce: string; wrapTag: string; set: string } {
  if (envelope === undefined) {
    const set = 'key_id = :keyId, wrapped_key = :wrappedKey, wrap_nonce = :wrapNonce, wrap_tag = :wrapTag';
    return { keyId: 't.key_id', wrappedKey: 't.wrapped_key', wrapNonce: 't.wrap_nonce', wrapTag: 't.wrap_tag', set };
  }
  const bytes = (part: string) => `decode(t.${envelope} ->> '${part}', 'base64')`;
  const text = (part: string) => `'${part}', encode(cast(:${part} as bytea), 'base64')`;
  const built = `jsonb_build_object('keyId', cast(:keyId as text), ${text('wrappedKey')}, ${text('wrapNonce')}, ${text('wrapTag')})`;
  const set = `${envelope} = t.${envelope} || ${built}`;
  return {
    keyId: `t.${envelope} ->> 'keyId'`,
    wrappedKey: bytes('wrappedKey'),
    wrapNonce: bytes('wrapNonce'),
    wrapTag: bytes('wrapTag'),
    set,
  };
}

/** How far a walk through a table has come. */
export interface RewrappedBatch {
  rewrapped: number;
  /** Rows whose key the ring does not have; they stay as they are. */
  unreadable: number;
  /** The last row that was looked at; null when there are no more. */
  last: string | null;
}

/**
 * Wraps the keys of the next rows with the ring's current key, in one transaction that holds these rows only; values are not
 * touched, and whoever reads a row meanwhile reads it whole. `within` runs in the same transaction, to count what was done.
 */
export async function rewrapBatch(
  db: Db,
  ring: KeyRing,
  walk: { table: SealedTable; after: string; size: number; within?: (trx: Db, done: number) => Promise<void> },
): Promise<RewrappedBatch> {
  const { table, after, size, within } = walk;
  return await transaction(db, async (trx) => {
    const columns = table.columns.map((column) => `t.${column}::text as ${column}`).join(', ');
    const [id, parts] = [idOf(table), partsOf(table)];
    const { rows } = await trx.raw<{ rows: (Record<string, string | null> & WrappedKey & { id: string })[] }>(
      `select ${columns}, ${id} as id, ${parts.keyId} as "keyId", ${parts.wrappedKey} as "wrappedKey", ${parts.wrapNonce} as "wrapNonce",
         ${parts.wrapTag} as "wrapTag"
       from ${table.name} t where ${parts.keyId} <> :current and ${id} > :after order by ${id} limit :size for update`,
      { current: ring.currentId, after, size },
    );
    let rewrapped = 0;
    for (const row of rows) {
      const wrapped = rewrapEnvelope(ring, row, table.contextOf(row));
      if (!wrapped.ok) continue;
      rewrapped += 1;
      await trx.raw(`update ${table.name} t set ${parts.set} where ${id} = :id`, { ...wrapped.value, id: row.id } as unknown as Record<
        string,
        string
      >);
    }
    if (rewrapped > 0) await within?.(trx, rewrapped);
    return { rewrapped, unreadable: rows.length - rewrapped, last: rows.length < size ? null : rows.at(-1)!.id };
  });
}

/** How many rows of a table each key has wrapped. */
export async function countByKey(db: Db, table: SealedTable): Promise<{ keyId: string; rows: number }[]> {
  const { keyId } = partsOf(table);
  const { rows } = await db.raw<{ rows: { keyId: string; rows: number }[] }>(
    `select ${keyId} as "keyId", count(*)::int as rows from ${table.name} t where ${keyId} is not null group by 1`,
  );
  return rows;
}
