import type { FastifyRequest } from 'fastify';
import type { Db } from '../db/connect.ts';
import type { SecretScope } from '../core/statuses.ts';
import type { Right } from '../people/may-do.ts';
import { requireRight } from './access.ts';
import { found } from './problem.ts';
import { findInstallation } from './read/installations.ts';
import { findProjectPlace } from './read/project-place.ts';
import { findRepository } from './read/repositories.ts';
import type { SecretOwner } from './read/secrets.ts';
import type { ScopeChoice } from './schemas/secret.ts';

/** Finds the owner that a request names. Throws `not_found` when it does not exist. */
async function readSecretOwner(db: Db, choice: ScopeChoice): Promise<SecretOwner> {
  const scope = choice.scope ?? 'global';
  const ofWatch = scope === 'watch' ? { watchKey: choice.watch ?? null } : {};
  if (choice.project_id !== undefined) {
    const project = found(await findProjectPlace(db, choice.project_id), `project ${choice.project_id}`);
    return { scope, installationId: project.installationId, repositoryId: null, projectId: project.id, ...ofWatch };
  }
  if (scope === 'repository' || scope === 'watch') {
    const fullName = choice.repository ?? '';
    const repository = found(await findRepository(db, fullName), `repository ${fullName}`);
    return { scope, installationId: repository.installation_id, repositoryId: repository.id, ...ofWatch };
  }
  if (scope === 'global') return { scope, installationId: null, repositoryId: null };
  const id = choice.installation_id ?? '0';
  const installation = found(await findInstallation(db, id), `installation ${id}`);
  return { scope, installationId: installation.id, repositoryId: null };
}

/** What changing a secret takes: the wider its scope, the more. */
const rightToChange: Record<SecretScope, Right> = {
  global: 'administer',
  installation: 'manage',
  project: 'manage',
  repository: 'write',
  watch: 'write',
};

/** Finds the owner that a request names, for somebody who may read or change its secrets. Throws `not_found` for what they may not see. */
export async function readSecretOwnerFor(
  request: FastifyRequest,
  db: Db,
  { choice, change }: { choice: ScopeChoice; change: boolean },
): Promise<SecretOwner> {
  const owner = await readSecretOwner(db, choice);
  const { scope, installationId: installation, repositoryId: repository, projectId: project } = owner;
  const named = choice.project_id === undefined ? scope.replace('watch', 'repository') : 'project';
  const what = scope === 'global' ? 'such secret' : `${named} ${choice.project_id ?? choice.repository ?? choice.installation_id ?? ''}`;
  // What belongs to a project is its managers': also the secrets of one of its actions.
  const right = project === undefined || project === null ? rightToChange[scope] : 'manage';
  requireRight(request, change ? right : 'read', { resource: { installation, repository, project: project ?? null }, what });
  return owner;
}
