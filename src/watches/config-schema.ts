import { z } from 'zod';
import { duration, nonEmptyList } from './schema-parts.ts';
import { triggerNames, triggers, type TriggerName } from './triggers.ts';

const second = 1000;
const hour = 3600 * second;

const retry = z
  .union([
    z.enum(['standard', 'none']),
    z
      .array(duration(0, 24 * hour))
      .min(1)
      .max(20),
  ])
  .describe('When a failed step is tried again: standard (5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h), none, or a list of waits.');
const timeout = duration(100, hour).describe('The longest one try of a step may take.');
const order = z.enum(['fifo', 'strict', 'none']).describe('What runs of one concurrency key do while one waits for its retry.');
const concurrencyKey = z.string().min(1).max(1000);
const concurrency = z
  .union([concurrencyKey, z.strictObject({ key: concurrencyKey })])
  .describe('Runs with the same key go one after the other.');
const condition = z.union([z.string(), z.boolean()]).describe('An expression; with or without `${{ }}`.');
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const identifier = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/,
    'is not a good id: begin with a letter or `_`, go on with letters, digits, `_` and `-`, at most 100',
  );
const variable = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,99}$/,
    'is not a good name: begin with a letter or `_`, go on with letters, digits and `_`, at most 100',
  );

const step = z.strictObject({
  id: identifier.optional().describe('The name under `steps` by which later steps read its outputs.'),
  name: z.string().max(200).optional(),
  if: condition.optional(),
  uses: z.string().describe('The kind of action.'),
  with: z.record(z.string(), z.unknown()).optional().describe('The inputs of the action.'),
  env: z.record(variable, scalar).optional(),
  timeout: timeout.optional(),
  retry: retry.optional(),
});

const on = z.union([
  nonEmptyList(z.enum(triggerNames)),
  z
    .strictObject(Object.fromEntries(triggerNames.map((name) => [name, triggers[name].schema.nullable().optional()])) as TriggerShape)
    .refine((value) => Object.keys(value).length > 0, { error: 'names no trigger', when: (payload) => payload.issues.length === 0 }),
]);
type TriggerShape = { [Name in TriggerName]: z.ZodOptional<z.ZodNullable<(typeof triggers)[Name]['schema']>> };

const watch = z.strictObject({
  name: z.string().max(200).optional(),
  description: z.string().max(2000).optional(),
  on: on.describe('Which changes it is about.'),
  if: condition.optional(),
  mode: z.enum(['on', 'off']).default('on'),
  order: order.optional(),
  concurrency: concurrency.optional(),
  retry: retry.optional(),
  timeout: timeout.optional(),
  include_self: z.boolean().default(false).describe('Whether changes made by RepoWatch itself count.'),
  steps: z.array(step).min(1).max(50),
});

/** The whole file, typed once. `uses`, `with` and expressions are checked beside it, because they depend on the action kinds and on what the file defines. */
export const configSchema = z.strictObject({
  version: z.literal(1).describe('The version of this language.'),
  defaults: z
    .strictObject({ retry: retry.optional(), timeout: timeout.optional(), order: order.optional(), concurrency: concurrency.optional() })
    .optional(),
  reconcile: z
    .strictObject({
      interval: z
        .union([z.literal('auto'), duration(60 * second, 24 * hour)])
        .default('auto')
        .describe('The longest a missed change may stay unnoticed.'),
      refs: z
        .array(z.enum(['branches', 'tags']))
        .min(1)
        .max(2)
        .default(['branches', 'tags']),
      catch_up: z.enum(['all', 'latest', 'none']).default('all').describe('Which of the changes found late are acted on.'),
    })
    .optional(),
  vars: z.record(variable, scalar).optional(),
  watches: z.record(identifier, watch).refine((watches) => Object.keys(watches).length <= 200, 'has more than 200 watches'),
});

/** The file after validation, with the schema's own defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>;
/** One watch of the file. */
export type WatchEntry = ConfigFile['watches'][string];
/** One step of a watch. */
export type StepEntry = WatchEntry['steps'][number];

/** What the language needs to know of an action kind; src/actions/action.ts fits it. */
export interface StepKind {
  name: string;
  /** The schema of `with:` after expressions are evaluated. */
  schema: z.ZodType;
  secretFields: readonly string[];
  /** Keys of `with:` that take no `${{ }}`, because their text is run as code. */
  literalFields?: readonly string[];
}
