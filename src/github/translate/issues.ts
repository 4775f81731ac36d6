import { z } from 'zod';
import { issueChangeTypes, type IssueChangeData, type IssueChangeType } from '../../changes/issue-change.ts';
import { repositorySchema } from '../facts.ts';
import { ignored, type Translation } from '../translation.ts';
import { once, repeated, toggled, type Meaning } from '../meaning.ts';
import { anything, editedText, identity, issueObject, milestone, named, person, shortText } from './payload-parts.ts';
import { findInstallation, readPayload, unhandledAction, withoutInstallation } from './read-payload.ts';

const types = new Map<unknown, IssueChangeType>(issueChangeTypes.map((type) => [type.slice('issue.'.length), type]));

const payloadSchema = z.object({
  repository: repositorySchema,
  sender: person,
  issue: issueObject,
  label: anything,
  assignee: anything,
  milestone: anything,
  type: anything,
  issue_field: anything,
  lock_reason: shortText,
  changes: z
    .object({
      title: editedText,
      body: editedText,
      new_issue: z
        .object({ number: z.int().nullish().catch(null), html_url: shortText })
        .optional()
        .catch(undefined),
      new_repository: z.object({ full_name: shortText }).optional().catch(undefined),
    })
    .nullish()
    .catch(null),
});
type Payload = z.output<typeof payloadSchema>;

function toData(type: IssueChangeType, payload: Payload): IssueChangeData {
  const about = (...words: string[]) => words.some((word) => type === `issue.${word}`);
  const { title, body, new_issue: newIssue, new_repository: newRepository } = payload.changes ?? {};
  return {
    issue: payload.issue.issue,
    label: about('labeled', 'unlabeled') ? named.parse(payload.label) : null,
    assignee: about('assigned', 'unassigned') ? person.parse(payload.assignee) : null,
    milestone: about('milestoned', 'demilestoned') ? milestone.parse(payload.milestone ?? null) : null,
    issue_type: about('typed', 'untyped') ? named.parse(payload.type) : null,
    field: about('field_added', 'field_removed') ? named.parse(payload.issue_field) : null,
    from: about('edited') ? { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) } : {},
    // The new issue has another id and number (handbook F5).
    moved_to: about('transferred')
      ? { repository: newRepository?.full_name ?? null, number: newIssue?.number ?? null, html_url: newIssue?.html_url ?? null }
      : null,
    reason: about('locked') ? payload.lock_reason : null,
  };
}

/** Opened, deleted and transferred happen once to an issue; the rest is told apart by GitHub's time and by what it is about. */
function toMeaning(type: IssueChangeType, payload: Payload): Meaning {
  const { id, updated_at: at } = payload.issue.issue;
  switch (type) {
    case 'issue.opened':
    case 'issue.deleted':
    case 'issue.transferred':
      return once(type, id);
    case 'issue.edited':
      return repeated(type, id, { what: payload.changes, at });
    case 'issue.labeled':
    case 'issue.unlabeled':
      return toggled(type, id, { what: identity.parse(payload.label), at });
    case 'issue.assigned':
    case 'issue.unassigned':
      return toggled(type, id, { what: identity.parse(payload.assignee), at });
    case 'issue.milestoned':
    case 'issue.demilestoned':
      return toggled(type, id, { what: identity.parse(payload.milestone), at });
    case 'issue.typed':
    case 'issue.untyped':
      return toggled(type, id, { what: identity.parse(payload.type), at });
    case 'issue.field_added':
    case 'issue.field_removed':
      return toggled(type, id, { what: identity.parse(payload.issue_field), at });
    default:
      return toggled(type, id, { at });
  }
}

/** Something happened to an issue (handbook F4, F5). */
export function translateIssues(payload: Record<string, unknown>): Translation {
  const type = types.get(payload['action']);
  if (!type) return unhandledAction('issues', payload['action']);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('issues');
  const result = readPayload('issues', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { read } = result;
  if (read.issue.isPullRequest)
    return ignored('nothing_to_tell', `#${read.issue.issue.number} is a pull request, and its own event tells the same`);
  return {
    result: 'noun',
    repository: read.repository,
    installation,
    actor: read.sender,
    change: { type, data: toData(type, read) },
    meaning: toMeaning(type, read),
  };
}
