import { toStorableText } from '../../core/storable.ts';
import type { RunFacts } from '../run-facts.ts';
import { cutText } from '../plain-json.ts';

/** The longest text of a stranger in an envelope, in characters: a commit's message, the text of an issue (handbook L4). */
const maxTextLength = 1000;

/** The longest name in a list, in bytes, and how many of them are sent. */
const maxNameBytes = 100;
const maxNames = 100;

/**
 * The default body of a webhook: thin, in our words, never GitHub's own payload (handbook L4). Text in it is written by strangers.
 * Its shape by type is envelope-schema.ts.
 */
export function buildEnvelope(facts: RunFacts): Record<string, unknown> {
  const { change, repository, actor } = facts;
  const common = {
    change_id: text(change['id']),
    sequence: Number(change['id']),
    origin: text(change['origin']),
    repository: { id: text(repository['id']), full_name: text(repository['full_name']) },
    actor: actor && { id: text(actor['id']), login: text(actor['login']), type: text(actor['type']) },
    run_id: facts.run.id,
    watch: facts.run.watch,
  };
  // Only what a push brings has a number of commits.
  const data = typeof change['commit_count'] === 'number' ? { ...common, ...pushed(facts) } : { ...common, ...told(change) };
  return { type: text(change['type']), timestamp: text(change['happened_at']), data };
}

/** What there is to say about the move of a ref. */
function pushed({ change, ref, before, after, commit }: RunFacts): Record<string, unknown> {
  return {
    ref: ref && { kind: text(ref['kind']), name: text(ref['name'], 300), full: text(ref['full'], 320) },
    before,
    after,
    forced: change['forced'] === true,
    commit_count: change['commit_count'],
    head_commit: commit && { id: text(commit['id']), message: longText(commit['message']) },
    links: { compare: link(change['url']), commit: link(commit?.['url']) },
  };
}

/** The data of any other change, which is made of chosen fields already; long texts are cut. */
function told(change: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, type: _type, origin: _origin, happened_at: _at, ...data } = change;
  return cut(data) as Record<string, unknown>;
}

function cut(value: unknown): unknown {
  if (typeof value === 'string') return longText(value);
  if (Array.isArray(value))
    return value.slice(0, maxNames).map((item) => (typeof item === 'string' ? text(item, maxNameBytes) : cut(item)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item)]));
}

/** One line of at most so many bytes. Control characters would take six bytes each. */
function text(value: unknown, maxBytes = 200): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? cutText(toStorableText(value).replace(/\p{Cc}/gu, '?'), maxBytes) : null;
}

/** A link, whole or not at all. */
function link(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 1000 ? text(value, 1000) : null;
}

function longText(value: unknown): string | null {
  return typeof value === 'string' ? toStorableText(value.slice(0, maxTextLength)) : null;
}
