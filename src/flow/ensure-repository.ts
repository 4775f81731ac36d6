import { repositoryLane } from '../inbox/lane.ts';
import { RepoWatchError } from '../core/errors.ts';
import { transaction } from '../db/transaction.ts';
import type { RepositoryFacts } from '../github/translation.ts';
import { ensureInstallation } from '../mirror/installation.ts';
import { findRepositories, upsertRepositories, type Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';

/**
 * The row of the repository that a delivery is about. One that nobody announced appears by itself (handbook B5); one that
 * was renamed or moved follows its numeric id; one that was removed stays removed, because a late event is no invitation.
 */
export async function ensureRepository(
  context: Context,
  seen: { repository: RepositoryFacts; installation: { github_id: string } },
): Promise<Repository> {
  const { repository: facts } = seen;
  const found = await find(context, facts.github_id);
  const moved = found !== undefined && found.installationGithubId !== seen.installation.github_id;
  if (found && !moved && (found.removedAt !== null || isCurrent(found, facts))) return found;
  await transaction(context.db, async (trx) => {
    const installationId =
      found && !moved
        ? found.installationId
        : await ensureInstallation(trx, context.host, { githubId: seen.installation.github_id, owner: facts.owner });
    await upsertRepositories(trx, { host: context.host, installationId }, [facts]);
    if (!found) await context.queue.send(trx, 'sync', [repositoryLane(facts.github_id)]);
  });
  const repository = await find(context, facts.github_id);
  if (!repository) throw new RepoWatchError('internal_error', `Repository ${facts.full_name} has no row although it was just written.`);
  return repository;
}

async function find(context: Context, githubId: string): Promise<Repository | undefined> {
  return (await findRepositories(context.db, context.host, [githubId])).get(githubId);
}

function isCurrent(found: Repository, facts: RepositoryFacts): boolean {
  return found.fullName === facts.full_name && (facts.default_branch === null || facts.default_branch === found.defaultBranch);
}
