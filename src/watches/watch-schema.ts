import { z } from 'zod';
import { parametersSchema } from './parameters.ts';
import { duration, nonEmptyList, scalar, variable } from './schema-parts.ts';
import { bareTriggerNames, triggerNames, triggers } from './triggers.ts';

const second = 1000;
const hour = 3600 * second;

/** When a failed step is tried again. */
export const retry = z
  .union([
    z.enum(['standard', 'none']),
    z
      .array(duration(0, 24 * hour))
      .min(1)
      .max(20),
  ])
  .meta({
    description: 'When a failed step is tried again: standard (5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h), none, or a list of waits.',
    examples: ['standard', ['5s', '30s', '2m']],
  });

/** The longest one try may take. */
export const timeout = duration(100, hour).meta({ description: 'The longest one try of a step may take.', examples: ['15s'] });

/** What runs of one key do while one waits. */
export const order = z.enum(['fifo', 'strict', 'none']).describe('What runs of one concurrency key do while one waits for its retry.');

const concurrencyKey = z.string().min(1).max(1000).describe('Runs with the same key go one after the other.');

/** Which runs wait for each other, and what a run does that has to wait. */
export const concurrency = z
  .union([
    concurrencyKey,
    z.strictObject({
      key: concurrencyKey.optional(),
      on_busy: z
        .enum(['queue', 'latest', 'drop'])
        .optional()
        .describe(
          'What a run does while another of its key is not finished: queue (default); latest, where it takes the place of those that wait; drop.',
        ),
    }),
  ])
  .meta({
    description: 'Runs with the same key go one after the other.',
    examples: ['deploy:${{ repository.id }}', { key: 'deploy:${{ repository.id }}', on_busy: 'latest' }],
  });

const condition = z
  .union([z.string(), z.boolean()])
  .meta({ description: 'An expression; with or without `${{ }}`.', examples: ["actor.type != 'Bot'"] });

/** The key of a watch, and the id of a step. */
export const identifier = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/,
    'is not a good id: begin with a letter or `_`, go on with letters, digits, `_` and `-`, at most 100',
  );

/** One step as it is written. */
export const stepSchema = z.strictObject({
  id: identifier.optional().describe('The name under `steps` by which later steps read its outputs.'),
  name: z.string().max(200).optional().describe('For people.'),
  if: condition.optional(),
  uses: z.string().describe('The kind of action.'),
  with: z.record(z.string(), z.unknown()).optional().describe('The inputs of the action.'),
  env: z.record(variable, scalar).optional().describe('Values for `${{ env.NAME }}` in `with`.'),
  timeout: timeout.optional(),
  retry: retry.optional(),
});

const on = z
  .union([
    nonEmptyList(z.enum(bareTriggerNames as [string, ...string[]])),
    z
      .strictObject(
        Object.fromEntries(
          triggerNames.map((name): [string, z.ZodType] => {
            const { schema, bare, description } = triggers[name];
            return [name, (bare ? schema.nullable() : schema).optional().describe(description)];
          }),
        ),
      )
      .meta({ minProperties: 1 })
      .refine((value) => Object.keys(value).length > 0, {
        error: 'names no trigger; write one such as `push`',
        when: (payload) => payload.issues.length === 0,
      }),
  ])
  .meta({
    description: 'Which changes it is about: a trigger, a list, or a mapping with filters. One trigger that passes is enough.',
    examples: ['push', ['push', 'tag'], { pull_request: { types: ['merged'], branches: ['main'] } }],
  });

/** A watch as it is written; one that only switches an inherited one off has neither `on` nor `steps`. */
export const watchObject = z.strictObject({
  name: z.string().max(200).optional().describe('For people.'),
  description: z.string().max(2000).optional().describe('For people.'),
  on: on.optional(),
  if: condition.optional(),
  mode: z
    .enum(['on', 'off', 'dry-run'])
    .default('on')
    .describe('on; off, which keeps the watch and runs nothing; dry-run, which records what would have been done and sends nothing.'),
  order: order.optional(),
  concurrency: concurrency.optional(),
  settle: duration(second, hour)
    .optional()
    .meta({ description: 'How long to wait before acting; then the current state is read again.', examples: ['30s'] }),
  batch: duration(second, hour)
    .optional()
    .meta({
      description: 'Changes of one concurrency key within this time become one run: `change` is the last of them, `changes` are all.',
      examples: ['1m'],
    }),
  retry: retry.optional(),
  timeout: timeout.optional(),
  parameters: parametersSchema.optional(),
  include_self: z.boolean().default(false).describe('Whether changes made by RepoWatch itself count.'),
  steps: z.array(stepSchema).min(1).max(50).optional().describe('What it does, in order.'),
});

/** True for a watch that only switches an inherited one off, and therefore needs neither `on` nor `steps`. */
function isComplete(watch: unknown, key: 'on' | 'steps'): boolean {
  if (typeof watch !== 'object' || watch === null) return true;
  const { mode, [key]: value, ...rest } = watch as Record<string, unknown>;
  const other = key === 'on' ? rest['steps'] : rest['on'];
  return value !== undefined || (mode === 'off' && other === undefined);
}

/** One watch: a rule, or the word that switches an inherited one off. */
export const watchSchema = z
  .union([
    z.literal('off').transform((mode) => ({ mode })),
    watchObject
      .refine((watch) => isComplete(watch, 'on'), { path: ['on'], error: 'is missing', when: () => true })
      .refine((watch) => isComplete(watch, 'steps'), { path: ['steps'], error: 'is missing', when: () => true }),
  ])
  .describe('A watch by its id; or `off`, to switch off one that is inherited.');

/** One step of a watch. */
export type StepEntry = z.output<typeof stepSchema>;
