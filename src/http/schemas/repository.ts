import { z } from 'zod';
import { configStatuses } from '../../core/statuses.ts';
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

/** The filters of the list of repositories. */
export const repositoryQuery = z.strictObject({
  installation: idText.optional().describe('The id of an installation'),
  q: filterText(100).optional().describe('Part of the full name'),
  status: z.enum(repositoryStatuses).optional().describe('Without it: all but the removed'),
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
    observed_at: timestamp,
    deleted_at: timestamp.nullable(),
  })
  .meta({ id: 'Ref' });

export type Ref = z.output<typeof refSchema>;

/** The filters of the lists of branches and tags. */
export const refQuery = z.strictObject({
  include_deleted: z.enum(['true', 'false']).optional(),
  ...pageQuery,
});
export type RefQuery = z.output<typeof refQuery>;

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
        }),
      )
      .describe('Every watch that counts, whichever layer it comes from'),
  })
  .meta({ id: 'RepositoryConfig' });

export type RepositoryConfig = z.output<typeof configSchema>;

/** What can be switched at a repository. */
export const repositoryChange = z.strictObject({ enabled: z.boolean() });

/** Whose a repository's secrets are now. */
export const confirmedSecrets = z.object({ confirmed: z.number().int().describe('How many belonged to a former owner until now') });
