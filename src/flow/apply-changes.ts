import type { RefChange } from '../changes/change.ts';
import { isZeroSha, refChangeType, type RefChangeData } from '../changes/ref-change.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Db } from '../db/connect.ts';
import { insertChanges, takeChangeIds, type NewChange } from '../mirror/changes.ts';
import { judgeMove, normalSha, type Judgement } from '../mirror/judge-move.ts';
import { lockRefs, refText, updateRefs, type LockedRef, type RefKey } from '../mirror/refs.ts';
import { hastenReconcile } from '../mirror/reconcile-due.ts';
import type { NewRun } from '../runs/insert-runs.ts';
import type { Arrival } from './arrival.ts';
import type { Context } from './context.ts';
import { describeRepository } from './describe-repository.ts';
import { followExtends } from './follow-extends.ts';
import { matchChange } from './match-change.ts';
import { requestValidationOfMoves } from './request-validation.ts';
import { startRuns } from './start-runs.ts';

/** What became of an arrival. `confirm`: nothing was done, GitHub has to be asked. `deferred`: an earlier one of its repository has to be confirmed first. */
export type Applied =
  | { result: 'change'; changeId: string; runs: number }
  | { result: 'ignored'; code: ErrorCode; reason: string }
  | { result: 'confirm' | 'deferred' };

/** How long a push that got lost may still arrive by itself. Milliseconds. */
const gapGraceMs = 60_000;

interface News {
  arrival: Arrival;
  ref: LockedRef;
  position: number;
  index: number;
}

/**
 * The heart: in the caller's transaction the mirror says what is news, changes are inserted, watches are matched, and runs
 * with their tickets are made. Webhook, recovery and reconcile all end here, so they cannot disagree and nothing fires twice.
 */
export async function applyChanges(context: Context, trx: Db, arrivals: Arrival[]): Promise<Applied[]> {
  const results: Applied[] = Array.from({ length: arrivals.length });
  if (arrivals.length === 0) return results;
  const keys = arrivals.map(keyOf);
  const refs = await lockRefs(
    trx,
    keys,
    arrivals.map((arrival, index) => ({ key: keys[index]!, before: arrival.before, after: arrival.after })),
  );
  const { news, touched, gapsChanged } = judgeAll(arrivals, refs, results);
  await updateRefs(trx, [...touched], gapsChanged);
  await hastenGaps(
    context,
    trx,
    [...touched].filter((ref) => ref.history.gaps.length > 0 && gapsChanged.has(ref.id)),
  );
  await followExtends(
    context,
    trx,
    news.map(({ arrival }) => arrival),
  );
  const ids = await takeChangeIds(trx, news.length);
  const decided = news.map((item, index) => decide(context, item, ids[index]!));
  const inserted = await insertChanges(
    trx,
    decided.map((entry) => entry.change),
  );
  const fresh = decided.filter((entry) => inserted.has(entry.change.id));
  const runs = fresh.flatMap((entry) => entry.runs);
  await startRuns(context, trx, runs);
  await requestValidationOfMoves(
    context,
    trx,
    news.flatMap(({ arrival }, index) => (inserted.has(decided[index]!.change.id) ? [arrival] : [])),
  );
  decided.forEach((entry, index) => {
    results[news[index]!.index] = inserted.has(entry.change.id)
      ? { result: 'change', changeId: entry.change.id, runs: entry.runs.length }
      : { result: 'ignored', code: 'already_known', reason: 'this change was recorded meanwhile' };
  });
  return results;
}

/** What a gap stands for may just be late; when it is not there in a minute, GitHub's record is asked for it. */
async function hastenGaps(context: Context, trx: Db, refs: LockedRef[]): Promise<void> {
  const repositoryIds = [...new Set(refs.filter(({ kind }) => kind === 'branch').map((ref) => ref.repositoryId))];
  if (repositoryIds.length > 0) await hastenReconcile(trx, repositoryIds, new Date(context.clock.now().getTime() + gapGraceMs));
}

