import type { Db } from '../db/connect.ts';

/** What one batch came to: how many changes it looked at and how many it pruned. */
export interface Pruned {
  looked: number;
  pruned: number;
}

const name = 'considered';

/**
 * Forgets what the watches said about the oldest changes of before a moment, at most `limit` of them, and marks that. The changes and their
 * runs stay. Changes that still wait for a configuration keep what they wait for. Call it in a transaction: the row that
 * remembers how far it came lets one process at a time go on.
 */
export async function pruneConsidered(trx: Db, before: Date, limit: number): Promise<Pruned> {
  await trx.raw('insert into prunings (name, through_id) values (?, 0) on conflict do nothing', [name]);
  const { rows: marks } = await trx.raw<{ rows: { through_id: string }[] }>(
    'select through_id from prunings where name = ? for update skip locked',
    [name],
  );
  const [mark] = marks;
  if (!mark) return { looked: 0, pruned: 0 };
  // By id and not by time: they grow together, and the id has an index. The first one that is young enough ends it.
  const { rows } = await trx.raw<{ rows: { id: string; old: boolean }[] }>(
    'select c.id, c.created_at < ? as old from changes c where c.id > ? order by c.id limit ?',
    [before, mark.through_id, limit],
  );
  const young = rows.findIndex(({ old }) => !old);
  const ids = (young === -1 ? rows : rows.slice(0, young)).map(({ id }) => id);
  if (ids.length === 0) return { looked: 0, pruned: 0 };
  const { rows: pruned } = await trx.raw<{ rows: unknown[] }>(
    `update changes c set considered = '[]', considered_pruned_at = now()
     where c.id = any(?::bigint[]) and c.considered <> '[]' and not c.considered @> '[{"clause": "config"}]' returning 1 as one`,
    [ids],
  );
  await trx.raw('update prunings set through_id = ?, updated_at = now() where name = ?', [ids.at(-1)!, name]);
  return { looked: ids.length, pruned: pruned.length };
}
