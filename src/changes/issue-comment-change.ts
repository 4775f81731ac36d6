import { z } from 'zod';
import { issueSchema, sampleIssue } from './issue-change.ts';
import { defineNoun, type SentenceSubject } from './noun.ts';
import { personSchema, samplePerson } from './person.ts';
import { shown } from './strangers-text.ts';

const types = {
  'issue_comment.created': 'Somebody commented on an issue or pull request.',
  'issue_comment.edited': 'A comment on an issue or pull request was changed; `from` has what was there before.',
  'issue_comment.deleted': 'A comment on an issue or pull request was deleted.',
} as const;

export type IssueCommentChangeType = keyof typeof types;

/** The type words of comments in the conversation of an issue or pull request (handbook F8). */
export const issueCommentChangeTypes = Object.keys(types) as IssueCommentChangeType[];

/** What is stored with a change to a comment. */
const issueCommentChangeData = z.strictObject({
  comment: z.strictObject({
    id: z.string(),
    body: z.string().describe('At most 65,536 characters'),
    html_url: z.string().nullable(),
    author: personSchema.nullable().describe('Null when the account was deleted'),
    created_at: z.string().nullable(),
    updated_at: z.string().nullable(),
  }),
  issue: issueSchema.describe('The issue, or the pull request as GitHub shows it among the issues'),
  on_pull_request: z.boolean().describe('True when the conversation is that of a pull request'),
  from: z.strictObject({ body: z.string().optional() }).describe('What `edited` changed, as it was before'),
});
export type IssueCommentChangeData = z.output<typeof issueCommentChangeData>;

function sample(type: IssueCommentChangeType): IssueCommentChangeData {
  return {
    comment: {
      id: '5501',
      body: 'I see it too, since yesterday.',
      html_url: 'https://github.com/acme/app/issues/7#issuecomment-5501',
      author: samplePerson,
      created_at: '2026-11-21T10:00:00Z',
      updated_at: '2026-11-21T10:00:00Z',
    },
    issue: sampleIssue,
    on_pull_request: false,
    from: type === 'issue_comment.edited' ? { body: 'Me too.' } : {},
  };
}

const verbs: Record<IssueCommentChangeType, string> = {
  'issue_comment.created': 'commented on',
  'issue_comment.edited': 'edited a comment on',
  'issue_comment.deleted': 'deleted a comment on',
};

function describe({ type, who, repository, data }: SentenceSubject<IssueCommentChangeType, IssueCommentChangeData>): string {
  const { issue, on_pull_request: onPull, comment } = data;
  return `${who} ${verbs[type]} ${onPull ? 'pull request' : 'issue'} #${issue.number} of ${repository}: ${shown(comment.body)}`;
}

/** Comments in the conversation of an issue or pull request. */
export const issueCommentNoun = defineNoun({ name: 'issue_comment', types, data: issueCommentChangeData, sample, describe });
