import type { IncomingMessage, ServerResponse } from 'node:http';
import { beginDevice } from './user-tokens.ts';
import { authorize, exchangeCode, takeManifest } from './people.ts';
import { readAccount, type Json, type World } from './world.ts';

type Exchange = { request: IncomingMessage; response: ServerResponse };

/**
 * The pages of github.com that a person passes through, without the person: they say yes at once. Answers false for any other
 * address. `login=` chooses who signs in; without it the account that pushes does.
 */
export async function serveSignIn(world: World, exchange: Exchange): Promise<boolean> {
  const url = new URL(exchange.request.url ?? '/', world.url);
  const [, organization] = /^(?:\/organizations\/([^/]+))?\/settings\/apps\/new$/.exec(url.pathname) ?? [];
  if (url.pathname.endsWith('/settings/apps/new')) await serveNewApp(world, exchange, { url, organization });
  else if (url.pathname === '/login/oauth/authorize') serveAuthorize(world, exchange.response, url);
  else if (url.pathname === '/login/device/code') await serveDeviceCode(world, exchange);
  else if (url.pathname === '/login/oauth/access_token') await serveAccessToken(world, exchange);
  else return false;
  return true;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (!request.headers['content-type']?.includes('json')) return new URLSearchParams(text);
  return new URLSearchParams(JSON.parse(text) as Record<string, string>);
}

function redirect(response: ServerResponse, to: string, params: Record<string, string | null>): void {
  const location = new URL(to);
  for (const [name, value] of Object.entries(params)) if (value !== null) location.searchParams.set(name, value);
  response.writeHead(302, { location: location.href }).end();
}

function refuse(response: ServerResponse, message: string): void {
  response.writeHead(422, { 'content-type': 'text/plain' }).end(message);
}

/** What GitHub checks of a manifest before it shows its page. */
function judgeManifest(manifest: Json): string | undefined {
  const hook = manifest['hook_attributes'] as { url?: unknown } | undefined;
  if (typeof manifest['name'] !== 'string' || manifest['name'] === '') return 'Error Name is missing';
  if (typeof manifest['url'] !== 'string') return 'Error "url" wasn\'t supplied';
  if (typeof hook?.url !== 'string') return 'Error "hook_attributes.url" wasn\'t supplied';
  if (typeof manifest['redirect_url'] !== 'string') return 'Error "redirect_url" wasn\'t supplied';
  return undefined;
}

async function serveNewApp(
  world: World,
  { request, response }: Exchange,
  { url, organization }: { url: URL; organization: string | undefined },
): Promise<void> {
  if (request.method !== 'POST') return refuse(response, 'Send a manifest with POST.');
  const text = (await readForm(request)).get('manifest');
  const manifest = JSON.parse(text ?? '{}') as Json;
  const problem = judgeManifest(manifest);
  if (problem !== undefined) return refuse(response, problem);
  const owner = organization === undefined ? world.pusher : readAccount(world, organization);
  redirect(response, String(manifest['redirect_url']), {
    code: takeManifest(world, { manifest, owner }),
    state: url.searchParams.get('state'),
  });
}

function serveAuthorize(world: World, response: ServerResponse, url: URL): void {
  const param = (name: string) => url.searchParams.get(name);
  const target = param('redirect_uri');
  if (param('client_id') !== world.app.clientId || target === null)
    return refuse(response, 'The redirect_uri is not associated with this application.');
  const login = param('login');
  const user = login === null ? world.pusher : readAccount(world, login);
  redirect(response, target, { code: authorize(world, user, param('code_challenge')), state: param('state') });
}

async function serveAccessToken(world: World, { request, response }: Exchange): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(exchangeCode(world, await readForm(request))));
}

async function serveDeviceCode(world: World, { request, response }: Exchange): Promise<void> {
  const form = await readForm(request);
  const isOurs = form.get('client_id') === world.app.clientId;
  const answer = isOurs ? beginDevice(world) : { error: 'incorrect_client_credentials' };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
