import type { AttemptStatus, ReplayConfig, RunStatus, StepStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import { blockedBySql, isBlockedSql, type BlockReason } from './blocked-by.ts';
import { idsOfTime } from './id-at-time.ts';
import { PageQuery } from './page-query.ts';
import type { RunQuery, RunSummary } from '../schemas/run.ts';
import { listRepositoryIds } from './repositories.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleIn, visibleTo } from './visible-to.ts';

/** A run joined to its watch, its change and its repository. */
export interface RunRow {
  id: string;
  change_id: string;
  repository_id: string;
  installation_id: string;
  watch_key: string;
  watch_name: string;
  lane: string;
  seq: string;
  status: RunStatus;
  code: string | null;
  message: string | null;
  due_at: Date;
  dry_run: boolean;
  blocks: boolean;
  blocker_id: string | null;
  blocker_status: RunStatus | null;
  blocker_reason: BlockReason | null;
  superseded_by: string | null;
  replay_of: string | null;
  replay_config: ReplayConfig | null;
  redrives: number;
  redriven_at: Date | null;
  job_id: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  full_name: string;
  change_type: string;
  ref_name: string | null;
}

/** A step as it stands in its table. */
export interface StepRow {
  run_id: string;
  position: number;
  key: string | null;
  name: string | null;
  kind: string;
  status: StepStatus;
  outputs: Record<string, unknown>;
  code: string | null;
  message: string | null;
  idempotency_key: string;
  started_at: Date;
  finished_at: Date | null;
}

/** An attempt without the texts that were sent and received. */
export interface AttemptRow {
  run_id: string;
  position: number;
  number: number;
  status: AttemptStatus;
  code: string | null;
  message: string | null;
  retry_at: Date | null;
  started_at: Date;
  finished_at: Date | null;
}

/** What every reader of runs selects. */
export const runListSql = `select n.id, n.change_id, n.repository_id, n.installation_id, n.watch_key, w.name as watch_name, n.lane, n.seq, n.status, n.code,
    n.message, n.due_at, n.dry_run, n.blocks, n.superseded_by, n.replay_of, n.replay_config, n.redrives, n.redriven_at,
    n.job_id, n.created_at, n.started_at, n.finished_at, r.full_name, c.type as change_type, c.ref_name, b.blocker_id, b.blocker_status, b.blocker_reason
  from runs n join watches w on w.id = n.watch_id join changes c on c.id = n.change_id join repositories r on r.id = n.repository_id
  left join lateral (${blockedBySql}) b on true`;

/** The run as lists show it. */
export function runItem(row: RunRow): RunSummary {
  return {
    id: row.id,
    watch: { key: row.watch_key, name: row.watch_name },
    repository: { id: row.repository_id, full_name: row.full_name },
    installation_id: row.installation_id,
    change: { id: row.change_id, type: row.change_type, ref_name: row.ref_name },
    status: row.status,
    code: row.code,
    message: row.message,
    lane: row.lane,
    seq: row.seq,
    due_at: isoTime(row.due_at),
    dry_run: row.dry_run,
    blocked_by:
      row.blocker_id === null || row.blocker_status === null || row.blocker_reason === null
        ? null
        : { run: row.blocker_id, status: row.blocker_status, reason: row.blocker_reason },
    blocks: row.blocks,
    superseded_by: row.superseded_by,
    replay_of: row.replay_of,
    replay_config: row.replay_config,
    redrives: row.redrives,
    redriven_at: isoTimeOrNull(row.redriven_at),
    job_id: row.job_id,
    created_at: isoTime(row.created_at),
    started_at: isoTimeOrNull(row.started_at),
    finished_at: isoTimeOrNull(row.finished_at),
  };
}

/** A page of runs, newest first. */
export async function listRuns(db: Db, query: RunQuery, requester: Requester): Promise<Page<RunSummary>> {
  const list = new PageQuery<RunRow>('n.id', query);
  const columns = { installation: 'n.installation_id', repository: 'n.repository_id' };
  if (query.repository === undefined) list.add(visibleTo(requester, columns));
  else list.add(visibleIn(requester, columns, await listRepositoryIds(db, query.repository)));
  list.whereEqual('n.watch_key', query.watch);
  list.whereAny('n.status', query.status);
  list.whereEqual('n.change_id', query.change);
  list.whereEqual('n.installation_id', query.installation);
  list.whereEqual('c.type', query.type);
  list.whereEqual('c.ref_name', query.ref);
  list.whereEqual('n.code', query.code);
  list.whereEqual('n.lane', query.lane);
  list.whereEqual('n.replay_of', query.replay_of);
  list.whereEqual('n.job_id', query.job);
  list.add(await idsOfTime(db, { table: 'runs', id: 'n.id' }, query));
  list.whereTime('n.created_at', query);
  if (query.blocked !== undefined) list.where(query.blocked === 'true' ? isBlockedSql : `not ${isBlockedSql}`, {});
  // What is counted needs no blocker, and most filters no change.
  const ofChange = query.type === undefined && query.ref === undefined ? '' : 'join changes c on c.id = n.change_id';
  return await list.read(db, runListSql, { item: runItem, counted: `select n.id from runs n ${ofChange}` });
}

/** The runs of these changes, oldest first, replays after what they repeat, and which of them has gathered which change. */
export async function readRunsOfChanges(
  db: Db,
  changeIds: readonly string[],
): Promise<{ rows: RunRow[]; isOf: (run: string, change: string) => boolean }> {
  if (changeIds.length === 0) return { rows: [], isOf: () => false };
  const gathered = await queryRows<{ run_id: string; change_id: string }>(
    db,
    'select g.run_id, g.change_id from run_changes g where g.change_id = any(:changeIds)',
    { changeIds },
  );
  const rows = await queryRows<RunRow>(
    db,
    `${runListSql} where n.change_id = any(:changeIds) or n.id = any(:runIds) order by n.id limit 500`,
    { changeIds, runIds: gathered.map((row) => row.run_id) },
  );
  const pairs = new Set(gathered.map((row) => `${row.run_id} ${row.change_id}`));
  const own = new Map(rows.map((row) => [row.id, row.change_id]));
  return { rows, isOf: (run, change) => own.get(run) === change || pairs.has(`${run} ${change}`) };
}

/** The runs of these changes as lists show them. */
export async function listRunsOfChanges(db: Db, changeIds: readonly string[]): Promise<RunSummary[]> {
  return (await readRunsOfChanges(db, changeIds)).rows.map(runItem);
}
