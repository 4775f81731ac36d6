import { z } from 'zod';
import type { ManualInputs } from './manual-inputs.ts';
import type { ScheduleTime } from './schedule-times.ts';
import { listOf, nameList, nonEmptyList, patternList } from './schema-parts.ts';
import {
  authorsClause,
  branchClause,
  labelsClause,
  pathsClause,
  queueClause,
  tagClause,
  unknownPathsWords,
  type Clause,
  type PathsUnknown,
} from './trigger-clauses.ts';

/** What the filters below a trigger's name come to. */
export interface CompiledFilters {
  /** Types of changes. */
  changeTypes: ReadonlySet<string>;
  clauses: readonly Clause[];
  /** Of `schedule`: when; empty for every other. */
  schedules: readonly ScheduleTime[];
  /** Of `manual`: what can be given; undefined for every other. */
  inputs: ManualInputs | undefined;
  /** What to do with a push whose files are not all known; undefined where `paths` is not asked. */
  pathsUnknown: PathsUnknown | undefined;
}

/** What a trigger is: its meaning, what can stand below its name, and the changes it can be about. */
export interface Trigger {
  description: string;
  /** What stands below the trigger's name. */
  schema: z.ZodType;
  /** Whether the bare name is enough. */
  bare: boolean;
  allTypes: readonly string[];
  /** `watch` is the id of the watch, for changes that are meant for one. */
  compile: (filters: unknown, watch: string) => CompiledFilters;
}

interface Filters {
  types?: string | string[];
  branches?: string | string[];
  tags?: string | string[];
  paths?: string | string[];
  paths_unknown?: PathsUnknown;
  authors?: string | string[];
  labels?: string | string[];
}

const patternsNote = 'in GitHub’s filter patterns; the last one that fits decides';
const filters = {
  branches: patternList
    .optional()
    .meta({ description: `Branches, ${patternsNote}.`, examples: [['main', 'release/**', '!release/**/tmp']] }),
  tags: patternList.optional().meta({ description: `Tags, ${patternsNote}.`, examples: [['v*', '!v0.*']] }),
  paths: patternList.optional().meta({
    description: `Files, ${patternsNote}. One changed file that fits is enough.`,
    examples: [['src/**', '!**/*.md']],
  }),
  paths_unknown: z
    .enum(unknownPathsWords)
    .default('run')
    .describe('What to do when GitHub cannot list every file: run, skip, or hold until the files are known.'),
  authors: nameList.optional().meta({
    description: 'Logins of who wrote it, and for pushes also of who pushed; `*` stands for any characters. One that fits is enough.',
    examples: [['*', '!dependabot[bot]']],
  }),
  labels: nameList.optional().meta({
    description: 'Labels; `*` stands for any characters. One that fits is enough, and one that is taken out by a `!` is a no.',
    examples: [['bug', 'area/*']],
  }),
};
type FilterName = keyof typeof filters;

/** Defines a trigger by the types of changes it can be about; in the file they are written without `prefix`. */
export function defineTrigger(trigger: {
  description: string;
  /** What all its types begin with, `branch.`. */
  prefix: string;
  types: readonly string[];
  /** Those that count when the file does not say; default: all. */
  preset?: readonly string[];
  /** Whether the file can choose; else it is always about the preset. */
  choose?: boolean;
  filters: readonly FilterName[];
}): Trigger {
  const { description, prefix, choose = true } = trigger;
  const types = trigger.types.map((type) => (type.startsWith(prefix) ? type.slice(prefix.length) : type));
  const preset = trigger.preset ?? types;
  const shape: Record<string, z.ZodType> = {};
  if (choose) {
    const chosen = nonEmptyList(z.enum(types as [string, ...string[]]));
    shape['types'] = chosen.default([...preset]).describe('What happened.');
  }
  for (const name of trigger.filters) shape[name] = filters[name];
  const schema = z.strictObject(shape);
  return {
    description,
    schema,
    bare: true,
    allTypes: types.map((type) => prefix + type),
    compile: (given) => compileFilters(schema.parse(given ?? {}), { prefix, preset, aboutBranch: trigger.filters.includes('branches') }),
  };
}

function compileFilters(given: Filters, about: { prefix: string; preset: readonly string[]; aboutBranch: boolean }): CompiledFilters {
  const { branches, tags, paths, paths_unknown: unknown = 'run', authors, labels } = given;
  const clauses: Clause[] = [];
  if (about.aboutBranch) clauses.push(queueClause(branches === undefined ? [] : listOf(branches)));
  if (branches !== undefined) clauses.push(branchClause(listOf(branches)));
  if (tags !== undefined) clauses.push(tagClause(listOf(tags)));
  if (authors !== undefined) clauses.push(authorsClause(listOf(authors)));
  if (labels !== undefined) clauses.push(labelsClause(listOf(labels)));
  if (paths !== undefined) clauses.push(pathsClause(listOf(paths), unknown));
  const types = given.types === undefined ? about.preset : listOf(given.types);
  return {
    changeTypes: new Set(types.map((type) => about.prefix + type)),
    clauses,
    schedules: [],
    inputs: undefined,
    pathsUnknown: paths === undefined ? undefined : unknown,
  };
}

/** The filters of a trigger that has none of the shared ones. */
export function withoutFilters(types: readonly string[]): CompiledFilters {
  return { changeTypes: new Set(types), clauses: [], schedules: [], inputs: undefined, pathsUnknown: undefined };
}
