import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiProblem, notFound, type ApiAnswer, type ApiRequest, type Identity, type RepositoryRequest, type Route } from './api-request.ts';
import { collaboratorRoutes, teamRoutes } from './collaborators.ts';
import { judgeAppToken } from './jwt.ts';
import { answerManifest } from './people.ts';
import { appRoutes, installationRoutes } from './routes-app.ts';
import { refuseAddress } from './lifecycle-controls.ts';
import { lie, sendAnswer, takeFailure } from './planned-failures.ts';
import { commitRoutes } from './routes-commits.ts';
import { contentRoutes } from './routes-contents.ts';
import { feedbackRoutes } from './routes-feedback.ts';
import { graphqlRoutes } from './routes-graphql.ts';
import { issueRoutes } from './routes-issues.ts';
import { fileRoutes } from './routes-files.ts';
import { pullRoutes } from './routes-pulls.ts';
import { repositoryRoutes } from './routes-repositories.ts';
import { workflowRoutes } from './routes-workflows.ts';
import { writeRoutes } from './routes-writes.ts';
import { answerGrant, answerUser } from './user-routes.ts';
import { covers, findRepository, type ApiCall, type Json, type World } from './world.ts';

const routesBelowRepository = [
  ...writeRoutes,
  ...feedbackRoutes,
  ...issueRoutes,
  ...pullRoutes,
  ...workflowRoutes,
  ...repositoryRoutes,
  ...collaboratorRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...fileRoutes,
];
const routesOfInstallation = [...installationRoutes, ...teamRoutes, ...graphqlRoutes];
/** Kept for assertions; older calls are forgotten. */
const rememberedCalls = 20_000;
const hour = 3_600_000;

