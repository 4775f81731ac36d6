import { createHash } from 'node:crypto';

/**
 * What makes a change the same change, however often and by whichever delivery it is learned. Chosen from facts of the
 * payload, because one thing that happened can arrive under several GUIDs (a redelivery after a purge, a second webhook).
 */
export interface Meaning {
  /** The same text for the same thing. */
  fact: string;
  /** The fact that undoes this one. After it the same fact is news again: a label added, removed and added within a second. */
  opposite?: string;
  /** True when no fact tells two of them apart: then the delivery's GUID does. */
  byGuid?: true;
}

/** Words that undo each other, by their halves after the dot. */
const opposites = new Map(
  [
    ['closed', 'reopened'],
    ['labeled', 'unlabeled'],
    ['assigned', 'unassigned'],
    ['milestoned', 'demilestoned'],
    ['locked', 'unlocked'],
    ['pinned', 'unpinned'],
    ['typed', 'untyped'],
    ['field_added', 'field_removed'],
    ['review_requested', 'review_request_removed'],
    ['ready_for_review', 'converted_to_draft'],
    ['auto_merge_enabled', 'auto_merge_disabled'],
    ['enqueued', 'dequeued'],
    ['added', 'removed'],
    ['published', 'unpublished'],
  ].flatMap(([one, other]) => [
    [one!, other!],
    [other!, one!],
  ]),
);

/** Something that happens once to a thing: it is opened, merged, deleted. */
export function once(type: string, id: string): Meaning {
  return { fact: `${type}:${id}` };
}

/** Something that can be done and undone: the thing, what about it (a label, a person), and GitHub's time of it, which is exact to the second. */
export function toggled(type: string, id: string, about: { what?: string; at?: string | null } = {}): Meaning {
  const [noun, word] = [type.slice(0, type.indexOf('.')), type.slice(type.indexOf('.') + 1)];
  const rest = [id, about.what, about.at].filter((part) => part !== undefined && part !== null).join(':');
  const opposite = opposites.get(word);
  return { fact: `${type}:${rest}`, ...(opposite === undefined ? {} : { opposite: `${noun}.${opposite}:${rest}` }) };
}

/** Something that can happen again and again, each time with something of its own: an edit. Without a time of GitHub's the GUID tells two apart. */
export function repeated(type: string, id: string, about: { what: unknown; at: string | null }): Meaning {
  const digest = createHash('sha256')
    .update(JSON.stringify(about.what ?? null))
    .digest('base64url')
    .slice(0, 22);
  return { fact: `${type}:${id}:${about.at ?? 'undated'}:${digest}`, ...(about.at === null ? { byGuid: true as const } : {}) };
}
