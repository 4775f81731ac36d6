import { z } from 'zod';
import { feedbackChannels, validationConclusions, validationStatuses } from '../../core/statuses.ts';
import { filterText, idText, countedPageQuery, timestamp } from './common.ts';

const problem = z.object({
  path: z.string().describe('Where in the file, such as watches.deploy.steps[0].uses'),
  line: z.number().int(),
  column: z.number().int(),
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});

const preview = z.object({
  changes: z.number().int().describe('How many of the newest changes were looked at'),
  runs: z.number().int().describe('How many runs that would have been'),
  watches: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullable(),
      change: z.enum(['added', 'changed', 'removed', 'same']),
      own: z.boolean().describe('False for what only other files of the owner say'),
      line: z.number().int().nullable().describe('Null when it comes from elsewhere, or is gone'),
      mode: z.enum(['on', 'off', 'dry-run']),
      runs: z.number().int(),
      examples: z.array(idText).describe('The newest changes on which it would have run'),
    }),
  ),
});

/** What was said of the configuration at one commit. */
export const configValidationSchema = z
  .object({
    id: idText.describe('The external_id of the check run'),
    repository: z.string(),
    sha: z.string(),
    ref: z.string().nullable().describe('The branch; null where GitHub does not say'),
    default_branch: z.boolean(),
    pull_request: z.number().int().nullable(),
    from_fork: z.boolean().describe('True: only what the file says was checked'),
    status: z.enum(validationStatuses),
    conclusion: z.enum(validationConclusions).nullable(),
    config_sha: z.string().nullable().describe('The file’s content as git names it'),
    title: z.string().nullable(),
    channel: z.enum(feedbackChannels).nullable().describe('Where it was told; none when the App may write neither'),
    check_run_id: idText.nullable(),
    code: z.string().nullable().describe('Why it failed, waits, or was told nowhere'),
    reason: z.string().nullable(),
    due_at: timestamp.nullable().describe('When it is tried next'),
    created_at: timestamp,
    validated_at: timestamp.nullable(),
    reported_at: timestamp.nullable(),
    url: z.string(),
  })
  .meta({ id: 'ConfigValidation' });

/** The same with everything that was found. */
export const configValidationDetailSchema = configValidationSchema
  .extend({
    problems: z.array(problem),
    preview: preview.nullable().describe('Null for the default branch, for forks, and for a file with errors'),
    summary: z.string().nullable().describe('The text of the check run, Markdown'),
    content: z.string().nullable().describe('The text of the file, where it is kept: versions that the default branch has had'),
    html_url: z.string().nullable().describe('The address of the repository on GitHub'),
  })
  .meta({ id: 'ConfigValidationDetail' });

export type ConfigValidation = z.output<typeof configValidationSchema>;
export type ConfigValidationDetail = z.output<typeof configValidationDetailSchema>;

/** The filters of the list of validations. */
export const configValidationQuery = z.strictObject({
  status: z.enum(validationStatuses).optional(),
  conclusion: z.enum(validationConclusions).optional(),
  sha: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .optional(),
  ref: filterText(300).optional(),
  pull_request: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  ...countedPageQuery,
});
export type ConfigValidationQuery = z.output<typeof configValidationQuery>;
