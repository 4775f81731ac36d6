import { z } from 'zod';
import { failed } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import { repositoryField } from '../../github-input.ts';
import { runOnGitHub } from '../../github-step.ts';
import { branchField, branchOfFacts, readDefaultBranch } from '../../github-target.ts';
import { openPull, pullShape } from './open-pull.ts';

/** `with:` of a step that opens a pull request. */
export const pullRequestInput = z.strictObject({
  repository: repositoryField,
  head: branchField.optional().describe('The branch to be merged, or OWNER:BRANCH of a fork; without it the branch of the change.'),
  base: branchField.optional().describe('The branch to merge into; without it the default branch.'),
  ...pullShape,
});

/** Opens a pull request between two branches that are there; the open one of the same branches is the answer when there is one. */
export const kind: ActionKind<typeof pullRequestInput> = {
  name: 'github/pull-request',
  title: 'Open a pull request',
  schema: pullRequestInput,
  secretFields: [],
  permissions: { pull_requests: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work({ repository, token }, { head: from, base: to, ...wish }) {
        const head = from ?? branchOfFacts(context.facts);
        if (head === undefined) return failed('action_input_invalid', 'This change is on no branch: say which one with `with.head`.');
        const base = to === undefined ? await readDefaultBranch(repository, context.facts) : { ok: true as const, value: to };
        if (!base.ok) return base;
        return await openPull(repository, { ...wish, head, base: base.value, token, triedBefore: context.attempt > 1 });
      },
    }),
};
