import { z } from 'zod';
import { failed, ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import { bodyField, numberField, readNumber, repositoryField } from '../../github-input.ts';
import { issueAnswer, sayOnce } from '../../github-issue.ts';
import { runOnGitHub } from '../../github-step.ts';

/** `with:` of a step that closes. */
export const closeInput = z.strictObject({
  repository: repositoryField,
  number: numberField,
  reason: z.enum(['completed', 'not_planned']).default('completed').describe('Why, for issues; a pull request is closed without one.'),
  comment: bodyField.optional().describe('What is said before it is closed.'),
});

/** Closes an issue or pull request; one that is closed already is left alone. */
export const kind: ActionKind<typeof closeInput> = {
  name: 'github/close',
  title: 'Close an issue or pull request',
  schema: closeInput,
  secretFields: [],
  permissions: { issues: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work({ repository, ...step }, { reason, comment, number: given }) {
        const number = readNumber(given, context.facts);
        if (!number.ok) return number;
        const path = `/issues/${number.value}`;
        const issue = await repository.read(path, issueAnswer);
        if (!issue.ok) return issue;
        const done = { number: number.value, url: issue.value.html_url, state: 'closed' };
        if (issue.value.state === 'closed') return ok({ ...done, closed: false });
        if (comment !== undefined && comment !== '') {
          const said = await sayOnce({ repository, ...step }, { number: number.value, body: comment, tokens: [step.token] });
          if (!said.ok) return said;
        }
        const body = { state: 'closed', ...(issue.value.pull_request === undefined && { state_reason: reason }) };
        const closed = await repository.write({ method: 'PATCH', path, body, answer: issueAnswer });
        if (!closed.ok) return closed;
        if (closed.value.state !== 'closed')
          return failed('github_refused', `GitHub took the request and did not close #${number.value}. Look at it: ${done.url}`);
        return ok({ ...done, closed: true });
      },
    }),
};
