import type { Db } from '../db/connect.ts';

/** A connection that looks at a branch. */
export interface Presence {
  /** The connection's id. */
  id: string;
  repositoryId: string;
  installationId: string;
  branch: string;
  /** Who looks, by the name in RepoWatch. */
  person: string;
  /** Whether its coming was a change; then its going is one as well. */
  recorded: boolean;
}

/** Writes down that somebody looks at a branch. */
export async function insertPresence(trx: Db, presence: Presence): Promise<void> {
  const { id, repositoryId, installationId, branch, person, recorded } = presence;
  await trx.raw(
    `insert into presences (id, repository_id, installation_id, branch, person, recorded, heartbeat_at) values (?, ?, ?, ?, ?, ?, clock_timestamp())`,
    [id, repositoryId, installationId, branch, person, recorded],
  );
}

/** Says of connections that they live; answers those that are still known. */
export async function beatPresences(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `update presences p set heartbeat_at = clock_timestamp() from (select id from presences where id = any(?::text[]) order by id for update) known
     where p.id = known.id returning p.id`,
    [[...ids]],
  );
  return rows.map((row) => row.id);
}

/** Lists connections that were not heard of for so long; the server that held them is gone, or stuck. */
export async function listSilentPresences(db: Db, silent: { ms: number; limit: number }): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select id from presences where heartbeat_at < clock_timestamp() - ? * interval '1 millisecond' order by heartbeat_at limit ?`,
    [silent.ms, silent.limit],
  );
  return rows.map((row) => row.id);
}

/**
 * Forgets a connection and answers what it was: to one caller only, however many try. With `silentMs`, only when it was not heard
 * of for so long.
 */
export async function takePresence(trx: Db, id: string, silentMs?: number): Promise<Presence | undefined> {
  const { rows } = await trx.raw<{ rows: Presence[] }>(
    `delete from presences where id = ? and heartbeat_at <= clock_timestamp() - ? * interval '1 millisecond'
     returning id, repository_id as "repositoryId", installation_id as "installationId", branch, person, recorded`,
    [id, silentMs ?? 0],
  );
  return rows[0];
}