function keyOf(arrival: Arrival): RefKey {
  const { repository, kind, name } = arrival;
  return { repositoryId: repository.id, installationId: repository.installationId, kind, name };
}

function judgeAll(
  arrivals: Arrival[],
  refs: Map<string, LockedRef>,
  results: Applied[],
): { news: News[]; touched: Set<LockedRef>; gapsChanged: Set<string> } {
  const news: News[] = [];
  const touched = new Set<LockedRef>();
  const gapsChanged = new Set<string>();
  const held = new Set<string>();
  arrivals.forEach((arrival, index) => {
    if (held.has(arrival.repository.id)) {
      results[index] = { result: 'deferred' };
      return;
    }
    const ref = refs.get(refText(keyOf(arrival)))!;
    const judgement = judgeArrival(ref, arrival);
    if (judgement.result === 'news') {
      if (JSON.stringify(judgement.history.gaps) !== JSON.stringify(ref.history.gaps)) gapsChanged.add(ref.id);
      ref.history = judgement.history;
      touched.add(ref);
      news.push({ arrival, ref, position: judgement.position, index });
    } else if (judgement.result === 'followed') {
      ref.history = judgement.history;
      touched.add(ref);
      results[index] = { result: 'ignored', code: 'already_known', reason: judgement.reason };
    } else {
      if (judgement.result === 'confirm') held.add(arrival.repository.id);
      results[index] = judgement;
    }
  });
  return { news, touched, gapsChanged };
}

function judgeArrival(ref: LockedRef, arrival: Arrival): Judgement {
  return judgeMove(ref.history, {
    before: normalSha(arrival.before),
    after: normalSha(arrival.after),
    at: arrival.at,
    observed: arrival.observed,
    ...(arrival.confirmed === undefined ? {} : { confirmed: normalSha(arrival.confirmed) }),
    ...(arrival.repeated === undefined ? {} : { repeated: arrival.repeated }),
    ...(arrival.rebuilt === undefined ? {} : { rebuilt: arrival.rebuilt }),
  });
}

function decide(context: Context, item: News, id: string): { change: NewChange; runs: NewRun[] } {
  const { arrival, ref, position } = item;
  const { repository } = arrival;
  const change = toChange(arrival, id);
  const matched = matchChange(context, { repository, change, event: arrival.event, superseded: arrival.superseded === true });
  return {
    change: {
      id,
      repositoryId: repository.id,
      installationId: repository.installationId,
      refId: ref.id,
      refName: arrival.name,
      deliveryId: arrival.deliveryId,
      type: change.type,
      origin: arrival.origin,
      before: change.data.before,
      after: change.data.after,
      position,
      observed: arrival.observed,
      meaning: null,
      actor: arrival.actor,
      data: change.data,
      considered: matched.considered,
      happenedAt: arrival.at,
    },
    runs: matched.runs,
  };
}

/** The change that an arrival makes once it is judged to be news. */
export function toChange(arrival: Arrival, id: string): RefChange {
  const before = normalSha(arrival.before);
  const after = normalSha(arrival.after);
  const data: RefChangeData = {
    ref: { kind: arrival.kind, name: arrival.name, full: arrival.full },
    before,
    after,
    forced: arrival.forced,
    head_commit: isZeroSha(after) ? null : arrival.headCommit,
    commits: arrival.commits,
    commit_count: arrival.commitCount,
    truncated: arrival.truncated,
    commits_unknown: arrival.commitsUnknown ?? arrival.observed,
    compare_url: arrival.compareUrl,
    ...(arrival.files === undefined ? {} : { files: arrival.files }),
    ...(arrival.activityType === undefined ? {} : { activity_type: arrival.activityType }),
  };
  return {
    id,
    type: refChangeType(arrival.kind, before, after),
    origin: arrival.origin,
    repository: describeRepository(arrival.repository),
    installation: { id: arrival.repository.installationGithubId },
    actor: arrival.actor,
    happened_at: arrival.at.toISOString(),
    data,
  };
}
