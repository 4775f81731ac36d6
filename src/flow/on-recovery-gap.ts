import { hastenReconcile, requestReconcile } from '../mirror/reconcile-due.ts';
import { findRepositories } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { tellGap, type RecoveryGap } from './tell-gap.ts';

/** The one place that hears of every gap: it is logged, told to the watches, and what can be found without the deliveries is compared with GitHub at once. */
export async function onGap(context: Context, gap: RecoveryGap): Promise<void> {
  const { kind, from, until, reason, repositoryGithubId } = gap;
  context.log.error({ gap: kind, from, until, repository: repositoryGithubId }, `A gap in what GitHub delivered: ${reason}`);
  await tellGap(context, gap);
  // While the record can still fill the gap, comparing would only take the authors and commits away from what comes.
  if (kind === 'overdue') return;
  if (repositoryGithubId === undefined) {
    await requestReconcile(context.db, {});
    return;
  }
  const repository = (await findRepositories(context.db, context.host, [repositoryGithubId])).get(repositoryGithubId);
  if (repository) await hastenReconcile(context.db, [repository.id], context.clock.now());
}
