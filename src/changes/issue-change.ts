import { z } from 'zod';
import { defineNoun, type SentenceSubject } from './noun.ts';
import { personSchema, sampleColleague, samplePerson } from './person.ts';
import { shown } from './strangers-text.ts';

const types = {
  'issue.opened': 'An issue was opened.',
  'issue.edited': 'The title or text of an issue was changed; `from` has what was there before.',
  'issue.closed': 'An issue was closed.',
  'issue.reopened': 'A closed issue was opened again.',
  'issue.deleted': 'An issue was deleted for good.',
  'issue.transferred': 'An issue moved to another repository, where it is a new issue (`moved_to`).',
  'issue.pinned': 'An issue was pinned.',
  'issue.unpinned': 'An issue is not pinned any more.',
  'issue.locked': 'The conversation of an issue was locked.',
  'issue.unlocked': 'The conversation of an issue was unlocked.',
  'issue.labeled': 'A label was added to an issue.',
  'issue.unlabeled': 'A label was taken off an issue.',
  'issue.assigned': 'Somebody was assigned to an issue.',
  'issue.unassigned': 'Somebody is not assigned to an issue any more.',
  'issue.milestoned': 'An issue was added to a milestone.',
  'issue.demilestoned': 'An issue was taken out of a milestone.',
  'issue.typed': 'An issue got a type.',
  'issue.untyped': 'The type of an issue was taken away.',
  'issue.field_added': 'A field of an issue was set.',
  'issue.field_removed': 'A field of an issue was emptied.',
} as const;

export type IssueChangeType = keyof typeof types;

/** The type words of changes to issues (handbook F4); pull requests are not among them. */
export const issueChangeTypes = Object.keys(types) as IssueChangeType[];

/** An issue in the data of a change: chosen fields only. */
export const issueSchema = z
  .strictObject({
    id: z.string(),
    number: z.int(),
    title: z.string(),
    body: z.string().nullable().describe('At most 65,536 characters'),
    state: z.enum(['open', 'closed']),
    state_reason: z.string().nullable(),
    locked: z.boolean(),
    html_url: z.string().nullable(),
    author: personSchema.nullable().describe('Null when the account was deleted'),
    labels: z.array(z.string()),
    assignees: z.array(z.string()).describe('Logins'),
    milestone: z.string().nullable(),
    issue_type: z.string().nullable(),
    comments: z.int(),
    created_at: z.string().nullable(),
    updated_at: z.string().nullable(),
    closed_at: z.string().nullable(),
  })
  .describe('The issue after the change');
export type IssueFacts = z.output<typeof issueSchema>;

/** What is stored with a change to an issue. */
const issueChangeData = z.strictObject({
  issue: issueSchema,
  label: z.string().nullable().describe('The label that was added or taken off'),
  assignee: personSchema.nullable().describe('Who was assigned, or is not any more'),
  milestone: z.string().nullable().describe('The milestone that it was added to, or taken out of'),
  issue_type: z.string().nullable().describe('The type that was given or taken away'),
  field: z.string().nullable().describe('The field that was set or emptied'),
  from: z
    .strictObject({ title: z.string().optional(), body: z.string().nullable().optional() })
    .describe('What `edited` changed, as it was before'),
  moved_to: z
    .strictObject({ repository: z.string().nullable(), number: z.int().nullable(), html_url: z.string().nullable() })
    .nullable()
    .describe('Where `transferred` took it'),
  reason: z.string().nullable().describe('Why the conversation was locked'),
});
export type IssueChangeData = z.output<typeof issueChangeData>;

/** The issue of the samples. */
export const sampleIssue: IssueFacts = {
  id: '1701',
  number: 7,
  title: 'The button does nothing',
  body: 'I press it, and nothing happens.',
  state: 'open',
  state_reason: null,
  locked: false,
  html_url: 'https://github.com/acme/app/issues/7',
  author: samplePerson,
  labels: ['bug'],
  assignees: ['hubot'],
  milestone: null,
  issue_type: null,
  comments: 1,
  created_at: '2026-11-20T09:30:00Z',
  updated_at: '2026-11-21T10:00:00Z',
  closed_at: null,
};

function sample(type: IssueChangeType): IssueChangeData {
  const about = (...words: string[]) => words.some((word) => type === `issue.${word}`);
  const closed = about('closed') ? { state: 'closed' as const, state_reason: 'completed', closed_at: '2026-11-21T10:00:00Z' } : {};
  return {
    issue: { ...sampleIssue, ...closed, locked: about('locked'), issue_type: about('typed') ? 'Bug' : null },
    label: about('labeled', 'unlabeled') ? 'bug' : null,
    assignee: about('assigned', 'unassigned') ? sampleColleague : null,
    milestone: about('milestoned', 'demilestoned') ? 'v2' : null,
    issue_type: about('typed', 'untyped') ? 'Bug' : null,
    field: about('field_added', 'field_removed') ? 'Priority' : null,
    from: about('edited') ? { title: 'Button' } : {},
    moved_to: about('transferred') ? { repository: 'acme/web', number: 3, html_url: 'https://github.com/acme/web/issues/3' } : null,
    reason: about('locked') ? 'resolved' : null,
  };
}

function describe({ type, who, repository, data }: SentenceSubject<IssueChangeType, IssueChangeData>): string {
  const what = `issue #${data.issue.number} of ${repository}: ${shown(data.issue.title)}`;
  switch (type) {
    case 'issue.labeled':
      return `${who} added the label ${shown(data.label ?? '')} to ${what}`;
    case 'issue.unlabeled':
      return `${who} took the label ${shown(data.label ?? '')} off ${what}`;
    case 'issue.assigned':
      return `${who} assigned ${data.assignee?.login ?? 'somebody'} to ${what}`;
    case 'issue.unassigned':
      return `${who} took ${data.assignee?.login ?? 'somebody'} off ${what}`;
    case 'issue.milestoned':
      return `${who} added to the milestone ${shown(data.milestone ?? '')} ${what}`;
    case 'issue.demilestoned':
      return `${who} took out of the milestone ${shown(data.milestone ?? '')} ${what}`;
    case 'issue.typed':
      return `${who} gave the type ${shown(data.issue_type ?? '')} to ${what}`;
    case 'issue.untyped':
      return `${who} took the type ${shown(data.issue_type ?? '')} from ${what}`;
    case 'issue.field_added':
      return `${who} set the field ${shown(data.field ?? '')} of ${what}`;
    case 'issue.field_removed':
      return `${who} emptied the field ${shown(data.field ?? '')} of ${what}`;
    case 'issue.transferred':
      return `${who} moved to ${shown(data.moved_to?.repository ?? 'another repository')} ${what}`;
    default:
      return `${who} ${type.slice('issue.'.length)} ${what}`;
  }
}

/** Changes to issues. */
export const issueNoun = defineNoun({ name: 'issue', types, data: issueChangeData, sample, describe });
