import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { fullName, type Delivery, type Installation, type Json, type Repository, type World } from './world.ts';
import { installationHint } from './payloads.ts';

/** What is to be announced; the sender adds `installation` and, for an organisation's repository, `organization`. */
export interface Announcement {
  event: string;
  payload: Json;
  /** Null for what concerns a person and no installation. */
  installation: Installation | null;
  repository?: Repository;
}

/** GitHub drops events larger than this and says nothing (handbook A9). */
const payloadLimit = 25 * 1024 * 1024;
/** GitHub cuts the connection after ten seconds (handbook A5). */
const timeout = 10_000;
/** Above 2^53, because GitHub's are too and clients trip over it (handbook A18). */
export const firstDeliveryId = 3_804_004_623_172_239_366n;
// A connection of its own per delivery: a kept one would fail the first delivery after the receiver restarts.
const agents = { plain: new Agent({ keepAlive: false }), secure: new SecureAgent({ keepAlive: false }) };

/** Events that reach an App whether it subscribed or not (handbook A21). */
const automatic = new Set(['ping', 'installation', 'installation_repositories', 'installation_target', 'github_app_authorization']);

/** Events that come with a permission, without a subscription (handbook G2). */
const withPermission: Readonly<Record<string, string>> = { check_run: 'checks', check_suite: 'checks' };

/** Queues a delivery behind the others of its repository; answers its GUID, or `undefined` when GitHub would send nothing. */
export function announce(world: World, announcement: Announcement): string | undefined {
  const { event, installation, repository } = announcement;
  if (!automatic.has(event) && (installation === null || !hears(installation, event) || installation.suspendedAt !== null))
    return undefined;
  const hint = installation === null ? {} : { installation: announcement.payload['installation'] ?? installationHint(installation) };
  const body = Buffer.from(JSON.stringify({ ...announcement.payload, ...hint }));
  if (body.length > payloadLimit) return undefined;
  const action = announcement.payload['action'];
  const guid = randomUUID();
  const delivery = createDelivery(world, {
    guid,
    event,
    action: typeof action === 'string' ? action : null,
    installationId: installation?.id ?? null,
    repositoryId: repository?.id ?? null,
    redelivery: false,
    request: { headers: headersFor(world, { event, guid, body }), body },
  });
  enqueue(world, delivery);
  return guid;
}

function hears({ events, permissions }: Installation, event: string): boolean {
  const permission = withPermission[event];
  return permission === undefined ? events.includes(event) : permissions[permission] === 'write';
}

/** Sends a delivery again under the same GUID, as the button on GitHub does; deliveries lost while webhooks were off can be sent, too. */
export function redeliver(world: World, original: Delivery): Delivery {
  const { guid, event, action, installationId, repositoryId } = original;
  const { body } = original.request;
  const headers = headersFor(world, { event, guid, body });
  const delivery = createDelivery(world, {
    guid,
    event,
    action,
    installationId,
    repositoryId,
    redelivery: true,
    request: { headers, body },
  });
  enqueue(world, delivery);
  return delivery;
}

type NewDelivery = Omit<Delivery, 'id' | 'deliveredAt' | 'state' | 'status' | 'statusCode' | 'duration' | 'response'>;

function createDelivery(world: World, fields: NewDelivery): Delivery {
  const id = firstDeliveryId + BigInt(world.deliveries.length) * 7n;
  const unanswered = { state: 'waiting', status: 'pending', statusCode: 0, duration: 0, response: null } as const;
  const delivery: Delivery = { id, deliveredAt: world.now(), ...unanswered, ...fields };
  world.deliveries.push(delivery);
  return delivery;
}

function enqueue(world: World, delivery: Delivery): void {
  if (world.webhooks === 'off' || world.app.webhookUrl === null) {
    Object.assign(delivery, { state: 'lost', status: 'not sent: webhooks are off' });
    return;
  }
  const key = delivery.repositoryId === null ? `installation ${delivery.installationId}` : `repository ${delivery.repositoryId}`;
  const url = world.app.webhookUrl;
  void world.sends.run(key, () => send(world, url, delivery));
}

async function send(world: World, url: string, delivery: Delivery): Promise<void> {
  if (world.closing.signal.aborted) return;
  const started = performance.now();
  delivery.deliveredAt = world.now();
  try {
    const { statusCode, headers, body } = await post(world, new URL(url), delivery.request);
    const good = statusCode >= 200 && statusCode < 300;
    const state = good ? 'answered' : 'failed';
    Object.assign(delivery, {
      state,
      status: good ? 'OK' : `Invalid HTTP Response: ${statusCode}`,
      statusCode,
      response: { headers, body },
    });
  } catch (error) {
    // Which code GitHub shows here is not documented (handbook N2); these are gateway-like.
    const late = error instanceof Error && error.name === 'TimeoutError';
    Object.assign(delivery, { state: 'failed', status: late ? 'timed out' : 'failed to connect to host', statusCode: late ? 504 : 502 });
  }
  delivery.duration = Math.round(performance.now() - started) / 1000;
}

interface PostAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

function post(world: World, url: URL, { headers, body }: Delivery['request']): Promise<PostAnswer> {
  const secure = url.protocol === 'https:';
  const signal = AbortSignal.any([AbortSignal.timeout(timeout), world.closing.signal]);
  const options = { method: 'POST', headers: { ...headers, 'Content-Length': String(body.length) }, signal };
  return new Promise((resolve, reject) => {
    // An aborted request fails with AbortError, whose cause is the timeout.
    const fail = (error: Error): void => reject(error.cause instanceof Error ? error.cause : error);
    const request = secure
      ? httpsRequest(url, { ...options, agent: agents.secure })
      : httpRequest(url, { ...options, agent: agents.plain });
    request.on('error', fail);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const answered = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({ statusCode: response.statusCode ?? 0, headers: Object.fromEntries(answered), body: Buffer.concat(chunks).toString() });
      });
    });
    request.end(body);
  });
}

/** The headers of a delivery, signed with the App's secret of now. */
export function headersFor(world: World, delivery: { event: string; guid: string; body: Buffer }): Record<string, string> {
  const sign = (algorithm: string): string => createHmac(algorithm, world.app.webhookSecret).update(delivery.body).digest('hex');
  return {
    Accept: '*/*',
    'Content-Type': 'application/json',
    'User-Agent': 'GitHub-Hookshot/standin',
    'X-GitHub-Delivery': delivery.guid,
    'X-GitHub-Event': delivery.event,
    'X-GitHub-Hook-ID': String(world.app.id + 1),
    'X-GitHub-Hook-Installation-Target-ID': String(world.app.id),
    'X-GitHub-Hook-Installation-Target-Type': 'integration',
    'X-Hub-Signature': `sha1=${sign('sha1')}`,
    'X-Hub-Signature-256': `sha256=${sign('sha256')}`,
  };
}

/** A delivery as tests look at it, with the payload parsed. */
export interface DeliveryRecord extends Omit<Delivery, 'id' | 'request'> {
  id: string;
  /** `owner/name` of its repository today. */
  repository: string | null;
  request: { headers: Record<string, string>; payload: Json };
}

/** Describes a delivery for the control API and for tests. */
export function describeDelivery(world: World, delivery: Delivery): DeliveryRecord {
  const repository = delivery.repositoryId === null ? undefined : world.repositories.get(delivery.repositoryId);
  const { id, request, ...rest } = delivery;
  const payload = JSON.parse(request.body.toString()) as Json;
  return { ...rest, id: String(id), repository: repository ? fullName(repository) : null, request: { headers: request.headers, payload } };
}
