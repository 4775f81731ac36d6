import type { RunFacts } from '../run-facts.ts';

/** What a run is about, as the ledger of tickets knows it. */
export interface TicketCause {
  /** The same for everything that tells of the same happening (handbook K5). */
  cause: string;
  happenedAt: Date;
  /** The names under which a machine may have the event, the likeliest first. */
  events: string[];
}

/**
 * Names the happening behind a change: a merge by pull request and sha, a release by its id, a push by its sha; everything else by
 * its change. A redelivery, a replay, and `released` after `published` are the same happening.
 */
export function describeCause(facts: RunFacts): TicketCause {
  const type = String(facts.change['type']);
  return { cause: nameCause(facts, type), happenedAt: findMoment(facts, type), events: listEvents(facts, type) };
}

/** Which of its times says when something happened to an issue, a pull request or a release. */
const timeFields: Readonly<Record<string, string>> = {
  opened: 'created_at',
  merged: 'merged_at',
  closed: 'closed_at',
  published: 'published_at',
};

/** When it happened by GitHub's word: a late webhook is known by that, not by when it came. */
function findMoment({ change }: RunFacts, type: string): Date {
  const object = (change['pull_request'] ?? change['issue'] ?? change['release'] ?? {}) as Record<string, unknown>;
  const field = timeFields[type.slice(type.lastIndexOf('.') + 1)] ?? 'updated_at';
  const came = Date.parse(String(change['happened_at']));
  const told = Date.parse(String(object[field]));
  const times = [told, came].filter((time) => !Number.isNaN(time));
  return new Date(times.length === 0 ? 0 : Math.min(...times));
}

function nameCause(facts: RunFacts, type: string): string {
  const { pull_request: pull, release } = facts.change as Record<string, Record<string, unknown> | undefined>;
  if (type === 'pull_request.merged' && pull) return `pull_request ${String(pull['id'])} ${String(pull['merge_commit_sha'])}`;
  if (type.startsWith('release.') && release) return `release ${String(release['id'])}`;
  if (facts.ref !== null && facts.after !== null && /^(?:branch|tag)\.(?:created|updated|moved)$/.test(type))
    return `commit ${facts.after}`;
  return `change ${String(facts.change['id'])}`;
}

/** `pull_request.opened` of a draft is `pull_request.drafted` first; then the whole word, then its last part. */
function listEvents(facts: RunFacts, type: string): string[] {
  const pull = facts.change['pull_request'] as { draft?: unknown } | undefined;
  const words = type === 'pull_request.opened' && pull?.draft === true ? ['pull_request.drafted', 'drafted', type] : [type];
  return [...words, type.slice(type.lastIndexOf('.') + 1)];
}

/** The names under which an event that the configuration names may stand. */
export function namesOfEvent(event: string, { events }: TicketCause): string[] {
  return [event, ...events.filter((name) => name.endsWith(`.${event}`))];
}
