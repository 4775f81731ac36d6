import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { ReplayConfig } from '../core/statuses.ts';
import { transaction } from '../db/transaction.ts';
import type { LaneService, Turn } from '../queue/lane-dispatcher.ts';
import {
  endBulkRun,
  findBulkRuns,
  findOpenBulk,
  insertBulk,
  listOpenBulks,
  lockNextBulkRun,
  type BulkKind,
  type RunFilter,
} from '../runs/bulk-jobs.ts';
import { issueLanePrefix, serveIssueJob, wakeIssueJobs } from './bulk-issues.ts';
import { keyLanePrefix, serveKeyJob, wakeKeyJobs } from './key-jobs.ts';
import type { Context } from './context.ts';
import { redriveWithin, replayWithin } from './replay-run.ts';

/** Many runs that are to go again. */
export interface BulkWish {
  kind: BulkKind;
  filter: RunFilter;
  config: ReplayConfig;
  limit: number;
  /** Only counts. */
  dryRun: boolean;
  /** The one installation that the filter keeps to; undefined for several. */
  installationId: string | undefined;
  /** What it is about, for people. */
  target: string;
  requestedBy: string;
}

/** What a filter found and what is done about it. */
export interface BulkAnswer {
  /** Null when only counted, or when there is nothing to do. */
  jobId: string | null;
  matched: number;
  /** How many of them another job took not long ago; they are left out. */
  cooling: number;
  /** The runs that are taken, the oldest first. */
  runs: string[];
}

/** The most runs that one job takes. */
const bulkLimit = 1_000;

const lanePrefix = 'job:';

/** Replays or redrives the runs that a filter finds, as a job. One at a time for an installation: `bulk_busy` while another is not over. */
export async function requestBulk(context: Context, wish: BulkWish): Promise<Outcome<BulkAnswer, ErrorCode>> {
  const { kind, filter, limit, installationId, target, requestedBy } = wish;
  const search = { kind, filter, limit: Math.min(limit, bulkLimit), cooldownMs: context.bulkCooldownMs };
  return await transaction(context.db, async (trx) => {
    const open = wish.dryRun ? undefined : await findOpenBulk(trx, installationId);
    if (open !== undefined)
      return failed('bulk_busy', `Job ${open} is not over. Wait for its end, or take it back with POST /api/jobs/${open}/cancel.`);
    const { matched, cooling, runs } = await findBulkRuns(trx, search);
    const ids = runs.map(({ id }) => id);
    if (wish.dryRun || ids.length === 0) return ok({ jobId: null, matched, cooling, runs: ids });
    const config = kind === 'replay' ? wish.config : null;
    const jobId = await insertBulk(trx, { kind, target, installationId, requestedBy, config, runs });
    await context.queue.send(trx, 'bulk', [lanePrefix + jobId]);
    return ok({ jobId, matched, cooling, runs: ids });
  });
}

/** Serves the jobs over runs: each in order, one run and its end in one transaction, so that a restart repeats none. */
export function createBulkService(context: Context): LaneService {
  return {
    prefix: 'bulk',
    groupSize: 4,
    maxLanes: 4,
    serveAlone: (lane, turn) => {
      if (lane.startsWith(issueLanePrefix)) return serveIssueJob(context, lane, turn);
      if (lane.startsWith(keyLanePrefix)) return serveKeyJob(context, lane, turn);
      return serveJob(context, lane.slice(lanePrefix.length), turn);
    },
  };
}

async function serveJob(context: Context, jobId: string, turn: Turn): Promise<void> {
  while (!turn.closing.aborted) {
    const went = await transaction(context.db, async (trx) => {
      const next = await lockNextBulkRun(trx, jobId);
      if (!next) return false;
      const { runId, kind, config } = next;
      const wish = { id: runId, jobId };
      const outcome =
        kind === 'redrive'
          ? await redriveWithin(context, trx, wish)
          : await replayWithin(context, trx, { ...wish, config: config ?? 'then' });
      await endBulkRun(trx, { jobId, runId, ...(outcome.ok ? {} : { error: { code: outcome.code, message: outcome.message } }) });
      return true;
    });
    if (!went) return;
  }
}

/** Sends tickets for jobs that are not over: after a crash, or when a ticket was lost. */
export async function wakeBulks(context: Context): Promise<void> {
  await wakeIssueJobs(context);
  await wakeKeyJobs(context);
  const ids = await listOpenBulks(context.db);
  await context.queue.send(
    context.db,
    'bulk',
    ids.map((id) => lanePrefix + id),
  );
}
