import { createHash, createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { ApiProblem, type ApiAnswer } from './api-request.ts';
import { accountPayload, isoTime, nodeId } from './payloads.ts';
import { giveUserToken, pollDevice, refreshUserToken } from './user-tokens.ts';
import { readAccount, type Account, type ApiCall, type Json, type World } from './world.ts';

/** A manifest that somebody sent, waiting for its exchange. */
interface PendingApp {
  manifest: Json;
  owner: Account;
}

/** Somebody who said yes to the App, waiting for the exchange of the code. */
interface PendingUser {
  user: Account;
  challenge: string | null;
}

/** What this GitHub knows of people who sign in, and of Apps that are being made. */
interface People {
  clientSecret: string;
  apps: Map<string, PendingApp>;
  codes: Map<string, PendingUser>;
  /** By organisation and person. */
  members: Map<number, Map<number, 'admin' | 'member'>>;
  requests: { id: number; account: Account; requester: Account; at: Date }[];
}

const known = new WeakMap<World, People>();

/** The people of a world; made at the first look. */
export function peopleOf(world: World): People {
  const found = known.get(world);
  if (found) return found;
  const made: People = {
    clientSecret: randomBytes(20).toString('hex'),
    apps: new Map(),
    codes: new Map(),
    members: new Map(),
    requests: [],
  };
  known.set(world, made);
  return made;
}

/** Makes a person a member of an organisation, whose installations they then see; as `admin` they own it. */
export function joinOrganization(world: World, who: { login: string; role: 'admin' | 'member' }, organization: string): void {
  const { members } = peopleOf(world);
  const { id } = readAccount(world, organization);
  members.set(id, new Map([...(members.get(id) ?? []), [readAccount(world, who.login).id, who.role]]));
}

/** What somebody is in an organisation; the account that pushes by default owns all of them. */
export function membershipOf(world: World, user: Account, account: Account): 'admin' | 'member' | undefined {
  if (account.type === 'User') return undefined;
  return user === world.pusher ? 'admin' : peopleOf(world).members.get(account.id)?.get(user.id);
}

/** A member who may not install the App asks the owners for it (handbook I7). */
export function requestInstallation(world: World, login: string, organization: string): void {
  const request = { id: world.nextId(), account: readAccount(world, organization), requester: readAccount(world, login), at: world.now() };
  peopleOf(world).requests.push(request);
}

/** A code for a manifest that was sent to the page of new Apps. */
export function takeManifest(world: World, sent: { manifest: Json; owner: Account }): string {
  const code = randomBytes(20).toString('hex');
  peopleOf(world).apps.set(code, sent);
  return code;
}

/** A code for a person who says yes to the App. */
export function authorize(world: World, user: Account, challenge: string | null): string {
  const code = randomBytes(10).toString('hex');
  peopleOf(world).codes.set(code, { user, challenge });
  return code;
}

/** A token for a code; in GitHub's words what is wrong with it. */
export function exchangeCode(world: World, form: URLSearchParams): Json {
  const people = peopleOf(world);
  if (form.get('client_id') === world.app.clientId && form.has('device_code')) return pollDevice(world, form.get('device_code') ?? '');
  if (form.get('client_id') !== world.app.clientId || form.get('client_secret') !== people.clientSecret) {
    return { error: 'incorrect_client_credentials', error_description: 'The client_id and/or client_secret passed are incorrect.' };
  }
  if (form.get('grant_type') === 'refresh_token') return refreshUserToken(world, form.get('refresh_token') ?? '');
  const code = form.get('code') ?? '';
  const pending = people.codes.get(code);
  people.codes.delete(code);
  const verifier = form.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  if (!pending || (pending.challenge !== null && pending.challenge !== challenge)) {
    return { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' };
  }
  return giveUserToken(world, pending.user);
}

/** Answers what a manifest's code is exchanged for; undefined for everything else. */
export async function answerManifest(world: World, call: ApiCall, url: URL): Promise<ApiAnswer | undefined> {
  const path = url.pathname.slice('/api/v3'.length);
  const [, code] = /^\/app-manifests\/([^/]+)\/conversions$/.exec(path) ?? [];
  if (code !== undefined && call.method === 'POST') return { status: 201, body: await convert(world, code) };
  return undefined;
}

/** The requests that owners have not answered yet. */
export function listInstallationRequests(world: World): Json[] {
  const installed = new Set([...world.installations.values()].filter(({ deleted }) => !deleted).map(({ account }) => account.id));
  return peopleOf(world)
    .requests.filter(({ account }) => !installed.has(account.id))
    .map(({ id, account, requester, at }) => ({
      id,
      node_id: nodeId('IR', id),
      account: accountPayload(world, account),
      requester: accountPayload(world, requester),
      created_at: isoTime(at),
    }));
}

/** This world has one App: it becomes the one of the manifest, with a key, a secret and an id of its own. */
async function convert(world: World, code: string): Promise<Json> {
  const people = peopleOf(world);
  const pending = people.apps.get(code);
  people.apps.delete(code);
  if (!pending) throw new ApiProblem(404, 'Not Found');
  const { manifest, owner } = pending;
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const hook = (manifest['hook_attributes'] ?? {}) as { url?: string; active?: boolean };
  const name = String(manifest['name']);
  people.clientSecret = randomBytes(20).toString('hex');
  Object.assign(world.app, {
    id: world.nextId(),
    slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    clientId: `Iv23li${randomBytes(7).toString('hex')}`,
    createdAt: world.now(),
    publicKey: createPublicKey(privateKey),
    webhookSecret: randomBytes(20).toString('hex'),
    webhookUrl: hook.active === false ? null : (hook.url ?? null),
    permissions: manifest['default_permissions'],
    events: manifest['default_events'],
  });
  const { app } = world;
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: accountPayload(world, owner),
    name,
    html_url: `${world.url}/apps/${app.slug}`,
    permissions: app.permissions,
    events: app.events,
    client_id: app.clientId,
    client_secret: people.clientSecret,
    webhook_secret: hook.active === false ? null : app.webhookSecret,
    pem: privateKey,
  };
}
