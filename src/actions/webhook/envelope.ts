import { toStorableText } from '../../core/storable.ts';
import type { RunFacts } from '../action.ts';
import { cutText } from '../plain-json.ts';

/** The longest commit message an envelope carries, in characters; even fully escaped the whole stays below 20 kB (handbook L4). */
const maxMessageLength = 1000;

/** The default body of a webhook: thin, in our words, never GitHub's own payload (handbook L4). Text in it is written by strangers. */
export function buildEnvelope(facts: RunFacts): Record<string, unknown> {
  const { change, repository, ref, commit, actor } = facts;
  const head = commit && { id: text(commit['id']), message: headMessage(commit['message']) };
  return {
    type: text(change['type']),
    timestamp: text(change['happened_at']),
    data: {
      change_id: text(change['id']),
      origin: text(change['origin']),
      repository: { id: text(repository['id']), full_name: text(repository['full_name']) },
      ref: ref && { kind: text(ref['kind']), name: text(ref['name'], 300), full: text(ref['full'], 320) },
      before: facts.before,
      after: facts.after,
      forced: change['forced'] === true,
      commit_count: typeof change['commit_count'] === 'number' ? change['commit_count'] : facts.commits.length,
      head_commit: head,
      actor: actor && { id: text(actor['id']), login: text(actor['login']), type: text(actor['type']) },
      run_id: facts.run.id,
      watch: facts.run.watch,
      links: { compare: link(change['url']), commit: link(commit?.['url']) },
    },
  };
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

function headMessage(value: unknown): string | null {
  return typeof value === 'string' ? toStorableText(value.slice(0, maxMessageLength)) : null;
}
