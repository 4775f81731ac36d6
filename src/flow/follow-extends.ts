import { isZeroSha } from '../changes/ref-change.ts';
import type { Db } from '../db/connect.ts';
import { touchesPath } from '../github/touches-path.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { makeFollowingDue } from '../mirror/config-due.ts';
import type { Arrival } from './arrival.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';

/**
 * Lets repositories look again that extend another one at a ref which has moved; in the transaction that records the move. A look
 * at the default branch wakes them by itself (sync-config.ts).
 */
export async function followExtends(context: Context, trx: Db, arrivals: readonly Arrival[]): Promise<void> {
  const moves = arrivals.filter(mayBringAnother).flatMap(({ repository, kind, name, full }) => {
    const namespace = kind === 'branch' ? 'heads' : 'tags';
    return [name, full, `${namespace}/${name}`].map((ref) => ({ repositoryId: repository.id, ref }));
  });
  if (moves.length === 0) return;
  const githubIds = await makeFollowingDue(trx, moves);
  await context.queue.send(trx, 'sync', githubIds.map(repositoryLane));
}

function mayBringAnother(arrival: Arrival): boolean {
  if (arrival.kind === 'tag' || isZeroSha(arrival.after)) return true;
  return arrival.name !== arrival.repository.defaultBranch && touchesPath(arrival, configPath) !== 'no';
}
