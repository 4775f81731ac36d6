import type { Db } from '../db/connect.ts';
import type { SecretScope } from '../core/statuses.ts';
import { found } from './problem.ts';
import { findInstallation } from './read/installations.ts';
import { findRepository } from './read/repositories.ts';
import type { SecretOwner } from './read/secrets.ts';

/** Whose secret a request names, as its schema let it in. */
interface ScopeChoice {
  scope?: SecretScope | undefined;
  installation_id?: string | undefined;
  repository?: string | undefined;
}

/** Finds the owner that a request names. Throws `not_found` when it does not exist. */
export async function readSecretOwner(db: Db, choice: ScopeChoice): Promise<SecretOwner> {
  const scope = choice.scope ?? 'global';
  if (scope === 'repository') {
    const fullName = choice.repository ?? '';
    const repository = found(await findRepository(db, fullName), `repository ${fullName}`);
    return { scope, installationId: repository.installation_id, repositoryId: repository.id };
  }
  if (scope === 'global') return { scope, installationId: null, repositoryId: null };
  const id = choice.installation_id ?? '0';
  const installation = found(await findInstallation(db, id), `installation ${id}`);
  return { scope, installationId: installation.id, repositoryId: null };
}
