import { createHash } from 'node:crypto';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import type { RunFacts } from '../run-facts.ts';

/** A body as GitHub sends it, with the headers that say what it is. */
export interface GitHubBody {
  body: Record<string, unknown>;
  headers: { 'x-github-event': string; 'x-github-delivery': string };
}

const zeros = /^0+$/;

/**
 * GitHub's own payload, without credentials and private addresses (core/redact-payload.ts), under GitHub's event name and delivery id. A move
 * of a ref that GitHub never announced gets the push that GitHub would have sent, as far as it is known; everything else has none.
 */
export function buildGitHubBody(facts: RunFacts, idempotencyKey: string): Outcome<GitHubBody, 'webhook_format_unavailable'> {
  const { delivery, event } = facts;
  if (delivery && Object.keys(event).length > 0)
    return ok({ body: event, headers: { 'x-github-event': delivery.event, 'x-github-delivery': delivery.guid } });
  if (typeof facts.change['commit_count'] === 'number')
    return ok({ body: buildPush(facts), headers: { 'x-github-event': 'push', 'x-github-delivery': toGuid(idempotencyKey) } });
  const type = String(facts.change['type']);
  return failed(
    'webhook_format_unavailable',
    `A change of the type ${type} did not come with a payload of GitHub; use another format, or leave it out of \`on\`.`,
  );
}

function buildPush({ change, repository, ref, before, after, commit, commits, actor, installation }: RunFacts): Record<string, unknown> {
  const login = actor?.['login'] ?? null;
  return {
    ref: ref?.['full'] ?? null,
    before,
    after,
    created: zeros.test(before ?? ''),
    deleted: zeros.test(after ?? ''),
    forced: change['forced'] === true,
    base_ref: null,
    compare: change['url'] ?? null,
    commits,
    head_commit: commit,
    repository: {
      id: toNumber(repository['id']),
      name: repository['name'],
      full_name: repository['full_name'],
      private: repository['private'],
      default_branch: repository['default_branch'],
      html_url: repository['html_url'] ?? null,
      owner: { login: repository['owner'], name: repository['owner'] },
    },
    pusher: { name: login },
    sender: actor && { id: toNumber(actor['id']), login, type: actor['type'] },
    installation: { id: toNumber(installation['id']) },
  };
}

/** GitHub's ids are numbers in its payloads; one that a number cannot hold exactly stays text. */
function toNumber(id: unknown): unknown {
  const number = Number(id);
  return typeof id === 'string' && Number.isSafeInteger(number) ? number : id;
}

/** An id in the shape of GitHub's that is the same for every try. */
function toGuid(key: string): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
