import { z } from 'zod';
import { defineNoun, type SentenceSubject } from './noun.ts';
import { personSchema, sampleColleague, samplePerson } from './person.ts';
import { shown } from './strangers-text.ts';

const types = {
  'pull_request.opened': 'A pull request was opened.',
  'pull_request.closed': 'A pull request was closed without being merged.',
  'pull_request.merged': 'A pull request was merged.',
  'pull_request.reopened': 'A closed pull request was opened again.',
  'pull_request.edited': 'The title, text or base branch of a pull request was changed; `from` has what was there before.',
  'pull_request.synchronize': 'The head of a pull request moved from `before` to `after`.',
  'pull_request.ready_for_review': 'A draft became ready for review.',
  'pull_request.converted_to_draft': 'A pull request became a draft.',
  'pull_request.review_requested': 'A review was asked for, from `reviewer` or `team`.',
  'pull_request.review_request_removed': 'A review is not asked for any more, from `reviewer` or `team`.',
  'pull_request.assigned': 'Somebody was assigned to a pull request.',
  'pull_request.unassigned': 'Somebody is not assigned to a pull request any more.',
  'pull_request.labeled': 'A label was added to a pull request.',
  'pull_request.unlabeled': 'A label was taken off a pull request.',
  'pull_request.milestoned': 'A pull request was added to a milestone.',
  'pull_request.demilestoned': 'A pull request was taken out of a milestone.',
  'pull_request.locked': 'The conversation of a pull request was locked.',
  'pull_request.unlocked': 'The conversation of a pull request was unlocked.',
  'pull_request.auto_merge_enabled': 'A pull request is merged by GitHub as soon as it may.',
  'pull_request.auto_merge_disabled': 'A pull request is not merged by itself any more.',
  'pull_request.enqueued': 'A pull request was added to the merge queue.',
  'pull_request.dequeued': 'A pull request left the merge queue.',
} as const;

export type PullRequestChangeType = keyof typeof types;

/** The type words of changes to pull requests (handbook F6). Merged has its own word and is not closed. */
export const pullRequestChangeTypes = Object.keys(types) as PullRequestChangeType[];

const sideSchema = z.strictObject({
  ref: z.string().describe('The branch'),
  sha: z.string(),
  repository: z.string().nullable().describe('owner/name; null when the fork was deleted'),
});

/** A pull request in the data of a change: chosen fields only. */
const pullRequestSchema = z
  .strictObject({
    id: z.string(),
    number: z.int(),
    title: z.string(),
    body: z.string().nullable().describe('At most 65,536 characters'),
    state: z.enum(['open', 'closed']),
    draft: z.boolean(),
    merged: z.boolean(),
    locked: z.boolean(),
    html_url: z.string().nullable(),
    author: personSchema.nullable().describe('Null when the account was deleted'),
    base: sideSchema,
    head: sideSchema,
    from_fork: z.boolean().describe('True when the head is in another repository, or was'),
    labels: z.array(z.string()),
    assignees: z.array(z.string()).describe('Logins'),
    requested_reviewers: z.array(z.string()).describe('Logins'),
    requested_teams: z.array(z.string()).describe('Slugs'),
    milestone: z.string().nullable(),
    merge_commit_sha: z.string().nullable().describe('Only when it was merged'),
    merged_by: personSchema.nullable(),
    merged_at: z.string().nullable(),
    closed_at: z.string().nullable(),
    created_at: z.string().nullable(),
    updated_at: z.string().nullable(),
  })
  .describe('The pull request after the change');

/** What is stored with a change to a pull request. */
const pullRequestChangeData = z.strictObject({
  pull_request: pullRequestSchema,
  label: z.string().nullable().describe('The label that was added or taken off'),
  assignee: personSchema.nullable().describe('Who was assigned, or is not any more'),
  reviewer: personSchema.nullable().describe('Who is to review, or is not any more'),
  team: z.string().nullable().describe('The team that is to review, or is not any more'),
  milestone: z.string().nullable().describe('The milestone that it was added to, or taken out of'),
  before: z.string().nullable().describe('The head before, of `synchronize`'),
  after: z.string().nullable().describe('The head after, of `synchronize`'),
  from: z
    .strictObject({ title: z.string().optional(), body: z.string().nullable().optional(), base: z.string().optional() })
    .describe('What `edited` changed, as it was before'),
  reason: z.string().nullable().describe('Why it was locked, left the merge queue, or is not merged by itself any more'),
});
export type PullRequestChangeData = z.output<typeof pullRequestChangeData>;

const created = '2026-11-20T09:30:00Z';

