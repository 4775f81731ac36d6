import { installationLane, repositoryLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import type { RepositoryStub, Translation } from '../github/translation.ts';
import { deleteInstallation, upsertInstallation } from '../mirror/installation.ts';
import { removeRepositories, upsertRepositories, type RepositoryUpdate } from '../mirror/repository.ts';
import type { Context } from './context.ts';

type InstallationTranslation = Extract<Translation, { result: 'installation' }>;

/**
 * Writes down what an installation event says and asks for the listing, which alone is complete: the arrays of repositories
 * are hints, absent or empty where one would expect them (handbook B1-B4). Answers a sentence for the delivery.
 */
export async function applyInstallation(context: Context, translation: InstallationTranslation): Promise<string> {
  const { installation, action } = translation;
  const added = [...translation.repositories, ...translation.added];
  await transaction(context.db, async (trx) => {
    const id = await upsertInstallation(trx, context.host, installation);
    if (action === 'deleted') {
      await deleteInstallation(trx, id);
      return;
    }
    await upsertRepositories(
      trx,
      { host: context.host, installationId: id },
      added.map((stub) => toUpdate(stub, translation)),
    );
    const removed = translation.removed.map((stub) => stub.github_id);
    await removeRepositories(trx, id, { githubIds: removed, reason: 'taken out of the installation on GitHub' });
    await context.queue.send(trx, 'sync', [
      installationLane(installation.github_id),
      ...added.map((stub) => repositoryLane(stub.github_id)),
    ]);
  });
  const counts = [
    added.length > 0 ? `${added.length} repositories named` : '',
    translation.removed.length > 0 ? `${translation.removed.length} repositories removed` : '',
  ].filter((text) => text !== '');
  return [`installation on ${installation.account.login}: ${action.replaceAll('_', ' ')}`, ...counts].join(', ');
}

/** What a stub tells, until the listing tells the rest. */
function toUpdate(stub: RepositoryStub, { installation }: InstallationTranslation): RepositoryUpdate {
  const { account } = installation;
  return {
    github_id: stub.github_id,
    name: stub.name,
    full_name: stub.full_name,
    owner: { github_id: account.github_id, login: stub.full_name.split('/', 1)[0] ?? account.login },
    private: stub.private,
    default_branch: null,
    archived: false,
    disabled: false,
    pushed_at: null,
    html_url: null,
  };
}
