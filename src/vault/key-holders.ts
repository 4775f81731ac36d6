import type { Db } from '../db/connect.ts';

/** Who has not been heard of for so long is over. Seconds. */
const goneSeconds = 60;

const isAlive = `h.seen_at > now() - interval '${goneSeconds} seconds'`;

/** Writes down that a process lives, and the ids of the keys it has, the current one first. */
export async function noteKeyHolder(db: Db, { processId, keyIds }: { processId: string; keyIds: readonly string[] }): Promise<void> {
  await db.raw(
    `insert into key_holders as h (process_id, key_ids) values (?, ?) on conflict (process_id) do update set key_ids = excluded.key_ids, seen_at = now()`,
    [processId, [...keyIds]],
  );
}

/** Forgets a process that ends, and those that ended without a word. */
export async function deleteKeyHolder(db: Db, processId: string): Promise<void> {
  await db.raw(`delete from key_holders where process_id = ? or seen_at < now() - interval '1 hour'`, [processId]);
}

/** How many living processes lack a key: what it wraps would be closed to them. */
export async function countHoldersWithout(db: Db, keyId: string): Promise<number> {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(
    `select count(*)::int as n from key_holders h where ${isAlive} and not (? = any(h.key_ids))`,
    [keyId],
  );
  return rows[0]!.n;
}

/** How many living processes wrap with each key. */
export async function countHoldersByCurrentKey(db: Db): Promise<Map<string, number>> {
  const { rows } = await db.raw<{ rows: { keyId: string; n: number }[] }>(
    `select h.key_ids[1] as "keyId", count(*)::int as n from key_holders h where ${isAlive} group by 1`,
  );
  return new Map(rows.map(({ keyId, n }) => [keyId, n]));
}
