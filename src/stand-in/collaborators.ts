import {
  ApiProblem,
  notFound,
  paginate,
  textField,
  unprocessable,
  type ApiAnswer,
  type ApiRequest,
  type RepositoryRequest,
  type Route,
} from './api-request.ts';
import { accountPayload, isoTime } from './payloads.ts';
import { findRepository, readAccount, readRepository, type Json, type Repository, type World } from './world.ts';

/** Who has access to a repository: people by id as GitHub would list them, invitations, teams by slug with their permission. */
interface Access {
  people: Map<number, Json>;
  invitations: Json[];
  teams: Map<string, string>;
}

const accesses = new WeakMap<Repository, Access>();
/** The slugs of the teams of each organisation, by its id. */
const organizations = new WeakMap<World, Map<number, Set<string>>>();

function accessOf(repository: Repository): Access {
  const known = accesses.get(repository) ?? { people: new Map<number, Json>(), invitations: [], teams: new Map<string, string>() };
  accesses.set(repository, known);
  return known;
}

/** What is announced about a collaborator holds for the list, too. */
export function noteMember(world: World, event: { repo: string; payload: Json }): void {
  const { action, member, changes } = event.payload as { action?: string; member?: Json; changes?: Record<string, { to?: unknown }> };
  if (member === undefined || typeof member['id'] !== 'number') return;
  const { people } = accessOf(readRepository(world, event.repo));
  if (action === 'removed') people.delete(member['id']);
  else people.set(member['id'], { ...member, role_name: changes?.['role_name']?.to ?? changes?.['permission']?.to ?? 'write' });
}

/** The role of a collaborator; undefined for anybody else. */
export function roleOfCollaborator(repository: Repository, accountId: number): string | undefined {
  const role = accessOf(repository).people.get(accountId)?.['role_name'];
  return typeof role === 'string' ? role : undefined;
}

/** Makes somebody a collaborator without a word. */
export function addCollaborator(world: World, wish: { repo: string; login: string; role?: string }): void {
  const account = readAccount(world, wish.login);
  accessOf(readRepository(world, wish.repo)).people.set(account.id, { ...accountPayload(world, account), role_name: wish.role ?? 'write' });
}

/** Makes a team of an organisation, with access to these repositories of it. */
export function createTeam(world: World, wish: { organization: string; slug: string; repositories?: string[] }): void {
  const known = organizations.get(world) ?? new Map<number, Set<string>>();
  organizations.set(world, known);
  const { id, login } = readAccount(world, wish.organization);
  known.set(id, new Set([...(known.get(id) ?? []), wish.slug]));
  for (const name of wish.repositories ?? []) accessOf(readRepository(world, `${login}/${name}`)).teams.set(wish.slug, 'push');
}

/** What the App did about access: collaborators with their role, open invitations, teams with their permission. */
export function listAccess(world: World, repo: string): { collaborators: Json[]; invitations: Json[]; teams: Record<string, string> } {
  const { people, invitations, teams } = accessOf(readRepository(world, repo));
  return { collaborators: [...people.values()], invitations, teams: Object.fromEntries(teams) };
}

/** True for the owner and for everybody who has access. */
export function isCollaborator(repository: Repository, login: string): boolean {
  const people = [...accessOf(repository).people.values()];
  return [repository.owner.login, ...people.map((person) => String(person['login']))].some(
    (known) => known.toLowerCase() === login.toLowerCase(),
  );
}

/** The teams with access to a repository. */
export function teamsOf(repository: Repository): ReadonlyMap<string, string> {
  return accessOf(repository).teams;
}

function listCollaborators(request: RepositoryRequest): ApiAnswer {
  const { owner } = request.repository;
  const own = owner.type === 'User' ? [{ ...accountPayload(request.world, owner), role_name: 'admin' }] : [];
  const { items, headers } = paginate(request, [...own, ...accessOf(request.repository).people.values()]);
  return { body: items, headers };
}

/** The word that listings use for a permission (handbook F9). */
const roles: Record<string, string> = { pull: 'read', push: 'write' };

function findPerson(request: RepositoryRequest): { id: number; person: Json | undefined } {
  const account = request.world.accounts.get(request.param('login').toLowerCase());
  if (!account) throw notFound();
  return { id: account.id, person: accessOf(request.repository).people.get(account.id) };
}

function readPermission(request: RepositoryRequest): ApiAnswer {
  const { person } = findPerson(request);
  const known = person?.['role_name'];
  const role = typeof known === 'string' ? known : 'none';
  const old: Record<string, string> = { maintain: 'write', triage: 'read' };
  return { body: { permission: old[role] ?? role, role_name: role, user: person ?? null } };
}

