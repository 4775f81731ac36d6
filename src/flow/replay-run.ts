import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { ReplayConfig } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { findDeliveryBody } from '../inbox/waiting-deliveries.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { readChanges } from '../mirror/read-changes.ts';
import type { Repository } from '../mirror/repository.ts';
import { findRunStatus } from '../runs/cancel-run.ts';
import { copyBatch } from '../runs/control-runs.ts';
import { findReplaySource, type ReplaySource } from '../runs/find-replay-source.ts';
import { insertRuns, type NewRun } from '../runs/insert-runs.ts';
import { redriveRun } from '../runs/redrive-run.ts';
import type { Context } from './context.ts';
import { describeRun } from './match-change.ts';
import { parsePayload } from './parse-delivery.ts';
import { refuseRepository } from './refuse.ts';

/** Which run is to go again, and as part of which job. */
export interface AgainWish {
  id: string;
  config: ReplayConfig;
  jobId?: string;
}

/** The new run of a replay. */
export interface Replayed {
  id: string;
  config: ReplayConfig;
  /** The first run of the chain of replays. */
  replayOf: string;
}

/** Makes a new run of the same watch on the same change, after the configuration of then or of now. */
export async function replayRun(context: Context, wish: AgainWish): Promise<Outcome<Replayed, ErrorCode>> {
  return await transaction(context.db, (trx) => replayWithin(context, trx, wish));
}

/** Lets a dead run go on at the step that ended it. */
export async function redriveDeadRun(context: Context, id: string): Promise<Outcome<{ id: string }, ErrorCode>> {
  return await transaction(context.db, (trx) => redriveWithin(context, trx, { id }));
}

/**
 * The same in the caller's transaction. The new run keeps the idempotency keys, so that a receiver can tell that it is a repetition;
 * each attempt is signed with the time of then (handbook L1, L3).
 */
export async function replayWithin(context: Context, trx: Db, { id, config, jobId }: AgainWish): Promise<Outcome<Replayed, ErrorCode>> {
  const source = await findReplaySource(trx, id);
  if (!source) return failed('not_found', `There is no run ${id}.`);
  if (!source.ended) return failed('conflict', `Run ${id} is ${source.status}; it can be replayed once it is over.`);
  const standing = await findStanding(trx, source);
  if (!standing.ok) return standing;
  const model = config === 'then' ? ok(toThen(source)) : await describeNow(context, trx, { source, repository: standing.value });
  if (!model.ok) return model;
  const replay: NewRun = { ...model.value, replayOf: source.rootId, replayConfig: config, ...(jobId === undefined ? {} : { jobId }) };
  const [newId] = await insertRuns(trx, [replay]);
  await copyBatch(trx, { from: id, to: newId! });
  await context.queue.send(trx, 'runs', [replay.lane]);
  return ok({ id: newId!, config, replayOf: source.rootId });
}

/** Lets a dead run go on in the caller's transaction. `conflict` for one that is not dead. */
export async function redriveWithin(
  context: Context,
  trx: Db,
  { id, jobId }: Omit<AgainWish, 'config'>,
): Promise<Outcome<{ id: string }, ErrorCode>> {
  const source = await findReplaySource(trx, id);
  if (!source) return failed('not_found', `There is no run ${id}.`);
  const standing = await findStanding(trx, source);
  if (!standing.ok) return standing;
  const redriven = await redriveRun(trx, { id, jobId: jobId ?? null });
  if (!redriven) {
    const status = await findRunStatus(trx, id);
    return failed(
      'conflict',
      `Run ${id} is ${status ?? source.status}; only a dead one can be redriven. One that is over can be replayed.`,
    );
  }
  await context.queue.send(trx, 'runs', [redriven.lane]);
  return ok({ id });
}

/** A repository for which nothing is done gets no effects by repetition either. */
async function findStanding(
  trx: Db,
  { repositoryId, installationId }: Pick<ReplaySource, 'repositoryId' | 'installationId'>,
): Promise<Outcome<Repository, ErrorCode>> {
  const repository = await findRepositoryById(trx, repositoryId);
  if (!repository) return failed('conflict', 'The repository of this run is not known any more.');
  // What happened stays with the former owner, who must not start anything for the new one (threat model T5).
  if (repository.installationId !== installationId)
    return failed(
      'conflict',
      'The repository of this run belongs to another installation now: what ran for the former one is not repeated.',
    );
  const refusal = refuseRepository(repository);
  return refusal ? failed('conflict', `Nothing runs for ${repository.fullName} now: ${refusal.reason}.`) : ok(repository);
}

function toThen({ rootId: _root, status: _status, ended: _ended, ...model }: ReplaySource): NewRun {
  return { ...model, replayOf: null };
}

/** The run as the watch in force would make it. Its filters are not asked again: a person decided that it runs. */
async function describeNow(
  context: Context,
  trx: Db,
  { source, repository }: { source: ReplaySource; repository: Repository },
): Promise<Outcome<NewRun, ErrorCode>> {
  await context.configs.prepare([repository]);
  const config = context.configs.inForce(repository);
  const watch = config?.compiled.watches.find((entry) => entry.id === source.watchKey);
  const watchId = config?.watchIds.get(source.watchKey);
  const instead = 'Replay it with the configuration of then: {"config": "then"}.';
  if (!config || !watch || watchId === undefined)
    return failed('watch_gone', `${repository.fullName} has no watch \`${source.watchKey}\` in force any more. ${instead}`);
  if (watch.mode === 'off') return failed('conflict', `The watch \`${source.watchKey}\` is switched off now. ${instead}`);
  const stored = (await readChanges(trx, [source.changeId])).get(source.changeId);
  if (!stored) return failed('conflict', 'The change of this run is not held any more.');
  const body = stored.deliveryId === null ? undefined : await findDeliveryBody(trx, stored.deliveryId);
  const event = body === undefined ? {} : parsePayload(body);
  const subject = { change: stored.change, event: () => event, githubUrl: context.githubUrl, isSelf: false };
  return ok(describeRun({ watch, watchId, baseConfigId: config.baseConfigId, subject, repository }));
}
