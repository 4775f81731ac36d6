import { z } from 'zod';
import { configStatuses, runStatuses } from '../../core/statuses.ts';
import { layerNames } from '../../watches/layers.ts';
import { countedPageQuery, filterText, idText, pageQuery, timestamp } from './common.ts';

/** What a repository is to us now, from its facts; `removed` wins over the others. */
const repositoryStatuses = ['active', 'archived', 'disabled', 'removed'] as const;

/** A tracked repository. */
export const repositorySchema = z
  .object({
    id: idText,
    github_id: idText,
    installation_id: idText,
    owner: z.object({
      id: idText.nullable().describe('The number of the account on GitHub'),
      login: z.string(),
      type: z.string(),
      avatar_url: z.string().nullable(),
    }),
    name: z.string(),
    full_name: z.string(),
    former_names: z.array(z.string()).describe('Names it had before, the latest first; they lead here until another repository takes one'),
    html_url: z.string().nullable(),
    private: z.boolean(),
    visibility: z.string().describe('public, private or internal'),
    archived: z.boolean(),
    enabled: z.boolean().describe('False: switched off here, its deliveries are ignored'),
    default_branch: z.string().nullable(),
    status: z.enum(repositoryStatuses),
    removed_at: timestamp.nullable(),
    removed_reason: z.string().nullable(),
    pushed_at: timestamp.nullable(),
    baseline_at: timestamp.nullable().describe('When its refs were first seen; older changes are not acted on'),
    config_status: z.enum(configStatuses),
    config_checked_at: timestamp.nullable(),
    reconcile: z.object({
      interval_seconds: z.number().int().nullable(),
      due_at: timestamp,
      last_at: timestamp.nullable(),
      failures: z.number().int(),
      error: z.string().nullable(),
    }),
    last_check_at: timestamp.nullable().describe('When it was compared with GitHub last, or was tried to'),
    sync_state: z
      .enum(['unsynced', 'synced', 'errored_fetching_refs', 'errored_fetching_config'])
      .describe('How far what GitHub has was taken over'),
    last_synced_at: timestamp.nullable().describe('When its branches and tags were compared with GitHub last'),
    secrets: z
      .object({ frozen: z.number().int() })
      .describe('How many secrets belong to a former owner, shown to no run until an admin confirms'),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Repository' });

export type Repository = z.output<typeof repositorySchema>;

/** A repository as lists show it: with what happened last, and how much watches it. */
export const repositoryEntry = repositorySchema
  .extend({
    watches: z.number().int().describe('How many watches it has, whichever layer they come from'),
    last_change: z
      .object({ id: idText, type: z.string(), ref_name: z.string().nullable(), actor: z.string().nullable(), happened_at: timestamp })
      .nullable()
      .describe('The change that was recorded last; who looks at branches does not count'),
  })
  .meta({ id: 'RepositoryEntry' });

export type RepositoryEntry = z.output<typeof repositoryEntry>;

/** The filters of the list of repositories. */
export const repositoryQuery = z.strictObject({
  installation: idText.optional().describe('The id of an installation'),
  q: filterText(100).optional().describe('Part of the full name'),
  status: z.enum(repositoryStatuses).optional().describe('Without it: all but the removed'),
  config: z.enum(configStatuses).optional().describe('How its configuration file is'),
  ...countedPageQuery,
});
/** What reading the list takes; `removed`: without a status, the removed ones, too. */
export type RepositoryQuery = z.output<typeof repositoryQuery> & { removed?: boolean };

/** The filters of the list of an installation's repositories. */
export const installationRepositoryQuery = repositoryQuery.omit({ installation: true }).strict();

/** A branch or a tag as the mirror has it. */
export const refSchema = z
  .object({
    name: z.string(),
    ref: z.string().describe('The full name'),
    sha: z.string().nullable(),
    head_sha: z.string().nullable().describe('The same as sha'),
    previous_sha: z.string().nullable().describe('Where it pointed before; null at first sight and after it was made'),
    protected: z.boolean().nullable(),
    last_commit: z
      .object({ sha: z.string(), message: z.string(), author: z.string().nullable(), date: z.string().nullable() })
      .nullable()
      .describe('The commit it points at, as far as a change told; the date is its author’s'),
    changed_at: timestamp.nullable().describe('When it moved last; null when it did not since it was seen first'),
    changed_by: z.string().nullable().describe('Who moved it last, or deleted it: a login, where GitHub told'),
    observed_at: timestamp,
    deleted_at: timestamp.nullable(),
  })
  .meta({ id: 'Ref' });

export type Ref = z.output<typeof refSchema>;

/** The filters of the lists of branches and tags. */
export const refQuery = z.strictObject({
  q: filterText(250).optional().describe('Part of the name, in any case'),
  include_deleted: z.enum(['true', 'false']).optional(),
  ...pageQuery,
});
export type RefQuery = z.output<typeof refQuery>;

/** A branch with those who have its page open, or its stream. */
export const branchSchema = refSchema
  .extend({
    viewers: z
      .array(z.object({ user: z.string(), since: timestamp, connections: z.number().int() }))
      .describe('Who looks at it now, whoever came first in front; the first 100'),
  })
  .meta({ id: 'Branch' });

export type Branch = z.output<typeof branchSchema>;

/** The parameters of a route that names a branch. */
export const branchParams = z.strictObject({ owner: filterText(100), name: filterText(100), branch: filterText(300) });

/** What is wrong with a configuration file, and where. */
const configProblem = z.looseObject({
  message: z.string(),
  line: z.number().int().nullable().optional(),
  column: z.number().int().nullable().optional(),
});

/** A repository's configuration: what the branch has now, and what is in force. */
export const configSchema = z
  .object({
    repository: z.string(),
    status: z.enum(configStatuses),
    checked_at: timestamp.nullable(),
    config_sha: z.string().nullable().describe('The blob that the default branch has now'),
    problems: z.array(configProblem),
    in_force: z
      .object({ path: z.string(), config_sha: z.string(), content: z.string(), since: timestamp })
      .nullable()
      .describe('The last good file; it stays in force while a broken one is on the branch'),
    latest: z
      .object({ path: z.string(), config_sha: z.string(), content: z.string() })
      .nullable()
      .describe(
        'The file that the default branch has, with the lines that `problems` name; null when there is none, or it could not be read',
      ),
    layers: z
      .array(
        z.object({
          layer: z.enum(layerNames),
          repository: z.string().nullable(),
          path: z.string(),
          status: z.enum([...configStatuses, 'not_accessible']),
          problems: z.array(z.unknown()),
        }),
      )
      .describe('What lies below the file and counts with it, the lowest first'),
    watches: z
      .array(
        z.object({
          id: idText,
          key: z.string(),
          revision: z.string().describe('Changes whenever what the watch says does'),
          name: z.string(),
          layer: z.enum(layerNames),
          managed_by: z.string(),
          mode: z.enum(['on', 'off', 'dry-run']),
          mandatory: z.boolean(),
          origin: z.string().describe('path:line, with the repository in front when it is another one'),
          repository: z.string().nullable(),
          path: z.string(),
          line: z.number().int(),
          switched_off_at: z.string().nullable().describe('Where a higher layer switched it off'),
          triggers: z.array(z.string()).describe('What it is about: the keys of its `on`'),
          inputs: z
            .record(z.string(), z.looseObject({ type: z.string(), required: z.boolean() }))
            .nullable()
            .describe('What can be given when it is started by hand; null for a watch without a `manual` trigger'),
          steps: z.array(z.string()).describe('The action kinds of its steps, in order'),
        }),
      )
      .describe('Every watch that counts, whichever layer it comes from'),
  })
  .meta({ id: 'RepositoryConfig' });

export type RepositoryConfig = z.output<typeof configSchema>;

/** A watch of a repository with how it went last. */
export const watchEntry = configSchema.shape.watches.element.extend({
  last_run: z
    .object({ id: idText, status: z.enum(runStatuses), created_at: timestamp, finished_at: timestamp.nullable() })
    .nullable()
    .describe('Its newest run; null when it has not run, or its runs are not kept any more'),
});

export type WatchItem = z.output<typeof watchEntry>;

/** The answer to a wish to have the configuration read again. */
export const recheckRequested = z.object({ requested: z.literal(true) });

/** What can be switched at a repository. */
export const repositoryChange = z.strictObject({ enabled: z.boolean() });

/** Whose a repository's secrets are now. */
export const confirmedSecrets = z.object({ confirmed: z.number().int().describe('How many belonged to a former owner until now') });
