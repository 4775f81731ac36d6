import type { IncomingHttpHeaders } from 'node:http';
import { RepoWatchError } from '../core/errors.ts';
import { toStorableText } from '../core/storable.ts';
import type { NewDelivery } from './insert-deliveries.ts';
import { laneOf } from './lane.ts';

/** The headers that are kept with a delivery (handbook A1, J2); each value must be harmless. */
const keptHeaders = [
  'user-agent',
  'content-type',
  'x-github-event',
  'x-github-delivery',
  'x-github-hook-id',
  'x-github-hook-installation-target-type',
  'x-github-hook-installation-target-id',
  'x-github-enterprise-host',
  'x-github-enterprise-version',
  'x-github-tenant',
];

/** What the door has to know of a verified delivery. */
export interface DeliveryFacts {
  delivery: Omit<NewDelivery, 'digest'>;
  /** The App that GitHub says it is addressed to. */
  targetAppId: string | undefined;
}

/** Reads from headers and body what storing needs: the identity, the lane, and nothing that could be refused later. */
export function readDeliveryFacts(headers: { event: string; guid: string; all: IncomingHttpHeaders }, body: Buffer): DeliveryFacts {
  const payload = parseObject(body);
  const targetType = header(headers.all, 'x-github-hook-installation-target-type');
  const hookId = header(headers.all, 'x-github-hook-id');
  const installationGithubId = githubId(payload['installation']);
  const repository = payload['repository'];
  const repositoryGithubId = githubId(repository);
  const action = payload['action'];
  return {
    delivery: {
      source: 'webhook',
      sender: targetType === undefined || targetType === 'integration' ? 'app' : `hook:${hookId ?? 'unknown'}`,
      guid: headers.guid,
      event: headers.event,
      action: typeof action === 'string' ? toStorableText(action).slice(0, 100) : null,
      headers: keep(headers.all),
      body,
      lane: laneOf({ repositoryGithubId, installationGithubId, event: headers.event }),
      installationGithubId,
      repositoryGithubId,
      repositoryFullName: fullName(repository),
    },
    targetAppId: targetType === 'integration' ? header(headers.all, 'x-github-hook-installation-target-id') : undefined,
  };
}

function parseObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new RepoWatchError('body_not_json', 'The body is not valid JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new RepoWatchError('body_not_json', 'The body is JSON, but not an object as every GitHub payload is.');
  }
  return value as Record<string, unknown>;
}

function githubId(object: unknown): string | null {
  if (object === null || typeof object !== 'object' || !Object.hasOwn(object, 'id')) return null;
  const { id } = object as { id: unknown };
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? String(id) : null;
}

function fullName(repository: unknown): string | null {
  if (repository === null || typeof repository !== 'object' || !Object.hasOwn(repository, 'full_name')) return null;
  const name = (repository as { full_name: unknown }).full_name;
  return typeof name === 'string' ? toStorableText(name).slice(0, 300) : null;
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && /^[\w .:;,/()+=@-]{1,200}$/.test(value) ? value : undefined;
}

function keep(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = header(headers, name);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
