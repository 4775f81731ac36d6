import { installationLane } from '../inbox/lane.ts';
import { askForFacts, findRepositories, upsertRepositories, type Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';

/** How soon GitHub is asked once more what a repository is. Milliseconds. */
const askAgainMs = 5 * 60_000;

/** Asks GitHub what a repository is called and whose it is, where deliveries contradicted each other; answers its row of now. */
export async function syncFacts(context: Context, repository: Repository): Promise<Repository | undefined> {
  const askedAt = context.clock.now();
  const answer = await context.reader.as('sweep').getRepository(repository.installationGithubId, repository.githubId);
  if (!answer.ok) {
    // Gone, or out of sight: the listing of its installation tells.
    if (answer.code === 'github_not_found')
      await context.queue.send(context.db, 'sync', [installationLane(repository.installationGithubId)]);
    await askForFacts(context.db, [repository.id], new Date(askedAt.getTime() + askAgainMs));
  } else if (answer.value.owner.github_id === repository.ownerGithubId) {
    await upsertRepositories(context.db, { host: context.host, installationId: repository.installationId, askedAt }, [answer.value]);
  } else {
    await context.queue.send(context.db, 'sync', [installationLane(repository.installationGithubId)]);
    await askForFacts(context.db, [repository.id], new Date(askedAt.getTime() + askAgainMs));
  }
  return (await findRepositories(context.db, context.host, [repository.githubId])).get(repository.githubId);
}
