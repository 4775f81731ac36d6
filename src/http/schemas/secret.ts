import { z } from 'zod';
import { secretScopes } from '../../core/statuses.ts';
import { filterText, idText, pageQuery, repositoryName, timestamp } from './common.ts';
import { jobSchema } from './job.ts';

/** What is told of a secret: everything but its value, which is never readable again. */
export const secretSchema = z
  .object({
    name: z.string(),
    scope: z.enum(secretScopes),
    installation_id: idText.nullable(),
    repository: z.string().nullable(),
    project: z.object({ id: idText, name: z.string() }).nullable(),
    watch: z.string().nullable().describe('The key of the one watch that it is for'),
    destinations: z.array(z.string()).nullable().describe('Hosts it may be sent to; null for any'),
    frozen: z.boolean().describe('It belongs to a former owner of the repository and is shown to no run until an admin confirms'),
    version: z.number().int().describe('1 for the first value; every new value counts one up'),
    created_by: z.string().nullable().describe('Who set the first value'),
    updated_by: z.string().nullable().describe('Who set the present value'),
    created_at: timestamp,
    updated_at: timestamp,
    last_used_at: timestamp.nullable(),
  })
  .meta({ id: 'Secret' });

export type Secret = z.output<typeof secretSchema>;

const scopeFields = {
  scope: z.enum(secretScopes).optional().describe('Without it: global'),
  installation_id: idText.optional().describe('With scope installation'),
  repository: repositoryName.optional().describe('With scope repository, or watch: owner/name'),
  project_id: idText.optional().describe('With scope project, or watch for one that stands for an action of a project'),
  watch: filterText(100).optional().describe('With scope watch: its key'),
};

/** Whose secret a request names, as its schema let it in. */
export interface ScopeChoice {
  scope?: (typeof secretScopes)[number] | undefined;
  installation_id?: string | undefined;
  repository?: string | undefined;
  project_id?: string | undefined;
  watch?: string | undefined;
}

/** What each scope is named by; a watch is one of a repository or of a project. */
const namedBy: Record<(typeof secretScopes)[number], readonly (keyof ScopeChoice)[]> = {
  global: [],
  installation: ['installation_id'],
  project: ['project_id'],
  repository: ['repository'],
  watch: ['watch', 'repository', 'project_id'],
};

/** A scope needs its owner, and only its own. */
function checkScope(choice: ScopeChoice, context: z.RefinementCtx): void {
  const scope = choice.scope ?? 'global';
  const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const isOfWatch = scope === 'watch';
  if (isOfWatch && (choice.repository === undefined) === (choice.project_id === undefined))
    complain('repository', 'or project_id is needed with scope watch, one of the two');
  for (const key of ['installation_id', 'repository', 'project_id', 'watch'] as const) {
    const fits = namedBy[scope].includes(key);
    if (!fits && choice[key] !== undefined) complain(key, `does not belong to scope ${scope}`);
    if (fits && choice[key] === undefined && (!isOfWatch || key === 'watch')) complain(key, `is needed with scope ${scope}`);
  }
}

/** Which owner's secret is meant. */
export const secretScopeQuery = z.strictObject(scopeFields).superRefine(checkScope);

/** The filters of the list of secrets: without a scope, all of them. */
export const secretQuery = z.strictObject({
  ...scopeFields,
  name: filterText(100).optional().describe('Of every scope'),
  ...pageQuery,
});
export type SecretQuery = z.output<typeof secretQuery>;

/** The name of a secret, as a configuration file writes it. */
export const secretParams = z.strictObject({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'must be letters, digits and _ and not begin with a digit'),
});

/** The filters of what uses a secret. */
export const secretUsesQuery = z.strictObject({ ...scopeFields, ...pageQuery }).superRefine(checkScope);

/** Something that names a secret: a watch in force, a hook, which is a watch, too, or a hook for new repositories. */
export const secretUseSchema = z
  .object({
    kind: z.enum(['watch', 'hook', 'default_hook']),
    repository: z.string().nullable(),
    watch: z.string().nullable().describe('The key of the watch, or the id of the hook for new repositories'),
    name: z.string(),
    layer: z.string().nullable().describe('Whose file declares it'),
    origin: z.string().nullable().describe('path:line'),
    mode: z.string().nullable(),
    steps: z.array(z.object({ position: z.number().int(), id: z.string().nullable(), uses: z.string() })),
    gets_this: z.boolean().describe('False when its runs get one of the same name from a nearer scope, or none, because it is frozen'),
  })
  .meta({ id: 'SecretUse' });

export type SecretUseItem = z.output<typeof secretUseSchema>;

/** A name that a watch in force asks for, and that its runs get no secret for. */
export const missingSecretSchema = z
  .object({
    name: z.string(),
    repository: z.string(),
    watch: z.string().describe('The key of the watch'),
    watch_name: z.string(),
    layer: z.string().describe('Whose file declares it'),
    origin: z.string().describe('path:line'),
    frozen: z.boolean().describe('There is one, of the repository’s former owner, until an admin confirms it'),
  })
  .meta({ id: 'MissingSecret' });
export type MissingSecretItem = z.output<typeof missingSecretSchema>;
export const missingSecretQuery = z.strictObject(pageQuery);

/** How the keys of SECRETS_KEY stand. */
export const keyReportSchema = z
  .object({
    current: z.string().describe('The id of the key that wraps'),
    keys: z.array(
      z.object({
        id: z.string(),
        state: z.enum(['current', 'older', 'unknown']).describe('unknown: SECRETS_KEY does not have it'),
        rows: z.number().int().describe('How many encrypted values hang on it'),
        by: z.array(z.object({ what: z.string(), rows: z.number().int() })),
        processes: z.number().int().describe('Running processes that wrap with it'),
        removable: z.boolean().describe('It can leave SECRETS_KEY'),
      }),
    ),
    remaining: z.number().int().describe('How many values the current key is still to wrap'),
    unreadable: z.number().int().describe('How many values no key of SECRETS_KEY opens'),
  })
  .meta({ id: 'KeyReport' });

/** The answer to a request that rotates the key. */
export const keyRotationSchema = z.object({ job: jobSchema, keys: keyReportSchema });

/** The body that sets a secret. The value is bounded like GitHub's own. */
export const secretBody = z
  .strictObject({
    value: z.string().min(1).max(65_536),
    destinations: z
      .array(filterText(300))
      .max(100)
      .nullable()
      .optional()
      .describe('Hosts it may be sent to; null for any. Left out, those of the former value stay'),
    ...scopeFields,
  })
  .superRefine(checkScope);
