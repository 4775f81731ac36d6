import type { RunStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { WatchItem } from '../schemas/repository.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface LastRunRow {
  watch_key: string;
  id: string;
  status: RunStatus;
  created_at: Date;
  finished_at: Date | null;
}

/** How far back is looked in a repository where very much runs; a watch that did not run since then shows no last run. */
const newestRuns = 20_000;

/** The newest run of each watch of a repository, by the key of the watch. */
export async function listLastRuns(db: Db, repositoryId: string): Promise<Map<string, NonNullable<WatchItem['last_run']>>> {
  const rows = await queryRows<LastRunRow>(
    db,
    `select n.watch_key, n.id, n.status, n.created_at, n.finished_at from (
       select max(x.id) as id from (select n.id, n.watch_key from runs n where n.repository_id = :repositoryId order by n.id desc limit ${newestRuns}) x group by x.watch_key
     ) newest join runs n on n.id = newest.id`,
    { repositoryId },
  );
  return new Map(
    rows.map(({ watch_key: key, id, status, created_at: at, finished_at: end }) => [
      key,
      { id, status, created_at: isoTime(at), finished_at: isoTimeOrNull(end) },
    ]),
  );
}
