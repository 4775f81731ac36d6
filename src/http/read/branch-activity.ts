import type { Db } from '../../db/connect.ts';
import type { ChangeSummary } from '../schemas/change.ts';
import type { RunSummary } from '../schemas/run.ts';
import { changeItem, changeListSql, type ChangeRow } from './changes.ts';
import { queryRows } from './rows.ts';
import { runItem, runListSql, type RunRow } from './runs.ts';

/** A branch of a repository, by the id of its row. */
export interface WatchedBranch {
  repositoryId: string;
  branch: string;
}

/** Where rows begin that are looked at again: what has a lower id can still come, from a transaction that took it earlier. */
export interface ActivityFloor {
  change: string;
  run: string;
}

/** How many rows one look takes. */
const atOnce = 1_000;

const isWatched = `exists (select 1 from json_to_recordset(cast(:branches as json)) as item ("repositoryId" bigint, branch text)
  where item."repositoryId" = c.repository_id and item.branch = c.ref_name)`;

/** The ids that changes and runs have reached, less `margin`. */
export async function readActivityFloor(db: Db, margin: number): Promise<ActivityFloor> {
  const [row] = await queryRows<{ change: string; run: string }>(
    db,
    `select greatest(coalesce((select max(id) from changes), 0) - :margin, 0)::text as change,
       greatest(coalesce((select max(id) from runs), 0) - :margin, 0)::text as run`,
    { margin },
  );
  return row!;
}

/** The changes of these branches above the floor, oldest first. */
export async function listActivityChanges(
  db: Db,
  branches: readonly WatchedBranch[],
  floor: ActivityFloor,
): Promise<(ChangeSummary & { branch: string })[]> {
  const rows = await queryRows<ChangeRow & { ref_name: string }>(
    db,
    `${changeListSql.replace('select ', 'select c.ref_name, ')} where c.id > :floor and ${isWatched} order by c.id limit ${atOnce}`,
    { floor: floor.change, branches: JSON.stringify(branches) },
  );
  return rows.map((row) => Object.assign(changeItem(row), { branch: row.ref_name }));
}

/** The runs of these branches above the floor, and those that were open when they were looked at last. */
export async function listActivityRuns(
  db: Db,
  branches: readonly WatchedBranch[],
  since: { floor: ActivityFloor; open: readonly string[] },
): Promise<RunSummary[]> {
  const rows = await queryRows<RunRow>(
    db,
    `${runListSql} where (n.id > :floor or n.id = any(cast(:open as bigint[]))) and ${isWatched} order by n.id limit ${atOnce}`,
    { floor: since.floor.run, open: since.open, branches: JSON.stringify(branches) },
  );
  return rows.map(runItem);
}

/** The runs of a branch that are not over, the newest of them; their ids. */
export async function listOpenRuns(db: Db, { repositoryId, branch }: WatchedBranch): Promise<string[]> {
  const rows = await queryRows<{ id: string }>(
    db,
    `select n.id from runs n join changes c on c.id = n.change_id
     where n.repository_id = :repositoryId and n.status in ('queued', 'running', 'waiting') and c.ref_name = :branch order by n.id desc limit 200`,
    { repositoryId, branch },
  );
  return rows.map((row) => row.id);
}
