import { z } from 'zod';
import { filterText, idText, timestamp } from './common.ts';

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'must be letters, digits and _ and not begin with a digit');
const scalar = z.union([z.string().max(10_000), z.number(), z.boolean()]);

/** A value that arrives only for the branches of a pattern, as `params.NAME`. */
export const parameterSchema = z
  .strictObject({ branch: filterText(250).describe('A name, or one of GitHub’s patterns'), name: variableName, value: scalar })
  .meta({ id: 'BranchParameter' });

/** An action of a project as the API shows it. */
export const actionSchema = z
  .object({
    id: idText,
    project_id: idText,
    name: z.string(),
    enabled: z.boolean(),
    uses: z.string().describe('The kind of action'),
    with: z.record(z.string(), z.unknown()).nullable().describe('Its inputs; null for whoever may not manage the project'),
    on: z.unknown().describe('As in a file; pushes on the project’s branches when nothing was said'),
    if: z.union([z.string(), z.boolean()]).nullable(),
    env: z.record(z.string(), scalar).nullable(),
    retry: z.unknown(),
    timeout: z.string().nullable(),
    parameters: z.array(parameterSchema),
    watch: z.string().describe('The watch that it stands for in each repository: GET /api/runs?watch=… lists what it did'),
    version: z.number().int().describe('Counts up with each edit; the ETag begins with it'),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'ProjectAction' });
export type ActionItem = z.output<typeof actionSchema>;

const fields = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((text) => !/\p{Cc}/u.test(text) && !text.includes('${{'), 'must be plain text in one line')
    .nullable()
    .optional(),
  enabled: z.boolean().optional(),
  uses: filterText(100).optional().describe('The kind of action: webhook, script, and every other'),
  with: z.record(z.string(), z.unknown()).optional().describe('The inputs of the kind'),
  on: z.unknown().optional().describe('A trigger, a list, or a mapping with filters, as in a file; `push` without it'),
  if: z.union([z.string().max(10_000), z.boolean()]).optional(),
  env: z.record(variableName, scalar).optional(),
  retry: z.unknown().optional(),
  timeout: filterText(20).optional(),
  parameters: z.array(parameterSchema).max(1000).optional(),
  actionType: z.enum(['webhook', 'script']).optional().describe('The older name of `uses`'),
  webhookUrl: filterText(2000).nullable().optional().describe('With actionType webhook: where the older body goes'),
  scriptContent: z.string().max(65_536).nullable().optional().describe('With actionType script: what runs'),
};

type OlderFields = { [Key in 'uses' | 'actionType' | 'webhookUrl' | 'scriptContent']?: string | null | undefined };

/** The two older kinds each need their own field and take no other. */
function checkOlder(body: OlderFields, context: z.RefinementCtx): void {
  const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const { actionType } = body;
  const isOlder = actionType !== undefined || Boolean(body.webhookUrl) || Boolean(body.scriptContent);
  if (!isOlder) return;
  if (body.uses !== undefined) complain('uses', 'does not go with actionType, webhookUrl and scriptContent; use one of the two shapes');
  if (actionType === undefined) complain('actionType', 'is needed with webhookUrl and scriptContent: webhook or script');
  if (actionType === 'webhook' && !body.webhookUrl) complain('webhookUrl', 'is needed with actionType webhook');
  if (actionType === 'script' && !body.scriptContent) complain('scriptContent', 'is needed with actionType script');
  if (actionType === 'webhook' && body.scriptContent) complain('scriptContent', 'does not go with actionType webhook');
  if (actionType === 'script' && body.webhookUrl) complain('webhookUrl', 'does not go with actionType script');
}

/** The body that makes or replaces an action. */
export const actionBody = z.strictObject(fields).superRefine((body, context) => {
  checkOlder(body, context);
  if (body.uses === undefined && body.actionType === undefined && !body.webhookUrl && !body.scriptContent)
    context.addIssue({ code: 'custom', path: ['uses'], message: 'is needed: the kind of action' });
});
export type ActionBody = z.output<typeof actionBody>;

/** The body that changes an action: what is left out stays. */
export const actionPatch = z.strictObject(fields).superRefine(checkOlder);

/** The parameters of a route that names an action of a project. */
export const actionParams = z.strictObject({ id: idText, actionId: idText });
export const parameterChange = z.strictObject({ branch: filterText(250), name: variableName, value: scalar });
export const parameterQuery = z.strictObject({ branch: filterText(250), name: variableName });

/** What went with an action. */
export const removedAction = z.object({ secrets: z.number().int(), parameters: z.number().int() });

/** What is told of a secret of a project or an action; never its value. */
export const ownSecretSchema = z
  .object({
    id: z.string().describe('Its name: what addresses it'),
    name: z.string(),
    destinations: z.array(z.string()).nullable(),
    created_at: timestamp,
    updated_at: timestamp,
    last_used_at: timestamp.nullable(),
  })
  .meta({ id: 'ProjectSecret' });
export const ownSecretParams = z.strictObject({ id: idText, name: variableName });
const secretValue = z.string().min(1).max(65_536);
const destinations = z.array(filterText(300)).max(100).optional().describe('Hosts it may be sent to; without it any');
export const newSecretBody = z.strictObject({ name: variableName, value: secretValue, destinations });
export const secretValueBody = z.strictObject({ value: secretValue, destinations });
