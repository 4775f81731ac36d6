import { paginate, type ApiAnswer, type RepositoryRequest, type Route } from './api-request.ts';
import { accountPayload } from './payloads.ts';
import { readRepository, type Json, type Repository, type World } from './world.ts';

/** The people with access to each repository, by id, as GitHub would list them. */
const people = new WeakMap<Repository, Map<number, Json>>();

function peopleOf(repository: Repository): Map<number, Json> {
  const known = people.get(repository) ?? new Map<number, Json>();
  people.set(repository, known);
  return known;
}

/** What is announced about a collaborator holds for the list, too. */
export function noteMember(world: World, event: { repo: string; payload: Json }): void {
  const { action, member, changes } = event.payload as { action?: string; member?: Json; changes?: Record<string, { to?: unknown }> };
  if (member === undefined || typeof member['id'] !== 'number') return;
  const known = peopleOf(readRepository(world, event.repo));
  if (action === 'removed') known.delete(member['id']);
  else known.set(member['id'], { ...member, role_name: changes?.['role_name']?.to ?? changes?.['permission']?.to ?? 'write' });
}

function listCollaborators(request: RepositoryRequest): ApiAnswer {
  const { owner } = request.repository;
  const own = owner.type === 'User' ? [{ ...accountPayload(request.world, owner), role_name: 'admin' }] : [];
  const { items, headers } = paginate(request, [...own, ...peopleOf(request.repository).values()]);
  return { body: items, headers };
}

/** Who may work on a repository (handbook F9). */
export const collaboratorRoutes: Route<RepositoryRequest>[] = [
  { method: 'GET', pattern: '/collaborators', permission: 'metadata:read', handle: listCollaborators },
];
