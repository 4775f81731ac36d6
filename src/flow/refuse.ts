import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Repository } from '../mirror/repository.ts';

/** Why nothing is done, as a code and a sentence. */
export interface Refusal {
  code: ErrorCode;
  reason: string;
}

/** What decides whether an installation has a say. */
interface Standing {
  login: string;
  deletedAt: Date | null;
  suspendedAt: Date | null;
  allowed: boolean;
  enabled?: boolean;
}

/** Why nothing is done for this installation now; undefined when there is no reason. */
export function refuseInstallation({ login, deletedAt, suspendedAt, allowed, enabled }: Standing): Refusal | undefined {
  if (deletedAt) return { code: 'installation_deleted', reason: 'the App was uninstalled from this account' };
  if (!allowed) return { code: 'installation_not_allowed', reason: `${login} is not in ALLOWED_ACCOUNTS, the operator's list of accounts` };
  if (suspendedAt) return { code: 'installation_suspended', reason: 'the installation is suspended' };
  if (enabled === false) return { code: 'installation_disabled', reason: `the installation on ${login} is switched off in RepoWatch` };
  return undefined;
}

/** Why nothing is done for this repository now; undefined when there is no reason. */
export function refuseRepository(repository: Repository): Refusal | undefined {
  const refusal = refuseInstallation({
    login: repository.owner,
    deletedAt: repository.uninstalledAt,
    suspendedAt: repository.suspendedAt,
    allowed: repository.allowed,
    enabled: repository.installationEnabled,
  });
  if (refusal) return refusal;
  if (repository.removedAt)
    return { code: 'repository_removed', reason: `${repository.fullName} is not part of the installation any more` };
  if (!repository.enabled) return { code: 'repository_disabled', reason: `${repository.fullName} is switched off in RepoWatch` };
  return undefined;
}
