import type { Db } from './connect.ts';

/** The name of each statement, by its text. */
const names = new Map<string, string>();

/**
 * Runs a statement of the hot path, with `?` for each binding, as `db.raw` does, but Postgres parses and plans it once per
 * connection: for the longest ones that costs several times what running them does. Only for constant texts, because
 * every text stays prepared while its connection lives.
 */
export function prepared<Result>(db: Db, sql: string, bindings: readonly unknown[]): Promise<Result> {
  let name = names.get(sql);
  if (name === undefined) {
    name = `repowatch_${names.size + 1}`;
    names.set(sql, name);
  }
  const query = db.raw<Result>(sql, bindings as never).options({ name });
  // A builder runs once for each time it is awaited: from here on it is a plain promise.
  return Promise.resolve(query) as Promise<Result>;
}
