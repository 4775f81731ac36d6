import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { ok } from '../core/outcome.ts';
import { ask, readOne, type Read } from './ask.ts';
import { githubIdSchema } from './facts.ts';

/** Somebody on GitHub as their own token shows them. */
export interface UserProfile {
  githubId: string;
  login: string;
  name: string | null;
  avatarUrl: string | null;
}

/** One installation of this App that a person sees, and what they see of it (handbook I12, I13). */
export interface SeenInstallation {
  githubId: string;
  account: { githubId: string; login: string; type: string };
  /** Whether they own the account; undefined when GitHub does not say, because the App may not read members. */
  owns: boolean | undefined;
  repositories: { githubId: string; permission: 'read' | 'triage' | 'write' | 'maintain' | 'admin' }[];
}

const timeoutMs = 10_000;
const perPage = 100;
/** More than anybody has. */
const maxPages = 100;

const installation = z.object({
  id: githubIdSchema,
  account: z.object({ id: githubIdSchema, login: z.string(), type: z.string().default('Organization') }),
});
const installationsSchema = z.object({ total_count: z.int(), installations: z.array(installation) });
const repositoriesSchema = z.object({
  total_count: z.int(),
  repositories: z.array(z.object({ id: githubIdSchema, permissions: z.record(z.string(), z.boolean()).default({}) })),
});
const membershipSchema = z.object({ state: z.string(), role: z.string() });

/** A client that asks in the name of a person. */
export function createUserClient(apiUrl: string, token: string): Octokit {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  return new Octokit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'repowatch',
    log: silent,
    request: { fetch: fetchInTime },
  });
}

function fetchInTime(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('x-github-api-version', '2022-11-28');
  return fetch(url, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
}

/** Asks who somebody is. */
export async function readProfile(client: Octokit): Promise<Read<UserProfile>> {
  return await ask(async () => {
    const schema = z.object({
      id: githubIdSchema,
      login: z.string(),
      name: z.string().nullish(),
      avatar_url: z.string().nullish(),
    });
    const user = await readOne(client, { route: 'GET /user' }, schema);
    if (!user.ok) return user;
    const { id, login, name, avatar_url: avatarUrl } = user.value;
    return ok({ githubId: id, login, name: name ?? null, avatarUrl: avatarUrl ?? null });
  });
}

/** Lists the installations of this App that somebody sees. */
async function listSeenInstallations(client: Octokit): Promise<Read<z.output<typeof installation>[]>> {
  return await ask(() =>
    readPages(client, { route: 'GET /user/installations', params: {}, schema: installationsSchema }, (whole) => whole.installations),
  );
}

/** Asks what somebody sees of everything this App is installed on, and what they may do there. */
export async function readSeen(client: Octokit, user: { githubId: string }): Promise<Read<SeenInstallation[]>> {
  const installations = await listSeenInstallations(client);
  if (!installations.ok) return installations;
  const seen: SeenInstallation[] = [];
  for (const { id, account } of installations.value) {
    const repositories = await ask(() =>
      readPages(
        client,
        { route: 'GET /user/installations/{id}/repositories', params: { id }, schema: repositoriesSchema },
        (whole) => whole.repositories,
      ),
    );
    if (!repositories.ok) {
      // It ended, or is suspended, between the two questions.
      if (repositories.code === 'github_not_found' || repositories.code === 'installation_suspended') continue;
      return repositories;
    }
    const owner = { githubId: account.id, login: account.login, type: account.type };
    const owns = account.id === user.githubId ? true : await readOwnership(client, owner);
    seen.push({
      githubId: id,
      account: owner,
      owns,
      repositories: repositories.value.map((each) => ({ githubId: each.id, permission: permissionOf(each.permissions) })),
    });
  }
  return ok(seen);
}

async function readOwnership(client: Octokit, account: { login: string; type: string }): Promise<boolean | undefined> {
  if (account.type === 'User') return false;
  const membership = await ask(() =>
    readOne(client, { route: 'GET /user/memberships/orgs/{org}', params: { org: account.login } }, membershipSchema),
  );
  if (membership.ok) return membership.value.role === 'admin' && membership.value.state === 'active';
  return membership.code === 'github_not_found' ? false : undefined;
}

function permissionOf(permissions: Record<string, boolean>): SeenInstallation['repositories'][number]['permission'] {
  if (permissions['admin'] === true) return 'admin';
  if (permissions['maintain'] === true) return 'maintain';
  if (permissions['push'] === true) return 'write';
  return permissions['triage'] === true ? 'triage' : 'read';
}

async function readPages<Whole, Item>(
  client: Octokit,
  question: { route: string; params: Record<string, unknown>; schema: z.ZodType<Whole> },
  itemsOf: (whole: Whole) => Item[],
): Promise<Read<Item[]>> {
  const all: Item[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const { route, params, schema } = question;
    const read = await readOne(client, { route, params: { ...params, per_page: perPage, page } }, schema);
    if (!read.ok) return read;
    const items = itemsOf(read.value);
    all.push(...items);
    if (items.length < perPage) break;
  }
  return ok(all);
}
