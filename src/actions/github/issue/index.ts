import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import { keyField, repositoryField } from '../../github-input.ts';
import { runOnGitHub } from '../../github-step.ts';
import { issueShape, openIssue } from './open-issue.ts';

/** `with:` of a step that opens an issue. */
export const issueInput = z.strictObject({
  repository: repositoryField,
  ...issueShape,
  dedupe_key: keyField.optional().describe('There is at most one open issue under this key in the repository.'),
  on_existing: z
    .enum(['nothing', 'comment', 'update'])
    .default('nothing')
    .describe('What happens when the issue under `dedupe_key` is open: nothing, `body` as a comment, or its title and text are replaced.'),
});

/** Opens an issue, once. */
export const kind: ActionKind<typeof issueInput> = {
  name: 'github/issue',
  title: 'Open an issue on GitHub',
  schema: issueInput,
  secretFields: [],
  permissions: { issues: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work(step, { dedupe_key: key, on_existing: onExisting, ...issue }) {
        const opened = await openIssue(step, { ...issue, key, onExisting, token: step.token, content: 'one' });
        return opened.ok ? ok({ ...opened.value, created: opened.value.action === 'created' }) : opened;
      },
    }),
};