function sample(type: PullRequestChangeType): PullRequestChangeData {
  const merged = type === 'pull_request.merged';
  const closed = merged || type === 'pull_request.closed';
  const about = (...words: string[]) => words.some((word) => type === `pull_request.${word}`);
  const head = '7d8a2b1c0e9f4a5b6c7d8e9f0a1b2c3d4e5f6a7b';
  return {
    pull_request: {
      id: '2301',
      number: 42,
      title: 'Read settings from one table',
      body: 'Closes SOC-7.',
      state: closed ? 'closed' : 'open',
      draft: type === 'pull_request.converted_to_draft',
      merged,
      locked: type === 'pull_request.locked',
      html_url: 'https://github.com/acme/app/pull/42',
      author: samplePerson,
      base: { ref: 'main', sha: '0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b', repository: 'acme/app' },
      head: { ref: 'settings', sha: head, repository: 'acme/app' },
      from_fork: false,
      labels: ['enhancement'],
      assignees: ['mona'],
      requested_reviewers: ['hubot'],
      requested_teams: ['platform'],
      milestone: 'v2',
      merge_commit_sha: merged ? 'c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2' : null,
      merged_by: merged ? sampleColleague : null,
      merged_at: merged ? '2026-11-21T10:00:00Z' : null,
      closed_at: closed ? '2026-11-21T10:00:00Z' : null,
      created_at: created,
      updated_at: '2026-11-21T10:00:00Z',
    },
    label: about('labeled', 'unlabeled') ? 'enhancement' : null,
    assignee: about('assigned', 'unassigned') ? samplePerson : null,
    reviewer: about('review_requested', 'review_request_removed') ? sampleColleague : null,
    team: null,
    milestone: about('milestoned', 'demilestoned') ? 'v2' : null,
    before: about('synchronize') ? '1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c' : null,
    after: about('synchronize') ? head : null,
    from: about('edited') ? { title: 'Settings', base: 'develop' } : {},
    reason: about('locked') ? 'resolved' : about('dequeued') ? 'CI_FAILURE' : null,
  };
}

function describe({ type, who, repository, data }: SentenceSubject<PullRequestChangeType, PullRequestChangeData>): string {
  const { pull_request: pull, before, after } = data;
  const what = `pull request #${pull.number} of ${repository}: ${shown(pull.title)}`;
  const reviewer = data.reviewer?.login ?? (data.team === null ? 'somebody' : `team ${shown(data.team)}`);
  switch (type) {
    case 'pull_request.merged':
      return `${who} merged into ${shown(pull.base.ref)} ${what}`;
    case 'pull_request.closed':
      return `${who} closed without merging ${what}`;
    case 'pull_request.synchronize':
      return `${who} moved the head from ${(before ?? 'unknown').slice(0, 7)} to ${(after ?? pull.head.sha).slice(0, 7)} of ${what}`;
    case 'pull_request.ready_for_review':
      return `${who} made ready for review ${what}`;
    case 'pull_request.converted_to_draft':
      return `${who} made a draft of ${what}`;
    case 'pull_request.review_requested':
      return `${who} asked ${reviewer} to review ${what}`;
    case 'pull_request.review_request_removed':
      return `${who} no longer asks ${reviewer} to review ${what}`;
    case 'pull_request.assigned':
      return `${who} assigned ${data.assignee?.login ?? 'somebody'} to ${what}`;
    case 'pull_request.unassigned':
      return `${who} took ${data.assignee?.login ?? 'somebody'} off ${what}`;
    case 'pull_request.labeled':
      return `${who} added the label ${shown(data.label ?? '')} to ${what}`;
    case 'pull_request.unlabeled':
      return `${who} took the label ${shown(data.label ?? '')} off ${what}`;
    case 'pull_request.milestoned':
      return `${who} added to the milestone ${shown(data.milestone ?? '')} ${what}`;
    case 'pull_request.demilestoned':
      return `${who} took out of the milestone ${shown(data.milestone ?? '')} ${what}`;
    case 'pull_request.auto_merge_enabled':
      return `${who} switched on auto-merge of ${what}`;
    case 'pull_request.auto_merge_disabled':
      return `${who} switched off auto-merge of ${what}`;
    case 'pull_request.enqueued':
      return `${who} added to the merge queue ${what}`;
    case 'pull_request.dequeued':
      return `${who} took out of the merge queue ${what}`;
    default:
      return `${who} ${type.slice('pull_request.'.length)} ${what}`;
  }
}

/** Changes to pull requests. */
export const pullRequestNoun = defineNoun({ name: 'pull_request', types, data: pullRequestChangeData, sample, describe });
