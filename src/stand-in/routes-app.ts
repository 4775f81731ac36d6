import { randomBytes } from 'node:crypto';
import {
  ApiProblem,
  linkHeader,
  linkTo,
  notFound,
  paginate,
  unprocessable,
  type ApiAnswer,
  type ApiRequest,
  type Route,
} from './api-request.ts';
import { suspendInstallation, uninstallApp } from './operations.ts';
import { accountPayload, installationPayload, installedRepositoryPayload, isoTime, nodeId } from './payloads.ts';
import { listInstallationRequests } from './people.ts';
import { redeliver } from './webhook-sender.ts';
import {
  covers,
  findInstallation,
  findRepository,
  fullName,
  listInstalled,
  readRepository,
  type Delivery,
  type Installation,
  type Json,
  type World,
} from './world.ts';

/** What the App may ask with its JWT. */
export const appRoutes: Route<ApiRequest>[] = [
  { method: 'GET', pattern: '/app', handle: ({ world }) => ({ body: describeApp(world) }) },
  { method: 'GET', pattern: '/app/installations', handle: listInstallations },
  { method: 'GET', pattern: '/app/installation-requests', handle: ({ world }) => ({ body: listInstallationRequests(world) }) },
  {
    method: 'GET',
    pattern: '/app/installations/:id',
    handle: (request) => ({ body: installationPayload(request.world, installationOf(request)) }),
  },
  { method: 'DELETE', pattern: '/app/installations/:id', handle: (request) => act(request, uninstallApp) },
  {
    method: 'PUT',
    pattern: '/app/installations/:id/suspended',
    handle: (request) => act(request, (world, login) => suspendInstallation(world, login, true)),
  },
  {
    method: 'DELETE',
    pattern: '/app/installations/:id/suspended',
    handle: (request) => act(request, (world, login) => suspendInstallation(world, login, false)),
  },
  { method: 'POST', pattern: '/app/installations/:id/access_tokens', handle: createToken },
  { method: 'GET', pattern: '/app/hook/config', handle: ({ world }) => ({ body: hookConfig(world) }) },
  { method: 'PATCH', pattern: '/app/hook/config', handle: updateHookConfig },
  { method: 'GET', pattern: '/app/hook/deliveries', handle: listDeliveries },
  { method: 'GET', pattern: '/app/hook/deliveries/:id', handle: (request) => ({ raw: wholeDelivery(deliveryOf(request)) }) },
  { method: 'POST', pattern: '/app/hook/deliveries/:id/attempts', handle: repeatDelivery },
  { method: 'GET', pattern: '/repos/:owner/:repo/installation', handle: findRepositoryInstallation },
];

/** What an installation may ask about itself with its token. */
export const installationRoutes: Route<ApiRequest>[] = [
  { method: 'GET', pattern: '/installation/repositories', handle: listInstallationRepositories },
  { method: 'DELETE', pattern: '/installation/token', handle: revokeToken },
];

function describeApp(world: World): Json {
  const { app } = world;
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId('A', app.id),
    owner: accountPayload(world, world.pusher),
    name: app.slug,
    description: '',
    external_url: world.url,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: isoTime(app.createdAt),
    updated_at: isoTime(app.createdAt),
    permissions: app.permissions,
    events: app.events,
    installations_count: [...world.installations.values()].filter(({ deleted }) => !deleted).length,
  };
}

function listInstallations(request: ApiRequest): ApiAnswer {
  const { world } = request;
  const { items, headers } = paginate(
    request,
    [...world.installations.values()].filter(({ deleted }) => !deleted),
  );
  return { body: items.map((installation) => installationPayload(world, installation)), headers };
}

function installationOf(request: ApiRequest): Installation {
  const installation = request.world.installations.get(Number(request.param('id')));
  if (!installation || installation.deleted) throw notFound();
  return installation;
}

function act(request: ApiRequest, operation: (world: World, login: string) => void): ApiAnswer {
  operation(request.world, installationOf(request).account.login);
  return { status: 204 };
}

