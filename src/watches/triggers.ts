import { z } from 'zod';
import { configChangeTypes } from '../changes/config-change.ts';
import { destinationChangeTypes } from '../changes/destination-change.ts';
import { installationChangeTypes } from '../changes/installation-change.ts';
import { issueChangeTypes } from '../changes/issue-change.ts';
import { issueCommentChangeTypes } from '../changes/issue-comment-change.ts';
import { memberChangeTypes } from '../changes/member-change.ts';
import { presenceChangeTypes } from '../changes/presence-change.ts';
import { projectChangeTypes } from '../changes/project-change.ts';
import { pullRequestChangeTypes } from '../changes/pull-request-change.ts';
import { recoveryChangeTypes } from '../changes/recovery-change.ts';
import { releaseChangeTypes } from '../changes/release-change.ts';
import { repositoryChangeTypes } from '../changes/repository-change.ts';
import { runChangeTypes } from '../changes/run-change.ts';
import { defineTrigger, withoutFilters, type CompiledFilters, type Trigger } from './define-trigger.ts';
import { inbound } from './inbound-trigger.ts';
import { manualInput } from './manual-inputs.ts';
import { checkCron, checkTimezone } from './schedule-times.ts';
import { addressedClause, queueClause, scheduleClause } from './trigger-clauses.ts';

/** A trigger with its filters: which changes it is about, and what they must pass. */
export interface CompiledTrigger extends CompiledFilters {
  name: TriggerName;
  /** The types it would be about without the `types` filter, to say why a change is not meant. */
  allTypes: readonly string[];
}

const scheduleTime = z.strictObject({
  cron: z
    .string()
    .max(200)
    .superRefine((text, context) => {
      const reason = checkCron(text);
      if (reason !== undefined) context.addIssue(reason);
    })
    .meta({
      description: 'Minute, hour, day of the month, month, day of the week, as in workflow files.',
      examples: ['0 6 * * 1-5'],
      pattern: String.raw`^\s*(\S+\s+){4}\S+\s*$`,
    }),
  timezone: z
    .string()
    .max(100)
    .superRefine((text, context) => {
      const reason = checkTimezone(text);
      if (reason !== undefined) context.addIssue(reason);
    })
    .default('UTC')
    .meta({ description: 'The IANA name of the time zone that the times are meant in.', examples: ['Europe/Berlin'] }),
});
const scheduleTimes = z.array(scheduleTime).min(1).max(20);

const schedule: Trigger = {
  description: 'A time has come.',
  schema: scheduleTimes,
  bare: false,
  allTypes: ['schedule.due'],
  compile: (given, watch) => {
    const schedules = scheduleTimes.parse(given);
    return { ...withoutFilters(['schedule.due']), clauses: [addressedClause(watch), scheduleClause(schedules)], schedules };
  },
};

const inputName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/,
    'is not a good name: begin with a letter or `_`, go on with letters, digits, `_` and `-`, at most 100',
  );
const manualFilters = z.strictObject({
  inputs: z
    .record(inputName, manualInput)
    .refine((inputs) => Object.keys(inputs).length <= 25, 'has more than 25 inputs')
    .default({})
    .describe('What the person who starts it can give; `inputs.NAME` in expressions.'),
});

const manual: Trigger = {
  description: 'Somebody starts the watch by hand.',
  schema: manualFilters,
  bare: true,
  allTypes: ['manual.requested'],
  compile: (given, watch) => {
    const { inputs } = manualFilters.parse(given ?? {});
    return { ...withoutFilters(['manual.requested']), clauses: [addressedClause(watch)], inputs };
  },
};

