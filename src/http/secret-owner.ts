import type { FastifyRequest } from 'fastify';
import type { Db } from '../db/connect.ts';
import type { SecretScope } from '../core/statuses.ts';
import type { Right } from '../people/may-do.ts';
import { requireRight } from './access.ts';
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

/** What changing a secret takes: the wider its scope, the more. */
const rightToChange: Record<SecretScope, Right> = { global: 'administer', installation: 'manage', repository: 'write' };

/** Finds the owner that a request names, for somebody who may read or change its secrets. Throws `not_found` for what they may not see. */
export async function readSecretOwnerFor(
  request: FastifyRequest,
  db: Db,
  { choice, change }: { choice: ScopeChoice; change: boolean },
): Promise<SecretOwner> {
  const owner = await readSecretOwner(db, choice);
  const { scope, installationId: installation, repositoryId: repository } = owner;
  const what = scope === 'global' ? 'such secret' : `${scope} ${choice.repository ?? choice.installation_id ?? ''}`;
  requireRight(request, change ? rightToChange[scope] : 'read', { resource: { installation, repository }, what });
  return owner;
}