/** Answers one request to the REST or GraphQL API; `path` comes without `/api/v3`. */
export async function serveApi(
  world: World,
  exchange: { request: IncomingMessage; response: ServerResponse },
  path: string,
): Promise<void> {
  const { request, response } = exchange;
  const body = await readBody(request);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const call: ApiCall = { at: world.now(), method: request.method ?? 'GET', path, headers, body, status: 0 };
  world.apiCalls.push(call);
  if (world.apiCalls.length > rememberedCalls) world.apiCalls.splice(0, rememberedCalls / 2);
  const failure = takeFailure(world, call);
  if (failure?.after) await answerOrProblem(world, call);
  if (failure?.hang) return;
  if (failure?.disconnect) return void response.destroy();
  const answer =
    failure?.status === undefined
      ? await answerOrProblem(world, call)
      : { status: failure.status, body: failure.body ?? { message: 'planned failure' } };
  const told = failure ? { ...answer, body: lie(answer.body, failure) } : answer;
  const sent = withHeaders(world, call, { ...told, headers: { ...answer.headers, ...failure?.headers } });
  call.status = sent.status;
  sendAnswer(response, sent, failure);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function answerOrProblem(world: World, call: ApiCall): Promise<ApiAnswer> {
  try {
    return await answerCall(world, call);
  } catch (error) {
    const problem = error instanceof ApiProblem ? error : new ApiProblem(500, error instanceof Error ? error.message : String(error));
    const { status, message, headers, extra } = problem;
    return { status, headers, body: { message, ...extra, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
  }
}

async function answerCall(world: World, call: ApiCall): Promise<ApiAnswer> {
  const url = new URL(`${world.url}/api/v3${call.path}`);
  const path = url.pathname.slice('/api/v3'.length);
  if (call.method === 'GET' && path === '/meta')
    return { body: { verifiable_password_authentication: false, installed_version: '3.19.0' } };
  const forPeople = (await answerManifest(world, call, url)) ?? answerGrant(world, call) ?? answerUser(world, call, url);
  if (forPeople) return forPeople;
  const identity = identify(world, call);
  if (call.method === 'GET' && path === '/rate_limit') return { body: describeRate(world, identity) };
  const byApp = findRoute(appRoutes, call.method, path);
  const byInstallation = byApp ? undefined : findRoute(routesOfInstallation, call.method, path);
  if (identity.kind === 'nobody') throw new ApiProblem(401, 'Requires authentication');
  if (byApp && identity.kind !== 'app') throw new ApiProblem(401, 'A JSON web token could not be decoded');
  if (!byApp && identity.kind === 'app') throw new ApiProblem(403, 'Resource not accessible by integration');
  const refusal = identity.kind === 'installation' ? refuseAddress(world, identity.installation.account) : undefined;
  if (refusal !== undefined) throw new ApiProblem(403, refusal);
  countUse(world, identity);
  const base = { world, identity, method: call.method, url, accept: call.headers['accept'] ?? '', body: parseBody(call.body) };
  const found = byApp ?? byInstallation;
  if (found) return found.route.handle({ ...base, param: found.param });
  return answerBelowRepository(base, path);
}

function identify(world: World, call: ApiCall): Identity {
  const [, token = ''] = /^(?:bearer|token) +(\S+)$/i.exec(call.headers['authorization'] ?? '') ?? [];
  if (token === '') return { kind: 'nobody' };
  if (token.startsWith('ghs_')) {
    const known = world.tokens.get(token);
    if (!known || known.expiresAt <= world.now()) throw new ApiProblem(401, 'Bad credentials');
    if (known.installation.suspendedAt) throw new ApiProblem(403, 'This installation has been suspended');
    const { installation, repositoryIds, permissions } = known;
    return { kind: 'installation', installation, repositoryIds, permissions, token };
  }
  const { publicKey, id, clientId } = world.app;
  const problem = judgeAppToken(token, { publicKey, issuers: [String(id), clientId], now: world.now() });
  if (problem !== undefined) throw new ApiProblem(401, problem);
  return { kind: 'app' };
}

function parseBody(text: string): Json {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    throw new ApiProblem(400, 'Problems parsing JSON');
  }
}

async function answerBelowRepository(base: Omit<ApiRequest, 'param'>, path: string): Promise<ApiAnswer> {
  const { world, identity } = base;
  const [, first, second, third] = path.split('/');
  const byId = first === 'repositories';
  if ((!byId && first !== 'repos') || identity.kind !== 'installation') throw notFound();
  const found = byId
    ? { repository: world.repositories.get(Number(second)), moved: false }
    : findRepository(world, `${decode(second)}/${decode(third)}`);
  const repository = found?.repository;
  const allowed =
    repository && covers(identity.installation, repository) && (!identity.repositoryIds || identity.repositoryIds.has(repository.id));
  if (!found || !allowed) throw notFound();
  const rest = path
    .split('/')
    .slice(byId ? 3 : 4)
    .map((part) => `/${part}`)
    .join('');
  if (found.moved) {
    const location = `${world.url}/api/v3/repositories/${repository.id}${rest}${base.url.search}`;
    throw new ApiProblem(base.method === 'GET' ? 301 : 307, 'Moved Permanently', {
      headers: { Location: location },
      extra: { url: location },
    });
  }
  const match = findRoute(routesBelowRepository, base.method, rest);
  if (!match) throw notFound();
  requirePermission(match.route, identity.permissions);
  const request: RepositoryRequest = { ...base, repository, param: match.param };
  return match.route.handle(request);
}

function requirePermission(route: { permission?: string }, granted: Record<string, string>): void {
  if (route.permission === undefined) return;
  const levels = ['read', 'write', 'admin'];
  const accepted = route.permission.split(' or ').map((permission) => permission.split(':') as [string, string]);
  if (accepted.some(([name, level]) => levels.indexOf(granted[name] ?? '') >= levels.indexOf(level))) return;
  const [[name, level] = ['', '']] = accepted;
  const headers = { 'X-Accepted-GitHub-Permissions': `${name}=${level}` };
  throw new ApiProblem(403, 'Resource not accessible by integration', { headers });
}

function decode(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiProblem(400, 'The path is not valid percent-encoding.');
  }
}

function findRoute<R>(routes: Route<R>[], method: string, path: string): { route: Route<R>; param: (name: string) => string } | undefined {
  const parts = path.split('/').slice(1);
  for (const route of routes) {
    if (route.method !== method) continue;
    const values = matchPattern(route.pattern.split('/').slice(1), parts);
    if (values) return { route, param: (name) => values.get(name) ?? '' };
  }
  return undefined;
}

/** Parts are split first and decoded after, so `feature%2Fx` and `feature/x` both reach a `*`. */
function matchPattern(pattern: string[], parts: string[]): Map<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (wanted === '*') return values.set('*', parts.slice(index).map(decode).join('/'));
    if (wanted.startsWith(':')) values.set(wanted.slice(1), decode(part));
    else if (wanted !== part) return undefined;
  }
  return pattern.length === parts.length ? values : undefined;
}