function createToken(request: ApiRequest): ApiAnswer {
  const { world, body } = request;
  const installation = installationOf(request);
  if (installation.suspendedAt) throw new ApiProblem(403, 'This installation has been suspended');
  const repositoryIds = requestedRepositories(request, installation);
  const permissions = { ...installation.permissions, ...(body['permissions'] as Record<string, string> | undefined) };
  if (body['permissions'] !== undefined) {
    for (const name of Object.keys(permissions))
      if (!(name in (body['permissions'] as object)) && name !== 'metadata') delete permissions[name];
    if (Object.keys(permissions).some((name) => !(name in installation.permissions))) {
      throw unprocessable('The permissions requested are not granted to this installation.');
    }
  }
  const token = `ghs_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
  const expiresAt = new Date(world.now().getTime() + 3_600_000);
  world.tokens.set(token, { installation, expiresAt, repositoryIds, permissions });
  const repositories = listInstalled(world, installation).filter(({ id }) => repositoryIds?.has(id));
  return {
    status: 201,
    body: {
      token,
      expires_at: isoTime(expiresAt),
      permissions,
      repository_selection: repositoryIds ? 'selected' : installation.selection,
      ...(repositoryIds ? { repositories: repositories.map((each) => installedRepositoryPayload(world, installation, each)) } : {}),
    },
  };
}

function requestedRepositories({ world, body }: ApiRequest, installation: Installation): Set<number> | null {
  const ids = body['repository_ids'];
  const names = body['repositories'];
  if (!Array.isArray(ids) && !Array.isArray(names)) return null;
  const installed = listInstalled(world, installation);
  const wanted = new Set<unknown>([...(Array.isArray(ids) ? ids : []), ...(Array.isArray(names) ? names : [])]);
  const chosen = installed.filter(({ id, name }) => wanted.has(id) || wanted.has(name));
  if (chosen.length < wanted.size) {
    throw unprocessable('There is at least one repository that does not exist or is not accessible to the parent installation.');
  }
  return new Set(chosen.map(({ id }) => id));
}

function hookConfig(world: World): Json {
  return { content_type: 'json', insecure_ssl: '0', secret: '********', url: world.app.webhookUrl ?? '' };
}

function updateHookConfig({ world, body }: ApiRequest): ApiAnswer {
  if (typeof body['url'] === 'string') world.app.webhookUrl = body['url'];
  if (typeof body['secret'] === 'string') world.app.webhookSecret = body['secret'];
  return { body: hookConfig(world) };
}

/** How long GitHub keeps deliveries (handbook A15). */
const retention = 3 * 24 * 3_600_000;

/** Newest first, by an opaque cursor; what was lost or has no answer yet is not there. */
function listDeliveries(request: ApiRequest): ApiAnswer {
  const { world, url } = request;
  const perPage = Math.min(100, Number(url.searchParams.get('per_page') ?? 30) || 30);
  const cursor = url.searchParams.get('cursor');
  const status = url.searchParams.get('status');
  const below = cursor === null ? undefined : parseCursor(cursor);
  const known = listKnown(world).filter(
    (each) => (below === undefined || each.id < below) && (status === null || (status === 'success') === (each.state === 'answered')),
  );
  const items = known.slice(0, perPage);
  const last = items.at(-1);
  const more = last !== undefined && known.length > items.length;
  const next: [string, string][] = more ? [['next', linkTo(request, { cursor: `v1_${last.id}` })]] : [];
  return { body: items.map(deliverySummary), headers: linkHeader(next) };
}

function listKnown(world: World): Delivery[] {
  return world.deliveries.filter((delivery) => isListed(world, delivery)).reverse();
}

function isListed(world: World, { state, deliveredAt }: Delivery): boolean {
  return (state === 'answered' || state === 'failed') && deliveredAt.getTime() >= world.now().getTime() - retention;
}

function parseCursor(cursor: string): bigint {
  const [, digits] = /^v1_(\d+)$/.exec(cursor) ?? [];
  if (digits === undefined) throw unprocessable('Invalid cursor');
  return BigInt(digits);
}

function deliveryOf(request: ApiRequest): Delivery {
  const { world } = request;
  const delivery = world.deliveries.find(({ id }) => String(id) === request.param('id'));
  if (!delivery || !isListed(world, delivery)) throw notFound();
  return delivery;
}

function deliverySummary(delivery: Delivery): Json {
  return {
    // Ids are numbers above 2^53 in GitHub's JSON, too (handbook A18).
    id: rawNumber(delivery.id),
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt.toISOString(),
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

/** The payload goes out byte for byte: GitHub's numbers are not rounded either. */
function wholeDelivery(delivery: Delivery): Buffer {
  const response = delivery.response
    ? { headers: delivery.response.headers, payload: delivery.response.body }
    : { headers: null, payload: null };
  const place = '"payload goes here"';
  const whole = {
    ...deliverySummary(delivery),
    url: '',
    request: { headers: delivery.request.headers, payload: 'payload goes here' },
    response,
  };
  return Buffer.from(JSON.stringify(whole).replace(place, () => delivery.request.body.toString()));
}

// In Node since 22; the type library does not have it yet.
const json = JSON as unknown as { rawJSON(text: string): unknown };

function rawNumber(value: bigint): unknown {
  return json.rawJSON(String(value));
}

function repeatDelivery(request: ApiRequest): ApiAnswer {
  redeliver(request.world, deliveryOf(request));
  return { status: 202, body: {} };
}

function findRepositoryInstallation(request: ApiRequest): ApiAnswer {
  const { world } = request;
  const found = findRepository(world, `${request.param('owner')}/${request.param('repo')}`);
  const installation = found && findInstallation(world, readRepository(world, fullName(found.repository)));
  if (!installation) throw notFound();
  return { body: installationPayload(world, installation) };
}

function listInstallationRepositories(request: ApiRequest): ApiAnswer {
  const { world, identity } = request;
  if (identity.kind !== 'installation') throw notFound();
  const { installation, repositoryIds } = identity;
  const all = [...world.repositories.values()].filter(
    (each) => covers(installation, each) && (!repositoryIds || repositoryIds.has(each.id)),
  );
  const { items, headers } = paginate(request, all);
  const repositories = items.map((each) => installedRepositoryPayload(world, installation, each));
  const selection = repositoryIds ? 'selected' : installation.selection;
  return { body: { total_count: all.length, repository_selection: selection, repositories }, headers };
}

function revokeToken({ world, identity }: ApiRequest): ApiAnswer {
  if (identity.kind === 'installation') world.tokens.delete(identity.token);
  return { status: 204 };
}
