import { z } from 'zod';
import { checkPattern } from '../../core/globs.ts';
import { checkResults, projectFollows, projectRoles, runStatuses } from '../../core/statuses.ts';
import { checkSchema } from './check.ts';
import { filterText, idText, countedPageQuery, repositoryParams, timestamp } from './common.ts';
import { actionSchema, parameterSchema } from './project-action.ts';
import { runSummary } from './run.ts';

const projectCheck = z.object({
  repository: z.string(),
  result: z.enum(checkResults),
  branch: z.string().nullable(),
  sha: z.string().nullable(),
  message: z.string().nullable(),
  error: z.string().nullable(),
  checked_at: timestamp,
});
export type ProjectCheck = z.output<typeof projectCheck>;

const projectRun = z.object({
  id: idText,
  status: z.enum(runStatuses),
  action: z.string().describe('The name of the action'),
  repository: z.string(),
  created_at: timestamp,
});
export type ProjectRun = z.output<typeof projectRun>;

/** A project as the API shows it. */
export const projectSchema = z
  .object({
    id: idText,
    installation_id: idText,
    name: z.string(),
    enabled: z.boolean().describe('False: none of its actions runs'),
    branches: z.array(z.string()),
    check_interval: z.number().int().describe('How old what is known of its repositories may become, in minutes'),
    follow: z.enum(projectFollows).describe('all: every repository of the installation but those that were taken out'),
    linked: z.boolean().describe('Whether it is the project of its installation'),
    repository_count: z.number().int(),
    repositories: z
      .array(
        z.object({
          id: idText,
          full_name: z.string(),
          html_url: z.string().nullable(),
          enabled: z.boolean(),
          last_check_at: timestamp.nullable(),
        }),
      )
      .describe('Those that you see, at most 100'),
    actions: z.array(actionSchema),
    last_check_at: timestamp.nullable().describe('When one of its repositories was compared with GitHub last'),
    next_check_at: timestamp.nullable().describe('When one of its repositories is due to be compared next'),
    last_check: projectCheck.nullable().describe('What comparing found last'),
    last_run: projectRun.nullable().describe('The newest run of one of its actions'),
    version: z.number().int().describe('Counts up with each edit; the ETag begins with it'),
    created_by: z.string(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Project' });

export type ProjectItem = z.output<typeof projectSchema>;

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((text) => !/\p{Cc}/u.test(text) && !text.includes('${{'), 'must be plain text in one line');
const branch = z
  .string()
  .trim()
  .min(1)
  .max(250)
  .superRefine((text, context) => {
    const reason = text.startsWith('!') && text.length > 1 ? checkPattern(text.slice(1)) : checkPattern(text);
    if (reason !== undefined) context.addIssue(reason);
  });
const branches = z
  .array(branch)
  .min(1, 'must name at least one branch')
  .max(100)
  .refine((list) => list.some((text) => !text.startsWith('!')), 'must name at least one branch that is wanted')
  .describe('Names of branches and GitHub’s patterns, such as `main` and `feature/**`');
const interval = z.number().int().min(1, 'must be between 1 and 1440 minutes').max(1440, 'must be between 1 and 1440 minutes');
const address = filterText(500).describe('owner/name, or its address over https or ssh');

const words = {
  enabled: z.boolean().optional(),
  check_interval: interval.optional().describe('Minutes; 5 without it'),
  checkInterval: interval.optional().describe('The same under its older name'),
  follow: z.enum(projectFollows).optional(),
  repository: address.optional(),
  repoUrl: address.optional().describe('The same under its older name'),
  repositories: z.array(address).max(100).optional().describe('Several of them'),
  repository_id: idText.optional().describe('Our id of a mirrored repository'),
};

/** The body that makes a project. */
export const projectBody = z
  .strictObject({
    name,
    branches,
    installation_id: idText.optional().describe('For a project that follows no repository yet'),
    ...words,
  })
  .meta({ examples: [{ name: 'shop', branches: ['main', 'release/**'], check_interval: 15, repository: 'acme/app' }] });

/** The body that puts other words in the place of a project's; what it follows stays unless repositories are named. */
export const projectReplacement = z.strictObject({ name, branches, ...words });

/** The body that changes a project: what is left out stays. */
export const projectPatch = z.strictObject({ name: name.optional(), branches: branches.optional(), ...words });
export type ProjectPatch = z.output<typeof projectPatch>;

/** The filters of the list of projects. */
export const projectQuery = z.strictObject({
  installation: idText.optional(),
  repository: filterText(201).optional().describe('Only those that follow it: owner/name'),
  name: filterText(100).optional(),
  q: filterText(200).optional().describe('Part of the name, or of the name of a repository that it follows'),
  ...countedPageQuery,
});
export type ProjectQuery = z.output<typeof projectQuery>;

/** Conditions of an edit. */
export const editHeaders = z.looseObject({ 'if-match': z.string().max(200).optional().describe('The ETag that it must have') });

/** What went with a project. */
export const removedProject = z.object({
  actions: z.number().int(),
  parameters: z.number().int(),
  secrets: z.number().int(),
  members: z.number().int(),
  repositories_unfollowed: z.number().int().describe('They stay, with their changes and runs'),
});

/** The parameters of a route that names a repository of a project. */
export const followParams = repositoryParams.extend({ id: idText });

/** Whether a project follows a repository now. */
export const followed = z.object({ project_id: idText, repository: z.string(), following: z.boolean(), changed: z.boolean() });

/** A project with everything but the values of its secrets. */
export const exportedProject = z
  .object({
    name: z.string(),
    enabled: z.boolean(),
    branches: z.array(z.string()),
    check_interval: z.number().int(),
    follow: z.enum(projectFollows),
    repositories: z.array(z.string()),
    left_out: z.array(z.string()).describe('Those that a project which follows all does not follow'),
    actions: z.array(
      z.object({
        name: z.string(),
        enabled: z.boolean(),
        uses: z.string(),
        with: z.record(z.string(), z.unknown()),
        on: z.unknown().optional(),
        if: z.union([z.string(), z.boolean()]).optional(),
        env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
        retry: z.unknown().optional(),
        timeout: z.string().optional(),
        parameters: z.array(parameterSchema).optional(),
      }),
    ),
    secrets: z
      .array(z.object({ name: z.string(), action: z.string().nullable() }))
      .describe('Names only: their values have to be set after an import; action null for those of the project'),
    members: z.array(z.object({ login: z.string(), role: z.enum(projectRoles) })),
  })
  .meta({ id: 'ExportedProject' });
export type ExportedProject = z.output<typeof exportedProject>;

const importItem = z
  .looseObject({ name: z.unknown().optional() })
  .describe('A project as the export wrote it; the older shape is read, too');
/** A list of projects with what counts for all of them. */
export const wrappedImport = z.strictObject({
  projects: z.array(importItem).min(1).max(100),
  on_conflict: z.enum(['skip', 'update', 'fail']).optional(),
  installation_id: idText.optional(),
});
/** Projects to be taken over. */
export const importBody = z.union([z.array(importItem).min(1).max(100), wrappedImport, importItem]);
export const importQuery = z.strictObject({
  on_conflict: z
    .enum(['skip', 'update', 'fail'])
    .optional()
    .describe('What becomes of a project whose name is there already: skip (default), update, which makes it equal, or fail'),
  installation_id: idText.optional().describe('Where projects go that name no repository'),
});

/** One item of an import, strictly: what the list of results refuses item by item. */
export const importedProject = z.strictObject({
  name,
  branches,
  ...words,
  repo_url: address.optional(),
  repositories: z.array(address).max(1000).optional(),
  left_out: z.array(address).max(1000).optional(),
  actions: z.array(z.unknown()).max(100).optional(),
  secrets: z.array(z.object({ name: z.string(), action: z.string().nullable().optional() })).optional(),
  members: z
    .array(z.object({ login: filterText(100), role: z.enum(projectRoles) }))
    .max(1000)
    .optional(),
  installation_id: idText.optional(),
});

/** What became of each item. */
export const importResult = z.object({
  created: z.number().int(),
  updated: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
  results: z.array(
    z.object({
      index: z.number().int(),
      name: z.string().nullable(),
      status: z.enum(['created', 'updated', 'skipped', 'failed']),
      id: idText.nullable(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      secrets_to_set: z.array(z.object({ name: z.string(), action: z.string().nullable() })).describe('Those that have no value yet'),
    }),
  ),
});
export type ImportResult = z.output<typeof importResult>;

/** Somebody whom a project names. */
export const memberSchema = z
  .object({
    login: z.string(),
    github_id: idText.nullable().describe('Null until they sign in for the first time'),
    role: z.enum(projectRoles),
    added_by: z.string(),
    added_at: timestamp,
  })
  .meta({ id: 'ProjectMember' });
export const memberParams = z.strictObject({
  id: idText,
  login: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}|[A-Za-z0-9_-]{0,99})$/, 'must be a login on GitHub'),
});
export const memberBody = z.strictObject({ role: z.enum(projectRoles) });

/** One look at GitHub in the log of a project. */
export const projectLogSchema = checkSchema
  .extend({ status: z.enum(checkResults).describe('The same as `result`'), repository: z.string() })
  .meta({ id: 'ProjectLog' });
export type ProjectLog = z.output<typeof projectLogSchema>;
export const projectLogQuery = z.strictObject({
  status: z.enum([...checkResults, 'manual_trigger']).optional(),
  branch: filterText(300).optional(),
  repository: filterText(201).optional().describe('owner/name'),
  ...countedPageQuery,
});
export type ProjectLogQuery = z.output<typeof projectLogQuery>;

/** What is to run by hand. */
export const projectTriggerBody = z.strictObject({
  branch: filterText(300),
  repository: address.optional().describe('Only this one of those that have the branch'),
  actions: z.array(filterText(100)).min(1).max(100).optional().describe('Ids or names of actions; without it all that are switched on'),
});

const triggered = z.object({ action: z.object({ id: idText, name: z.string() }), repository: z.string() });

/** What became of it: the runs, and how each action ended as far as it has. */
export const projectTriggered = z.object({
  runs: z.array(runSummary.extend({ action: z.object({ id: idText, name: z.string() }) })),
  successful: z.array(idText).describe('Actions whose runs all succeeded'),
  failed: z.array(triggered.extend({ actionId: idText, code: z.string().nullable(), error: z.string() })),
  over: z.boolean().describe('True when nothing of it is under way any more'),
});
export type ProjectTriggered = z.output<typeof projectTriggered>;
