import { z } from 'zod';
import { triggerProviders } from '../../core/statuses.ts';
import { filterText, idText, countedPageQuery, repositoryName, timestamp } from './common.ts';

/** An inbound trigger as everybody may see it: without its secret. */
export const triggerSchema = z
  .object({
    id: idText,
    provider: z.enum(triggerProviders),
    name: z.string().describe('What `on: inbound` calls it'),
    repository: z.object({ id: idText, full_name: z.string() }).describe('The repository that it tells of'),
    repo_id: z.string().describe('What the repository is called where the messages come from'),
    repo_path: z.string(),
    uri: z.string().describe('Where to send the messages'),
    enabled: z.boolean(),
    previous_valid_until: timestamp.nullable().describe('Until when the former secret is taken, too'),
    last_delivery: z
      .object({ id: idText, event: z.string(), status: z.string(), received_at: timestamp })
      .nullable()
      .describe('The message that came last'),
    created_by: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Trigger' });
export type TriggerItem = z.output<typeof triggerSchema>;

/** A trigger with its secret, which is answered once. */
export const triggerWithSecret = triggerSchema
  .extend({ secret: z.string().describe('64 hex digits. Shown this once; only its encrypted form is kept') })
  .meta({ id: 'TriggerWithSecret' });

const remoteId = z.union([filterText(200), z.number().int().nonnegative()]).transform(String);
const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_./:-]{0,99}$/, 'must be letters, digits and _ . / : -, at most 100');

/** The body of registering a trigger. */
export const triggerBody = z.strictObject({
  provider: z.enum(triggerProviders),
  repository: repositoryName
    .optional()
    .describe('The mirrored repository that it tells of; without it the one that repo_path or, for github, repo_id names'),
  repo_id: remoteId.optional().describe('What the repository is called where the messages come from; for github its number there'),
  repo_path: filterText(300).optional().describe('The path of the repository there, such as group/app'),
  name: name.optional(),
});
export type TriggerBody = z.output<typeof triggerBody>;

/** The body of importing a trigger with a secret that the other side has already. */
export const importBody = triggerBody.extend({ secret: z.string().min(16).max(1_000) });

/** The body of giving a trigger a new secret. */
export const rotateBody = z
  .strictObject({
    grace_seconds: z
      .number()
      .int()
      .min(0)
      .max(604_800)
      .optional()
      .describe('How long the former secret is taken as well; 0 without it, at most a week'),
  })
  .nullish();

/** The body of changing a trigger. */
export const triggerPatch = z
  .strictObject({ name: name.optional(), enabled: z.boolean().optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'Give name or enabled.');

/** The filters of the list of triggers. */
export const triggerQuery = z.strictObject({
  provider: z.enum(triggerProviders).optional(),
  repository: repositoryName.optional(),
  installation: idText.optional(),
  ...countedPageQuery,
});
export type TriggerQuery = z.output<typeof triggerQuery>;

/** What one trigger is found by, as the other side knows it. */
export const triggerFind = z.strictObject({ provider: z.enum(triggerProviders), repo_id: filterText(200) });
