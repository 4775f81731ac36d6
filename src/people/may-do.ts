import { includesId, type Requester, type TokenScope } from './requester.ts';

/** What can be allowed: looking, changing what belongs to a repository, changing what is above it, and what concerns the whole server. */
const rights = ['read', 'write', 'manage', 'administer'] as const;
export type Right = (typeof rights)[number];

/**
 * What a right is asked for. `anything`: what says nothing of anybody, or only of whoever asks. `everything`: the whole server. Else one
 * thing, by our ids: it belongs to an installation, to one repository of it, to a project, or to none (`installation` null), as a
 * global secret does.
 */
export type Resource =
  'anything' | 'everything' | { installation: string | null; repository?: string | null | undefined; project?: string | null | undefined };

/** What somebody is to a resource, the mightiest word first. */
const roles = ['admin', 'manager', 'maintainer', 'viewer', 'nobody'] as const;
export type Role = (typeof roles)[number];

/** What each right takes: a role, and a scope of the token. */
const needs: Record<Right, { role: Role; scope: TokenScope }> = {
  read: { role: 'viewer', scope: 'read' },
  write: { role: 'maintainer', scope: 'write' },
  manage: { role: 'manager', scope: 'admin' },
  administer: { role: 'admin', scope: 'admin' },
};

/** The answer to a question for a right; `unseen` must look exactly like a thing that does not exist. */
export type Verdict = 'allowed' | 'unseen' | 'role_missing' | 'scope_missing';

/** The scope of a token that a right takes. */
export function scopeOf(right: Right): TokenScope {
  return needs[right].scope;
}

/** What somebody is to a resource. Pure. */
export function roleOf(requester: Requester, resource: Resource): Role {
  const { admin, sight, charge } = requester;
  if (admin) return 'admin';
  if (resource === 'anything') return 'manager';
  if (resource === 'everything') return charge.installations === 'all' ? 'manager' : sight.installations === 'all' ? 'viewer' : 'nobody';
  const { installation, repository = null, project = null } = resource;
  if (includesId(charge.installations, installation) || includesId(charge.projects, project)) return 'manager';
  const isPartly = includesId(sight.partly, installation);
  const isSeen = includesId(sight.installations, installation);
  if (includesId(charge.repositories, repository) && (isPartly || isSeen)) return 'maintainer';
  if (isSeen || includesId(sight.projects, project)) return 'viewer';
  // Of a project is told to its members and to those who see one of its repositories, which `sight.projects` says.
  if (project !== null && repository === null) return 'nobody';
  return isPartly && (repository === null || includesId(sight.repositories, repository)) ? 'viewer' : 'nobody';
}

/** Says whether somebody may do something with a resource: the one rule of who may what. Pure. */
export function mayDo(requester: Requester, right: Right, resource: Resource): Verdict {
  const role = roleOf(requester, resource);
  if (role === 'nobody' && resource !== 'everything') return 'unseen';
  if (!requester.scopes.includes(needs[right].scope)) return 'scope_missing';
  return roles.indexOf(role) <= roles.indexOf(needs[right].role) ? 'allowed' : 'role_missing';
}
