import { ApiProblem, linkHeader, notFound, type ApiAnswer } from './api-request.ts';
import { roleOfCollaborator } from './collaborators.ts';
import { accountPayload, installationPayload, installedRepositoryPayload } from './payloads.ts';
import { membershipOf, peopleOf } from './people.ts';
import { revokeGrantOf, userOfToken } from './user-tokens.ts';
import { announce } from './webhook-sender.ts';
import { covers, type Account, type ApiCall, type Installation, type Json, type Repository, type World } from './world.ts';

/** Answers an App that takes back what a person had allowed it; undefined for everything else. */
export function answerGrant(world: World, call: ApiCall): ApiAnswer | undefined {
  const [, clientId] = /^\/applications\/([^/?]+)\/grant$/.exec(call.path) ?? [];
  if (call.method !== 'DELETE' || clientId === undefined) return undefined;
  const wanted = `Basic ${Buffer.from(`${world.app.clientId}:${peopleOf(world).clientSecret}`).toString('base64')}`;
  if (clientId !== world.app.clientId || call.headers['authorization'] !== wanted) throw notFound();
  const { access_token: access } = JSON.parse(call.body) as { access_token?: string };
  const user = revokeGrantOf(world, access ?? '');
  if (!user) throw new ApiProblem(422, 'Validation Failed');
  announce(world, {
    event: 'github_app_authorization',
    payload: { action: 'revoked', sender: accountPayload(world, user) },
    installation: null,
  });
  return { status: 204, body: undefined };
}

/** Answers what people ask with a token of theirs; undefined for everything else. */
export function answerUser(world: World, call: ApiCall, url: URL): ApiAnswer | undefined {
  const path = url.pathname.slice('/api/v3'.length);
  if (call.method !== 'GET' || (path !== '/user' && !path.startsWith('/user/'))) return undefined;
  const [, token = ''] = /^(?:bearer|token) +(\S+)$/i.exec(call.headers['authorization'] ?? '') ?? [];
  const user = userOfToken(world, token);
  if (!user) throw new ApiProblem(401, 'Bad credentials');
  if (path === '/user') return { body: { ...accountPayload(world, user), name: null } };
  const seen = [...world.installations.values()].filter((each) => mayList(world, user, each));
  if (path === '/user/installations')
    return page(
      url,
      'installations',
      seen.map((each) => installationPayload(world, each)),
    );
  const [, id] = /^\/user\/installations\/(\d+)\/repositories$/.exec(path) ?? [];
  if (id !== undefined) {
    const installation = seen.find((each) => String(each.id) === id);
    if (!installation) throw notFound();
    return page(url, 'repositories', listRepositories(world, user, installation));
  }
  const [, organization = ''] = /^\/user\/memberships\/orgs\/([^/]+)$/.exec(path) ?? [];
  return answerMembership(world, user, decodeURIComponent(organization));
}

function answerMembership(world: World, user: Account, login: string): ApiAnswer {
  const account = [...world.accounts.values()].find((each) => each.login.toLowerCase() === login.toLowerCase());
  const role = account && membershipOf(world, user, account);
  if (!account || role === undefined) throw notFound();
  return { body: { state: 'active', role, organization: accountPayload(world, account), user: accountPayload(world, user) } };
}

/** Their own, those of their organisations, and those with a repository that they work on. */
function mayList(world: World, user: Account, installation: Installation): boolean {
  if (installation.deleted) return false;
  const isOwn = installation.account.id === user.id || membershipOf(world, user, installation.account) !== undefined;
  return isOwn || listRepositories(world, user, installation).length > 0;
}

/** What a person may do in a repository; undefined when they do not see it. Members read everything of their organisation. */
function permissionOf(world: World, user: Account, repository: Repository): string | undefined {
  const membership = membershipOf(world, user, repository.owner);
  if (repository.owner.id === user.id || membership === 'admin') return 'admin';
  return roleOfCollaborator(repository, user.id) ?? (membership === undefined ? undefined : 'read');
}

const ranks = ['read', 'triage', 'write', 'maintain', 'admin'];

function listRepositories(world: World, user: Account, installation: Installation): Json[] {
  return [...world.repositories.values()]
    .filter((repository) => covers(installation, repository))
    .flatMap((repository) => {
      const permission = permissionOf(world, user, repository);
      if (permission === undefined) return [];
      const rank = ranks.indexOf(permission);
      const permissions = { pull: true, triage: rank >= 1, push: rank >= 2, maintain: rank >= 3, admin: rank >= 4 };
      return [{ ...installedRepositoryPayload(world, installation, repository), permissions, role_name: permission }];
    });
}

function page(url: URL, name: string, all: Json[]): ApiAnswer {
  const perPage = Math.min(100, Number(url.searchParams.get('per_page') ?? 30) || 30);
  const number = Number(url.searchParams.get('page') ?? 1) || 1;
  const next = new URL(url);
  next.searchParams.set('page', String(number + 1));
  const headers = linkHeader(number * perPage < all.length ? [['next', next.href]] : []);
  return { body: { total_count: all.length, [name]: all.slice((number - 1) * perPage, number * perPage) }, headers };
}
