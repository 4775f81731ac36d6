import { z } from 'zod';
import { issueCommentChangeTypes, type IssueCommentChangeType } from '../../changes/issue-comment-change.ts';
import { githubIdSchema, repositorySchema } from '../facts.ts';
import type { Translation } from '../translation.ts';
import { once, repeated } from '../meaning.ts';
import { editedText, issueObject, person, postedText, shortText, timeText } from './payload-parts.ts';
import { findInstallation, readPayload, unhandledAction, withoutInstallation } from './read-payload.ts';

const types = new Map<unknown, IssueCommentChangeType>(issueCommentChangeTypes.map((type) => [type.slice('issue_comment.'.length), type]));

const payloadSchema = z.object({
  repository: repositorySchema,
  sender: person,
  issue: issueObject,
  comment: z.object({
    id: githubIdSchema,
    body: postedText,
    html_url: shortText,
    user: person,
    created_at: timeText,
    updated_at: timeText,
  }),
  changes: z.object({ body: editedText }).nullish().catch(null),
});

/** Somebody commented on an issue, or on a pull request, which GitHub shows as an issue there. Made and deleted happen once to a comment. */
export function translateIssueComment(payload: Record<string, unknown>): Translation {
  const type = types.get(payload['action']);
  if (!type) return unhandledAction('issue_comment', payload['action']);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('issue_comment');
  const result = readPayload('issue_comment', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { repository, sender, issue, comment, changes } = result.read;
  const { user, body, ...rest } = comment;
  const edited = type === 'issue_comment.edited';
  return {
    result: 'noun',
    repository,
    installation,
    actor: sender,
    change: {
      type,
      data: {
        comment: { ...rest, body: body ?? '', author: user },
        issue: issue.issue,
        on_pull_request: issue.isPullRequest,
        from: edited && changes?.body !== undefined ? { body: changes.body } : {},
      },
    },
    meaning: edited ? repeated(type, comment.id, { what: [changes, body], at: comment.updated_at }) : once(type, comment.id),
  };
}
