import { z } from 'zod';
import { isRefChange, type Change, type ChangeType } from '../changes/change.ts';
import type { RefChange } from '../changes/change.ts';
import { compilePatterns } from '../core/globs.ts';
import type { RefKind } from '../core/statuses.ts';
import { nonEmptyList, patternList } from './schema-parts.ts';

/** One filter of a trigger, ready to judge a change. */
export interface Clause {
  /** The key under the trigger, for `on.push.branches`. */
  key: string;
  /** Why the change does not pass, in words; undefined when it does. */
  refuse: (change: Change) => string | undefined;
}

/** A trigger with its filters: which changes it is about, and what they must pass. */
export interface CompiledTrigger {
  name: TriggerName;
  changeTypes: ReadonlySet<ChangeType>;
  /** The types it would be about without the `types` filter, to say why a change is not meant. */
  allTypes: readonly ChangeType[];
  clauses: readonly Clause[];
}

interface Trigger {
  description: string;
  /** The filters below the trigger's name. */
  schema: z.ZodObject;
  allTypes: readonly ChangeType[];
  compile: (filters: unknown) => { changeTypes: readonly ChangeType[]; clauses: Clause[] };
}

/** Ties a trigger's filters to their schema once, and lets the table hold triggers of every shape. */
function defineTrigger<Schema extends z.ZodObject>(trigger: {
  description: string;
  schema: Schema;
  allTypes: readonly ChangeType[];
  compile: (filters: z.output<Schema>) => { changeTypes: readonly ChangeType[]; clauses: Clause[] };
}): Trigger {
  return { ...trigger, compile: (filters) => trigger.compile(trigger.schema.parse(filters ?? {})) };
}

const pushFilters = z.strictObject({
  branches: patternList.optional().describe('Branches, in GitHub’s filter patterns; the last one that fits decides.'),
  paths: patternList.optional().describe('Files; one changed file that fits is enough.'),
  paths_unknown: z.enum(['run', 'skip']).default('run').describe('What to do when GitHub cannot list every file.'),
});

const branchTypes = ['created', 'updated', 'deleted'] as const;
const tagTypes = ['created', 'moved', 'deleted'] as const;

const branchFilters = z.strictObject({
  types: nonEmptyList(z.enum(branchTypes))
    .default([...branchTypes])
    .describe('What happened to the branch.'),
  branches: patternList.optional().describe('Branches, in GitHub’s filter patterns; the last one that fits decides.'),
});

const tagFilters = z.strictObject({
  types: nonEmptyList(z.enum(tagTypes))
    .default([...tagTypes])
    .describe('What happened to the tag.'),
  tags: patternList.optional().describe('Tags, in GitHub’s filter patterns; the last one that fits decides.'),
});

/** The one table of triggers: schema, JSON Schema, documentation and matcher derive from it. */
export const triggers = {
  push: defineTrigger({
    description: 'Commits arrived on a branch, new branches included.',
    schema: pushFilters,
    allTypes: ['branch.updated', 'branch.created'],
    compile: ({ branches, paths, paths_unknown: unknown }) => ({
      changeTypes: ['branch.updated', 'branch.created'],
      clauses: [branchClause(branches), ...(paths ? [pathsClause(listOf(paths), unknown)] : [])],
    }),
  }),
  branch: defineTrigger({
    description: 'A branch was created, moved or deleted.',
    schema: branchFilters,
    allTypes: branchTypes.map((type): ChangeType => `branch.${type}`),
    compile: ({ types, branches }) => ({
      changeTypes: listOf(types).map((type): ChangeType => `branch.${type}`),
      clauses: [branchClause(branches)],
    }),
  }),
  tag: defineTrigger({
    description: 'A tag was created, moved or deleted.',
    schema: tagFilters,
    allTypes: tagTypes.map((type): ChangeType => `tag.${type}`),
    compile: ({ types, tags }) => ({
      changeTypes: listOf(types).map((type): ChangeType => `tag.${type}`),
      clauses: tags ? [nameClause('tags', 'tag', listOf(tags))] : [],
    }),
  }),
} as const satisfies Record<string, Trigger>;

/** A word that can stand under `on:`. */
export type TriggerName = keyof typeof triggers;

/** Every trigger by name. */
export const triggerNames = Object.keys(triggers) as TriggerName[];

/** Compiles one trigger of a watch with the filters below it, null when it has none. */
export function compileTrigger(name: TriggerName, filters: unknown): CompiledTrigger {
  const trigger: Trigger = triggers[name];
  const { changeTypes, clauses } = trigger.compile(filters);
  return { name, changeTypes: new Set(changeTypes), allTypes: trigger.allTypes, clauses };
}

const mergeQueue = 'gh-readonly-queue/';

/** Branches by name; those of merge queues only by a pattern that names them (config-language.md rule 7, handbook C11). */
function branchClause(patterns: string | string[] | undefined): Clause {
  const list = patterns === undefined ? undefined : listOf(patterns);
  const named = list && nameClause('branches', 'branch', list);
  const queued = (list ?? []).filter((pattern) => pattern.startsWith('!') || pattern.startsWith(mergeQueue));
  const queuePicks = compilePatterns(queued);
  return {
    key: 'branches',
    refuse: (change) => {
      if (!isRefChange(change)) return 'it is not about a branch';
      const { name } = change.data.ref;
      if (!name.startsWith(mergeQueue)) return named?.refuse(change);
      return queuePicks(name).matched
        ? undefined
        : `\`${name}\` belongs to a merge queue; only a pattern that begins with \`${mergeQueue}\` picks it`;
    },
  };
}

function nameClause(key: string, kind: RefKind, list: string[]): Clause {
  const picks = compilePatterns(list);
  return {
    key,
    refuse: (change) => {
      if (!isRefChange(change) || change.data.ref.kind !== kind) return `it is not about a ${kind}`;
      const { name } = change.data.ref;
      const { matched, by } = picks(name);
      if (matched) return undefined;
      return by === undefined ? `\`${name}\` matches none of ${list.join(', ')}` : `\`${name}\` is taken out by \`${by}\``;
    },
  };
}

function pathsClause(list: string[], unknown: 'run' | 'skip'): Clause {
  const picks = compilePatterns(list);
  return {
    key: 'paths',
    refuse: (change) => {
      if (!isRefChange(change)) return 'it is not about files';
      const files = changedFiles(change);
      for (const file of files) if (picks(file).matched) return undefined;
      if (!filesUnknown(change)) return `none of the ${files.size} changed files matches ${list.join(', ')}`;
      return unknown === 'run' ? undefined : 'GitHub does not list every changed file, and `paths_unknown` is skip';
    },
  };
}

/** Every file that a commit of the push added, modified or removed (handbook C4). */
function changedFiles(change: RefChange): Set<string> {
  return new Set(change.data.commits.flatMap((commit) => [...commit.added, ...commit.modified, ...commit.removed]));
}

/** A force push that only takes commits away brings no list of files (handbook C7). */
function filesUnknown({ data }: RefChange): boolean {
  return data.truncated || data.commits_unknown || data.commit_count > data.commits.length || (data.forced && data.commit_count === 0);
}

function listOf<T extends string>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}