const github = {
  push: defineTrigger({
    description: 'Commits arrived on a branch, new branches included.',
    prefix: 'branch.',
    types: ['updated', 'created'],
    choose: false,
    filters: ['branches', 'paths', 'paths_unknown', 'authors'],
  }),
  branch: defineTrigger({
    description: 'A branch was created, moved or deleted; or, when named, somebody opened or left its live page.',
    prefix: 'branch.',
    types: ['created', 'updated', 'deleted', 'joined', 'left'],
    preset: ['created', 'updated', 'deleted'],
    filters: ['branches', 'authors'],
  }),
  tag: defineTrigger({
    description: 'A tag was created, moved or deleted.',
    prefix: 'tag.',
    types: ['created', 'moved', 'deleted'],
    filters: ['tags', 'authors'],
  }),
  pull_request: defineTrigger({
    description: 'Something happened to a pull request; `branches` is the one it wants to change.',
    prefix: 'pull_request.',
    types: pullRequestChangeTypes,
    preset: ['opened', 'reopened', 'synchronize'],
    filters: ['branches', 'authors', 'labels'],
  }),
  issues: defineTrigger({
    description: 'Something happened to an issue.',
    prefix: 'issue.',
    types: issueChangeTypes,
    filters: ['authors', 'labels'],
  }),
  issue_comment: defineTrigger({
    description: 'A comment on an issue or pull request.',
    prefix: 'issue_comment.',
    types: issueCommentChangeTypes,
    filters: ['authors', 'labels'],
  }),
  release: defineTrigger({
    description: 'A release was published, once per release; or, when named, changed later.',
    prefix: 'release.',
    types: releaseChangeTypes,
    preset: ['published'],
    filters: ['tags', 'authors'],
  }),
  presence: defineTrigger({
    description: 'Somebody opened or left the live page of a branch.',
    prefix: 'branch.',
    types: presenceChangeTypes,
    filters: ['branches'],
  }),
  repository: defineTrigger({
    description: 'The repository itself changed.',
    prefix: 'repository.',
    types: repositoryChangeTypes,
    filters: [],
  }),
  member: defineTrigger({
    description: 'Somebody’s access to the repository changed.',
    prefix: 'member.',
    types: memberChangeTypes,
    filters: [],
  }),
  installation: defineTrigger({
    description: 'The App’s installation changed. Told to the owner’s `.github` repository.',
    prefix: 'installation.',
    types: installationChangeTypes,
    filters: [],
  }),
  project_deleted: defineTrigger({
    description: 'The repository is gone: deleted, taken out of the installation, or the App was uninstalled.',
    prefix: 'project.',
    types: projectChangeTypes,
    choose: false,
    filters: [],
  }),
} as const satisfies Record<string, Trigger>;

const everything = [...new Set(Object.values(github).flatMap((trigger) => trigger.allTypes))];
const allFilters = z.strictObject({});

/** The one table of triggers: schema, JSON Schema, documentation and matcher derive from it. */
export const triggers = {
  ...github,
  schedule,
  manual,
  inbound,
  repowatch: defineTrigger({
    description: 'RepoWatch itself has something to say.',
    prefix: '',
    types: [...configChangeTypes, ...runChangeTypes, ...recoveryChangeTypes, ...destinationChangeTypes],
    filters: [],
  }),
  // Not what RepoWatch says of itself: a watch about its own dead runs would never end.
  all: {
    description: 'Everything above but `schedule`, `manual`, `inbound` and `repowatch`.',
    schema: allFilters,
    bare: true,
    allTypes: everything,
    compile: () => ({ ...withoutFilters(everything), clauses: [queueClause()] }),
  },
} as const satisfies Record<string, Trigger>;

/** A word that can stand under `on:`. */
export type TriggerName = keyof typeof triggers;

/** Every trigger by name. */
export const triggerNames = Object.keys(triggers) as TriggerName[];

/** The triggers whose bare name is enough. */
export const bareTriggerNames = triggerNames.filter((name) => triggers[name].bare);

/** Compiles one trigger of a watch with the filters below it, null when it has none. */
export function compileTrigger(name: TriggerName, given: unknown, watch: string): CompiledTrigger {
  const trigger: Trigger = triggers[name];
  return { name, allTypes: trigger.allTypes, ...trigger.compile(given, watch) };
}
