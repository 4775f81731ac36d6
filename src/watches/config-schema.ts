import { z } from 'zod';
import { machineSchema } from './machine-schema.ts';
import { duration, nonEmptyList, patternList, scalar, variable } from './schema-parts.ts';
import { concurrency, identifier, order, retry, timeout, watchSchema } from './watch-schema.ts';

const second = 1000;
const hour = 3600 * second;

const few = (watches: Record<string, unknown>): boolean => Object.keys(watches).length <= 200;
const watchMapping = z.record(identifier, watchSchema).refine(few, 'has more than 200 watches');

/** Where the layer below this file comes from: the organisation's file, none, or a repository of the same owner at a ref. */
const extendsSchema = z.string().superRefine((text, context) => {
  if (text === 'org' || text === 'none') return;
  const [name = '', ...rest] = text.split('@');
  const ref = rest.join('@');
  if (name.includes('/'))
    context.addIssue(`stays within the owner of this repository; write \`${text.slice(text.indexOf('/') + 1)}\` without the owner`);
  else if (!/^[A-Za-z0-9_.-]{1,100}$/.test(name) || !/^(?!.*(?:\.\.|\/\/|@\{))[^\s~^:?*[\\\p{Cc}/][^\s~^:?*[\\\p{Cc}]{0,200}$/u.test(ref))
    context.addIssue(
      `must be org, none, or a repository of the same owner with a ref such as \`defaults@v1\`, not \`${text.slice(0, 50)}\``,
    );
});

const secretName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'is not the name of a secret: letters, digits and `_`, no digit first');
const host = z
  .string()
  .regex(
    /^(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::\d{1,5})?$/,
    'must be a host such as hooks.example.com or *.example.com',
  );

/** What repositories may do that inherit from the organisation's file. */
const allow = z.strictObject({
  actions: nonEmptyList(z.string().min(1).max(100))
    .optional()
    .meta({ description: 'The kinds of actions that may be used.', examples: [['webhook', 'slack']] }),
  destinations: nonEmptyList(host)
    .optional()
    .meta({ description: 'The hosts that may be called.', examples: [['hooks.example.com', '*.example.com']] }),
  secrets: z
    .record(secretName, patternList)
    .optional()
    .meta({ description: 'Which repositories, by name, may use which secret.', examples: [{ DEPLOY_TOKEN: ['train', 'app-*'] }] }),
});

/** A repository's file, typed once. `uses`, `with`, expressions and machines are checked beside it, because they depend on each other. */
export const configSchema = z.strictObject({
  version: z.literal(1).describe('The version of this language.'),
  extends: extendsSchema.optional().meta({
    description: 'The layer below: org (the organisation’s file, default), none, or a repository of the same owner and a ref.',
    examples: ['org', 'none', 'defaults@v1'],
    pattern: String.raw`^(org|none|[A-Za-z0-9_.-]{1,100}@\S+)$`,
  }),
  defaults: z
    .strictObject({ retry: retry.optional(), timeout: timeout.optional(), order: order.optional(), concurrency: concurrency.optional() })
    .optional()
    .describe('For every watch that does not say otherwise.'),
  reconcile: z
    .strictObject({
      interval: z
        .union([z.literal('auto'), duration(60 * second, 24 * hour)])
        .default('auto')
        .meta({ description: 'The longest a missed change may stay unnoticed.', examples: ['auto', '10m'] }),
      refs: z
        .array(z.enum(['branches', 'tags']))
        .min(1)
        .max(2)
        .default(['branches', 'tags'])
        .describe('What is compared.'),
      catch_up: z.enum(['all', 'latest', 'none']).default('all').describe('Which of the changes found late are acted on.'),
    })
    .optional()
    .describe('How this repository is compared with GitHub.'),
  vars: z
    .record(variable, scalar)
    .optional()
    .meta({ description: 'Values for `${{ vars.NAME }}`; nothing secret.', examples: [{ host: 'https://deploy.example.com' }] }),
  watches: watchMapping.describe('The watches by id.'),
  machines: z.record(identifier, machineSchema).optional().describe('State machines for tickets, by name.'),
});

/** The organisation's file: the same, and what it may say to every repository. */
export const organizationSchema = configSchema.extend({
  watches: watchMapping.default({}).describe('Inherited by every repository, which can switch one off by id.'),
  mandatory: z
    .union([watchMapping, z.array(identifier).min(1).max(200)])
    .optional()
    .describe('Watches that a repository cannot switch off; or the ids of those above that it cannot.'),
  allow: allow.optional().describe('What repositories may do; what is not named here is not restricted.'),
});

/** The file after validation, with the schema's own defaults filled in. */
export type ConfigFile = z.output<typeof configSchema> & Partial<Pick<z.output<typeof organizationSchema>, 'mandatory' | 'allow'>>;
/** One watch of the file. */
export type WatchEntry = Extract<ConfigFile['watches'][string], { include_self: boolean }>;

/** What the language needs to know of an action kind; src/actions/action.ts fits it. */
export interface StepKind {
  name: string;
  title?: string;
  /** The schema of `with:` after expressions are evaluated. */
  schema: z.ZodType;
  secretFields: readonly string[];
  /** Keys of `with:` that take no `${{ }}`, because their text is run as code. */
  literalFields?: readonly string[];
  /** Keys of `with:` that name one of the file's `machines`. */
  machineFields?: readonly string[];
}