function putCollaborator(request: RepositoryRequest): ApiAnswer {
  const { world, repository, body } = request;
  const { id, person } = findPerson(request);
  if (id === repository.owner.id) throw unprocessable('Repository owner cannot be a collaborator');
  const permission = textField(body, 'permission') ?? 'push';
  const role = repository.owner.type === 'User' ? 'write' : (roles[permission] ?? permission);
  if (person) {
    person['role_name'] = role;
    return { status: 204 };
  }
  const { invitations } = accessOf(repository);
  const invitee = accountPayload(world, readAccount(world, request.param('login')));
  const known = invitations.find((each) => (each['invitee'] as Json)['id'] === id);
  if (known) return { status: 201, body: Object.assign(known, { permissions: role }) };
  const invitationId = world.nextId();
  const invitation: Json = {
    id: invitationId,
    invitee,
    inviter: accountPayload(world, world.app.bot),
    permissions: role,
    created_at: isoTime(world.now()),
    html_url: `${world.url}/${repository.owner.login}/${repository.name}/invitations`,
  };
  invitations.push(invitation);
  return { status: 201, body: invitation };
}

function deleteCollaborator(request: RepositoryRequest): ApiAnswer {
  accessOf(request.repository).people.delete(findPerson(request).id);
  return { status: 204 };
}

function listInvitations(request: RepositoryRequest): ApiAnswer {
  const { items, headers } = paginate(request, accessOf(request.repository).invitations);
  return { body: items, headers };
}

function deleteInvitation(request: RepositoryRequest): ApiAnswer {
  const { invitations } = accessOf(request.repository);
  const at = invitations.findIndex(({ id }) => String(id) === request.param('id'));
  if (at === -1) throw notFound();
  invitations.splice(at, 1);
  return { status: 204 };
}

/** Who may work on a repository (handbook F9, G6). */
export const collaboratorRoutes: Route<RepositoryRequest>[] = [
  { method: 'GET', pattern: '/collaborators', permission: 'metadata:read', handle: listCollaborators },
  { method: 'GET', pattern: '/collaborators/:login/permission', permission: 'metadata:read', handle: readPermission },
  { method: 'PUT', pattern: '/collaborators/:login', permission: 'administration:write', handle: putCollaborator },
  { method: 'DELETE', pattern: '/collaborators/:login', permission: 'administration:write', handle: deleteCollaborator },
  { method: 'GET', pattern: '/invitations', permission: 'administration:read', handle: listInvitations },
  { method: 'DELETE', pattern: '/invitations/:id', permission: 'administration:write', handle: deleteInvitation },
];

/** The team's access to a repository of its organisation, which is the installation's account. */
function teamAccess(request: ApiRequest): { teams: Map<string, string>; slug: string } {
  const { world, identity } = request;
  const slug = request.param('slug');
  const found = findRepository(world, `${request.param('owner')}/${request.param('name')}`);
  if (identity.kind !== 'installation' || !found || found.repository.owner.id !== identity.installation.account.id) throw notFound();
  const isWrite = request.method !== 'GET';
  if (isWrite && (identity.permissions['administration'] !== 'write' || identity.permissions['members'] === undefined))
    throw new ApiProblem(403, 'Resource not accessible by integration', {
      headers: { 'X-Accepted-GitHub-Permissions': 'administration=write,members=read' },
    });
  const account = world.accounts.get(request.param('org').toLowerCase());
  if (!account || organizations.get(world)?.get(account.id)?.has(slug) !== true) throw notFound();
  return { teams: accessOf(found.repository).teams, slug };
}

const teamPath = '/orgs/:org/teams/:slug/repos/:owner/:name';

/** Teams and what they may do in a repository. */
export const teamRoutes: Route<ApiRequest>[] = [
  {
    method: 'GET',
    pattern: teamPath,
    handle(request) {
      const { teams, slug } = teamAccess(request);
      const permission = teams.get(slug);
      if (permission === undefined) throw notFound();
      return request.accept.includes('repository+json') ? { body: { role_name: roles[permission] ?? permission } } : { status: 204 };
    },
  },
  {
    method: 'PUT',
    pattern: teamPath,
    handle(request) {
      const { teams, slug } = teamAccess(request);
      teams.set(slug, textField(request.body, 'permission') ?? 'push');
      return { status: 204 };
    },
  },
  {
    method: 'DELETE',
    pattern: teamPath,
    handle(request) {
      const { teams, slug } = teamAccess(request);
      teams.delete(slug);
      return { status: 204 };
    },
  },
];
