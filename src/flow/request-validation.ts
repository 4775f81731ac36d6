import type { PullRequestChangeData } from '../changes/pull-request-change.ts';
import { isZeroSha } from '../changes/ref-change.ts';
import type { Db } from '../db/connect.ts';
import { touchesPath } from '../github/touches-path.ts';
import { installationLane } from '../inbox/lane.ts';
import { requestValidations, type ValidationWish } from '../mirror/config-validations.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Arrival } from './arrival.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';

/** Asks for a look at the configuration that a move of a branch brings, where it brings one; in the transaction that records the move. */
export async function requestValidationOfMoves(context: Context, trx: Db, arrivals: readonly Arrival[]): Promise<void> {
  const wishes = arrivals.flatMap((arrival): ValidationWish[] => {
    const touches = judgeMove(arrival);
    if (touches === 'no') return [];
    const { repository } = arrival;
    return [
      {
        repositoryId: repository.id,
        installationId: repository.installationId,
        headSha: arrival.after,
        refName: arrival.name,
        onDefaultBranch: arrival.name === repository.defaultBranch,
        pullNumber: null,
        baseSha: isZeroSha(arrival.before) ? null : arrival.before,
        fromFork: false,
        touches,
        pushedAt: arrival.at,
      },
    ];
  });
  await request(context, trx, { wishes, repositories: arrivals.map(({ repository }) => repository) });
}

/**
 * Whether a move brings another version of the file. What a new branch points at was pushed before, or is named by its
 * commits; of a forced push and of lists cut short only the file itself tells.
 */
function judgeMove(arrival: Arrival): 'yes' | 'no' | 'unknown' {
  if (arrival.kind !== 'branch' || isZeroSha(arrival.after)) return 'no';
  const { files } = arrival;
  if (files && [...files.added, ...files.modified, ...files.removed].includes(configPath)) return 'yes';
  const touches = touchesPath(arrival, configPath);
  if (touches !== 'unknown' || arrival.truncated || !isZeroSha(arrival.before)) return files && touches === 'unknown' ? 'no' : touches;
  return 'no';
}

/** What of a pull request brings another version of the file, or another place for it. */
const moving = new Set(['pull_request.opened', 'pull_request.reopened', 'pull_request.synchronize']);

/** Asks for a look at the configuration that a pull request proposes; in the transaction that records what happened to it. */
export async function requestValidationOfPull(
  context: Context,
  trx: Db,
  event: { repository: Repository; type: string; data: object; at: Date },
): Promise<void> {
  const { repository, type, at } = event;
  if (!type.startsWith('pull_request.')) return;
  const { pull_request: pull, from } = event.data as PullRequestChangeData;
  const isMove = moving.has(type) || (type === 'pull_request.edited' && Object.hasOwn(from, 'base'));
  if (!isMove || pull.state !== 'open' || !/^[0-9a-f]{40,64}$/.test(pull.head.sha)) return;
  const wish: ValidationWish = {
    repositoryId: repository.id,
    installationId: repository.installationId,
    headSha: pull.head.sha,
    refName: pull.head.ref,
    onDefaultBranch: false,
    pullNumber: pull.number,
    baseSha: pull.base.sha,
    fromFork: pull.from_fork,
    touches: 'unknown',
    pushedAt: at,
  };
  await request(context, trx, { wishes: [wish], repositories: [repository] });
}

async function request(
  context: Context,
  trx: Db,
  { wishes, repositories }: { wishes: ValidationWish[]; repositories: readonly Repository[] },
): Promise<void> {
  if (wishes.length === 0) return;
  await requestValidations(trx, wishes);
  const asked = new Set(wishes.map((wish) => wish.installationId));
  const lanes = repositories
    .filter(({ installationId }) => asked.has(installationId))
    .map((each) => installationLane(each.installationGithubId));
  await context.queue.send(trx, 'feedback', lanes);
}
