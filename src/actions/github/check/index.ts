import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import { maxTitle, saveCheckRun } from '../../github-check-run.ts';
import { repositoryField } from '../../github-input.ts';
import { runOnGitHub } from '../../github-step.ts';
import { ownNameRule, readSha, shaField } from '../../github-target.ts';

const line = z.union([
  z.int().positive(),
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
]);

const annotation = z.strictObject({
  path: z.string().min(1).max(4096),
  line: line.describe('From 1.'),
  end_line: line.optional(),
  level: z.enum(['notice', 'warning', 'failure']).default('warning'),
  title: z.string().max(255).optional(),
  message: z.string().min(1).max(65_535),
});

/** `with:` of a step that writes a check run. */
export const checkInput = z
  .strictObject({
    repository: repositoryField,
    sha: shaField,
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .refine(...ownNameRule)
      .describe('What is checked, such as licences. There is one check of a name at a commit: a later step changes it.'),
    status: z
      .enum(['queued', 'in_progress', 'completed'])
      .optional()
      .describe('Completed when there is a conclusion, otherwise in_progress.'),
    conclusion: z.enum(['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required']).optional(),
    title: z.string().optional(),
    summary: z.string().optional().describe('Markdown; cut to the 65,535 characters that GitHub takes, like text.'),
    text: z.string().optional().describe('Markdown with the details.'),
    annotations: z.array(annotation).max(1_000).default([]).describe('Remarks at lines; sent fifty at a time.'),
    details_url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where more is to be read; without it the page of the run.'),
  })
  .refine(({ status, conclusion }) => status !== 'completed' || conclusion !== undefined, 'A completed check needs a `conclusion`.')
  .refine(
    ({ status, conclusion }) => conclusion === undefined || (status ?? 'completed') === 'completed',
    'A `conclusion` goes with the status completed.',
  );

type CheckInput = z.output<typeof checkInput>;

/** Says something about a commit at length: the check run of this name is found and changed, or made. */
export const kind: ActionKind<typeof checkInput> = {
  name: 'github/check',
  title: 'Write a check run',
  schema: checkInput,
  secretFields: [],
  permissions: { checks: 'write' },
  defaultTimeoutMs: 120_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work(step, input) {
        const sha = readSha(input.sha, context.facts);
        if (!sha.ok) return sha;
        const github = {
          ...step.repository,
          isOurApp: (app: { slug?: string | undefined } | null | undefined) =>
            app?.slug === undefined || step.isOurs({ login: `${app.slug}[bot]`, type: 'Bot' }),
        };
        const status = input.status ?? (input.conclusion === undefined ? 'in_progress' : 'completed');
        const saved = await saveCheckRun(github, {
          name: input.name,
          sha: sha.value,
          status,
          conclusion: input.conclusion,
          output: outputOf(input, (text) => context.mask(text)),
          annotations: input.annotations.map(({ path, line: from, end_line: to, level, title, message }) => ({
            path,
            start_line: from,
            end_line: Math.max(from, to ?? from),
            annotation_level: level,
            title,
            message,
          })),
          externalId: step.token,
          detailsUrl: input.details_url ?? tools.linkTo(`/runs/${context.facts.run.id}`),
        });
        return saved.ok ? ok({ ...saved.value, sha: sha.value, name: input.name, status, conclusion: input.conclusion ?? null }) : saved;
      },
    }),
};

/** GitHub wants title and summary together; what is not given is filled in. */
function outputOf(
  { name, title, summary, text, annotations }: CheckInput,
  mask: (text: string) => string,
): { title: string; summary: string; text?: string | undefined } | undefined {
  if (title === undefined && summary === undefined && text === undefined && annotations.length === 0) return undefined;
  // What is cut is masked before: half a secret is not recognised any more.
  const line = title !== undefined && title.length > maxTitle ? mask(title) : title;
  return { title: line ?? name, summary: summary ?? '', text };
}
