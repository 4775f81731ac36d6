import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import { repositoryField } from '../../github-input.ts';
import { maxDescription, saveStatus } from '../../github-status.ts';
import { runOnGitHub } from '../../github-step.ts';
import { ownNameRule, readSha, shaField } from '../../github-target.ts';

/** `with:` of a step that writes a commit status. */
export const statusInput = z.strictObject({
  repository: repositoryField,
  sha: shaField,
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z
    .string()
    .min(1)
    .max(255)
    .refine(...ownNameRule)
    .describe(
      'What the status is about, such as deploy/staging. Always the same one: no ids of runs in it, GitHub keeps a thousand per commit.',
    ),
  description: z.string().default('').describe('One line; cut to the 140 characters that GitHub takes.'),
  target_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where more is to be read; without it the page of the run.'),
});

/** Says something about a commit in one line. What the newest status says already is not written again. */
export const kind: ActionKind<typeof statusInput> = {
  name: 'github/status',
  title: 'Set a commit status',
  schema: statusInput,
  secretFields: [],
  permissions: { statuses: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work({ repository }, { state, context: about, description, target_url: given, sha: wanted }) {
        const sha = readSha(wanted, context.facts);
        if (!sha.ok) return sha;
        const targetUrl = given ?? tools.linkTo(`/runs/${context.facts.run.id}`);
        // What is cut is masked before: half a secret is not recognised any more.
        const line = description.length > maxDescription ? context.mask(description) : description;
        const saved = await saveStatus(repository, { sha: sha.value, context: about, state, description: line, targetUrl });
        return saved.ok ? ok({ sha: sha.value, state, context: about, ...saved.value }) : saved;
      },
    }),
};
