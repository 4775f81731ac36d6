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
  /** What was authenticated with a row's value. */
  contextOf(row: Record<string, string | null> & { id: string }): string;
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
    const { rows } = await trx.raw<{ rows: (Record<string, string | null> & WrappedKey & { id: string })[] }>(
      `select t.id::text as id, t.key_id as "keyId", t.wrapped_key as "wrappedKey", t.wrap_nonce as "wrapNonce", t.wrap_tag as "wrapTag", ${columns}
       from ${table.name} t where t.key_id <> :current and t.id::text > :after order by t.id::text limit :size for update`,
      { current: ring.currentId, after, size },
    );
    let rewrapped = 0;
    for (const row of rows) {
      const wrapped = rewrapEnvelope(ring, row, table.contextOf(row));
      if (!wrapped.ok) continue;
      rewrapped += 1;
      await trx.raw(
        `update ${table.name} set key_id = :keyId, wrapped_key = :wrappedKey, wrap_nonce = :wrapNonce, wrap_tag = :wrapTag where id = :id`,
        { ...wrapped.value, id: row.id } as unknown as Record<string, string>,
      );
    }
    if (rewrapped > 0) await within?.(trx, rewrapped);
    return { rewrapped, unreadable: rows.length - rewrapped, last: rows.length < size ? null : rows.at(-1)!.id };
  });
}

/** How many rows of a table each key has wrapped. */
export async function countByKey(db: Db, table: SealedTable): Promise<{ keyId: string; rows: number }[]> {
  const { rows } = await db.raw<{ rows: { keyId: string; rows: number }[] }>(
    `select t.key_id as "keyId", count(*)::int as rows from ${table.name} t where t.key_id is not null group by t.key_id`,
  );
  return rows;
}
