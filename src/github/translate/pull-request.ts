import { z } from 'zod';
import { pullRequestChangeTypes, type PullRequestChangeData, type PullRequestChangeType } from '../../changes/pull-request-change.ts';
import { githubIdSchema, repositorySchema } from '../facts.ts';
import type { Translation } from '../translation.ts';
import { once, repeated, toggled, type Meaning } from '../meaning.ts';
import {
  anything,
  postedText,
  editedText,
  flag,
  identity,
  logins,
  milestone,
  named,
  names,
  person,
  shortText,
  teamNames,
  timeText,
} from './payload-parts.ts';
import { findInstallation, readPayload, unhandledAction, withoutInstallation } from './read-payload.ts';

const types = new Map<unknown, PullRequestChangeType>(
  pullRequestChangeTypes.filter((type) => type !== 'pull_request.merged').map((type) => [type.slice('pull_request.'.length), type]),
);

// Null when the fork was deleted (handbook F6).
const sideRepository = z
  .object({ full_name: z.string().max(500) })
  .nullish()
  .catch(null);
const side = z.object({ ref: z.string().max(1_000), sha: z.string().max(64), repo: sideRepository });
const shaText = z.string().max(64).nullish().catch(null);

const payloadSchema = z.object({
  repository: repositorySchema,
  sender: person,
  pull_request: z.object({
    id: githubIdSchema,
    number: z.int().nonnegative(),
    title: shortText,
    body: postedText,
    state: z.enum(['open', 'closed']).catch('open'),
    draft: flag,
    merged: flag,
    merged_at: timeText,
    locked: flag,
    html_url: shortText,
    user: person,
    base: side,
    head: side,
    labels: names,
    assignees: logins,
    requested_reviewers: logins,
    requested_teams: teamNames,
    milestone,
    merge_commit_sha: shaText,
    merged_by: person,
    closed_at: timeText,
    created_at: timeText,
    updated_at: timeText,
  }),
  label: anything,
  assignee: anything,
  requested_reviewer: anything,
  requested_team: anything,
  milestone: anything,
  before: shaText,
  after: shaText,
  reason: shortText,
  changes: z
    .object({
      title: editedText,
      body: editedText,
      base: z
        .object({ ref: z.object({ from: z.string().max(1_000) }) })
        .optional()
        .catch(undefined),
    })
    .nullish()
    .catch(null),
});
type Payload = z.output<typeof payloadSchema>;

function describePull(pull: Payload['pull_request']): PullRequestChangeData['pull_request'] {
  const { user, base, head, merged_at: mergedAt, title, merge_commit_sha: mergeSha, merged_by: mergedBy, ...rest } = pull;
  const merged = pull.merged || mergedAt !== null;
  const showSide = ({ ref, sha, repo }: typeof base) => ({ ref, sha, repository: repo?.full_name ?? null });
  return {
    ...rest,
    title: title ?? '',
    merged,
    author: user,
    base: showSide(base),
    head: showSide(head),
    from_fork: head.repo?.full_name !== base.repo?.full_name || !head.repo,
    // Of one that is not merged it is a commit that GitHub only tried out (handbook F7).
    merge_commit_sha: merged ? (mergeSha ?? null) : null,
    merged_by: merged ? mergedBy : null,
    merged_at: mergedAt,
  };
}

function toData(type: PullRequestChangeType, payload: Payload): PullRequestChangeData {
  const about = (...words: string[]) => words.some((word) => type === `pull_request.${word}`);
  const reviewed = about('review_requested', 'review_request_removed');
  const { title, body, base } = payload.changes ?? {};
  return {
    pull_request: describePull(payload.pull_request),
    label: about('labeled', 'unlabeled') ? named.parse(payload.label) : null,
    assignee: about('assigned', 'unassigned') ? person.parse(payload.assignee) : null,
    reviewer: reviewed ? person.parse(payload.requested_reviewer) : null,
    team: reviewed ? named.parse(payload.requested_team) : null,
    milestone: about('milestoned', 'demilestoned') ? milestone.parse(payload.milestone ?? null) : null,
    before: about('synchronize') ? (payload.before ?? null) : null,
    after: about('synchronize') ? (payload.after ?? null) : null,
    from: about('edited')
      ? {
          ...(title === undefined ? {} : { title }),
          ...(body === undefined ? {} : { body }),
          ...(base === undefined ? {} : { base: base.ref.from }),
        }
      : {},
    reason: payload.reason,
  };
}

/** Opened and merged happen once to a pull request; heads identify a move; the rest is told apart by GitHub's time and by what it is about. */
function toMeaning(type: PullRequestChangeType, payload: Payload): Meaning {
  const { id, updated_at: at } = payload.pull_request;
  const { label, assignee, requested_reviewer: reviewer, requested_team: team, milestone: goal } = payload;
  switch (type) {
    case 'pull_request.opened':
    case 'pull_request.merged':
      return once(type, id);
    case 'pull_request.edited':
      return repeated(type, id, { what: payload.changes, at });
    case 'pull_request.synchronize':
      return repeated(type, id, { what: [payload.before, payload.after ?? payload.pull_request.head.sha], at });
    case 'pull_request.labeled':
    case 'pull_request.unlabeled':
      return toggled(type, id, { what: identity.parse(label), at });
    case 'pull_request.assigned':
    case 'pull_request.unassigned':
      return toggled(type, id, { what: identity.parse(assignee), at });
    case 'pull_request.review_requested':
    case 'pull_request.review_request_removed':
      return toggled(type, id, { what: reviewer ? `u${identity.parse(reviewer)}` : `t${identity.parse(team)}`, at });
    case 'pull_request.milestoned':
    case 'pull_request.demilestoned':
      return toggled(type, id, { what: identity.parse(goal), at });
    default:
      return toggled(type, id, { at });
  }
}

/** Something happened to a pull request. `closed` is one of two things: merged has a word of its own (handbook F6). */
export function translatePullRequest(payload: Record<string, unknown>): Translation {
  const known = types.get(payload['action']);
  if (!known) return unhandledAction('pull_request', payload['action']);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('pull_request');
  const result = readPayload('pull_request', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { read } = result;
  const merged = read.pull_request.merged || read.pull_request.merged_at !== null;
  const type = known === 'pull_request.closed' && merged ? 'pull_request.merged' : known;
  return {
    result: 'noun',
    repository: read.repository,
    installation,
    actor: read.sender,
    change: { type, data: toData(type, read) },
    meaning: toMeaning(type, read),
  };
}
