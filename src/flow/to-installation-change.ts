import type { InstallationChangeData, InstallationChangeType } from '../changes/installation-change.ts';
import type { InstallationAction, Translation } from '../github/translation.ts';

type InstallationTranslation = Extract<Translation, { result: 'installation' }>;

const types: Record<InstallationAction, InstallationChangeType> = {
  created: 'installation.created',
  deleted: 'installation.deleted',
  suspend: 'installation.suspended',
  unsuspend: 'installation.unsuspended',
  new_permissions_accepted: 'installation.permissions_accepted',
  repositories_added: 'installation.repositories_added',
  repositories_removed: 'installation.repositories_removed',
};

/** How many repositories a change names. */
const maxNamed = 100;

/** The change that an installation event stands for, in our words. */
export function toInstallationChange(translation: InstallationTranslation): { type: InstallationChangeType; data: InstallationChangeData } {
  return { type: types[translation.action], data: toData(translation) };
}

function toData({ installation, repositories, added, removed, requester }: InstallationTranslation): InstallationChangeData {
  const { account, repository_selection: selection, permissions } = installation;
  const named = [...repositories, ...added, ...removed];
  return {
    account: { id: account.github_id, login: account.login, type: account.type },
    repository_selection: selection,
    permissions,
    repositories: named.slice(0, maxNamed).map((stub) => stub.full_name),
    repository_count: named.length,
    requester,
  };
}