function usageOf(world: World, identity: Identity): { used: number; resetAt: number } {
  const key = identity.kind === 'installation' ? identity.installation.id : 0;
  const now = world.now().getTime();
  const present = world.usage.get(key);
  if (present && present.resetAt > now) return present;
  const fresh = { used: 0, resetAt: now + hour };
  world.usage.set(key, fresh);
  return fresh;
}

function countUse(world: World, identity: Identity): void {
  const usage = usageOf(world, identity);
  usage.used += 1;
  if (usage.used <= world.rateLimit) return;
  throw new ApiProblem(403, `API rate limit exceeded for installation.`);
}

function describeRate(world: World, identity: Identity): Json {
  const { used, resetAt } = usageOf(world, identity);
  const core = { limit: world.rateLimit, used, remaining: Math.max(0, world.rateLimit - used), reset: Math.ceil(resetAt / 1000) };
  return { resources: { core, graphql: core }, rate: core };
}

interface SentAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

function withHeaders(world: World, call: ApiCall, answer: ApiAnswer): SentAnswer {
  const status = answer.status ?? 200;
  const none = status === 204 || (answer.body === undefined && !answer.raw);
  const body = none ? Buffer.alloc(0) : (answer.raw ?? Buffer.from(JSON.stringify(answer.body)));
  const headers = lowerCased({
    Date: world.now().toUTCString(),
    'X-GitHub-Media-Type': 'github.v3; format=json',
    'X-GitHub-Request-Id': `STAND:${world.apiCalls.length.toString(16).toUpperCase()}`,
    ...(none ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    ...rateHeaders(world, call),
    ...lowerCased(answer.headers ?? {}),
  });
  if (call.method !== 'GET' || status !== 200) return { status, headers, body };
  // GitHub's tags differ from token to token (handbook D9).
  const seed = createHash('sha256').update(call.headers['authorization'] ?? '');
  const etag = `"${seed.update(body).digest('hex')}"`;
  Object.assign(headers, { etag: `W/${etag}`, 'cache-control': 'private, max-age=60, s-maxage=60' });
  if (!(call.headers['if-none-match'] ?? '').includes(etag)) return { status, headers, body };
  refund(world, call);
  delete headers['content-type'];
  return { status: 304, headers: { ...headers, ...lowerCased(rateHeaders(world, call)) }, body: Buffer.alloc(0) };
}

/** One spelling per header, so that a planned failure can replace any of them. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function tokenInstallation(world: World, call: ApiCall): number {
  const token = (call.headers['authorization'] ?? '').split(' ').at(-1) ?? '';
  return world.tokens.get(token)?.installation.id ?? 0;
}

/** What was not modified costs nothing (handbook D8). */
function refund(world: World, call: ApiCall): void {
  const usage = world.usage.get(tokenInstallation(world, call));
  if (usage) usage.used -= 1;
}

function rateHeaders(world: World, call: ApiCall): Record<string, string> {
  const usage = world.usage.get(tokenInstallation(world, call));
  const used = usage?.used ?? 0;
  return {
    'X-RateLimit-Limit': String(world.rateLimit),
    'X-RateLimit-Remaining': String(Math.max(0, world.rateLimit - used)),
    'X-RateLimit-Used': String(used),
    'X-RateLimit-Reset': String(Math.ceil((usage?.resetAt ?? world.now().getTime() + hour) / 1000)),
    'X-RateLimit-Resource': call.path.startsWith('/graphql') ? 'graphql' : 'core',
  };
}
