import { hastenReconcile, requestReconcile } from '../mirror/reconcile-due.ts';
import { findRepositories } from '../mirror/repository.ts';
import type { Context } from './context.ts';

/** What GitHub's record cannot tell: a stretch of time, or one delivery. */
export interface RecoveryGap {
  /** `overdue`: no listing reached its end for too long. `unproven`: the record did not reach back. `lost`: a delivery cannot be read. */
  kind: 'overdue' | 'unproven' | 'lost';
  from: Date;
  until: Date;
  reason: string;
  /** GitHub's id of the repository that a lost delivery was about; undefined for all of them. */
  repositoryGithubId: string | undefined;
}

/** The one place that hears of every gap: it is logged, and what can be found without the deliveries is compared with GitHub at once. */
export async function onGap(context: Context, gap: RecoveryGap): Promise<void> {
  const { kind, from, until, reason, repositoryGithubId } = gap;
  context.log.error({ gap: kind, from, until, repository: repositoryGithubId }, `A gap in what GitHub delivered: ${reason}`);
  // While the record can still fill the gap, comparing would only take the authors and commits away from what comes.
  if (kind === 'overdue') return;
  if (repositoryGithubId === undefined) {
    await requestReconcile(context.db, {});
    return;
  }
  const repository = (await findRepositories(context.db, context.host, [repositoryGithubId])).get(repositoryGithubId);
  if (repository) await hastenReconcile(context.db, [repository.id], context.clock.now());
}
