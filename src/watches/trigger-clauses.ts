import { isRefChange, type Change, type RefChange } from '../changes/change.ts';
import { compilePatterns, type PatternMatcher } from '../core/globs.ts';
import { authorsOf, branchOf, dataOf, labelsOf, tagOf } from './change-facts.ts';
import type { ScheduleTime } from './schedule-times.ts';

/** One filter of a trigger, ready to judge a change. */
export interface Clause {
  /** The key under the trigger, for `on.push.branches`. */
  key: string;
  /** Why the change does not pass, in words; undefined when it does. */
  refuse: (change: Change) => string | undefined;
}

/** What a watch wants when GitHub cannot list every file of a push: run, skip, or be held until they are known. */
export const unknownPathsWords = ['run', 'skip', 'hold'] as const;
export type PathsUnknown = (typeof unknownPathsWords)[number];

const mergeQueue = 'gh-readonly-queue/';

/** Branches of merge queues pass only by a pattern that names them (config-language.md rule 7, handbook C11). */
export function queueClause(list: readonly string[] = []): Clause {
  const queuePicks = compilePatterns(list.filter((pattern) => pattern.startsWith('!') || pattern.startsWith(mergeQueue)));
  return {
    key: 'branches',
    refuse: (change) => {
      const name = branchOf(change);
      if (name?.startsWith(mergeQueue) !== true || queuePicks(name).matched) return undefined;
      return `\`${name}\` belongs to a merge queue; only a pattern that begins with \`${mergeQueue}\` picks it`;
    },
  };
}

/** Branches by name. */
export function branchClause(list: readonly string[]): Clause {
  const named = nameClause({ key: 'branches', kind: 'branch', list, nameOf: branchOf });
  return {
    ...named,
    // Those of merge queues have their own clause.
    refuse: (change) => (branchOf(change)?.startsWith(mergeQueue) === true ? undefined : named.refuse(change)),
  };
}

/** Tags by name. */
export function tagClause(list: readonly string[]): Clause {
  return nameClause({ key: 'tags', kind: 'tag', list, nameOf: tagOf });
}

function nameClause(filter: {
  key: string;
  kind: string;
  list: readonly string[];
  nameOf: (change: Change) => string | undefined;
}): Clause {
  const { key, kind, list, nameOf } = filter;
  const picks = compilePatterns(list);
  return {
    key,
    refuse: (change) => {
      const name = nameOf(change);
      if (name === undefined) return `it is not about a ${kind}`;
      const { matched, by } = picks(name);
      if (matched) return undefined;
      return by === undefined ? `\`${name}\` matches none of ${list.join(', ')}` : `\`${name}\` is taken out by \`${by}\``;
    },
  };
}

/** Files of a push: one that fits is enough. */
export function pathsClause(list: readonly string[], unknown: PathsUnknown): Clause {
  const picks = compilePatterns(list);
  return {
    key: 'paths',
    refuse: (change) => {
      if (!isRefChange(change)) return 'it is not about files';
      const files = changedFiles(change);
      for (const file of files) if (picks(file).matched) return undefined;
      if (!filesUnknown(change)) return `none of the ${files.size} changed files matches ${list.join(', ')}`;
      // A watch that wants to be held is told apart by CompiledWatch.pathsUnknown, once everything else has said yes.
      return unknown === 'skip' ? 'GitHub does not list every changed file, and `paths_unknown` is skip' : undefined;
    },
  };
}

/** Every file that the push added, modified or removed: as GitHub tells it for the whole, or commit by commit (handbook C4). */
function changedFiles({ data: { commits, files } }: RefChange): Set<string> {
  return new Set((files ? [files] : commits).flatMap(({ added, modified, removed }) => added.concat(modified, removed)));
}

/** True when the files of a change are not all known. A force push that only takes commits away brings no list of files (handbook C7). */
export function filesUnknown({ data }: RefChange): boolean {
  if (data.files !== undefined) return data.files === null || data.truncated;
  return data.truncated || data.commits_unknown || data.commit_count > data.commits.length || (data.forced && data.commit_count === 0);
}

/** People by login: one of those who wrote it, or did it, is enough. */
export function authorsClause(list: readonly string[]): Clause {
  const picks = compileNames(list);
  return {
    key: 'authors',
    refuse: (change) => {
      const authors = authorsOf(change);
      if (authors.length === 0) return 'it does not say who wrote it';
      if (authors.some((login) => picks(login).matched)) return undefined;
      return `${authors.slice(0, 5).join(', ')} ${authors.length === 1 ? 'is' : 'are'} none of ${list.join(', ')}`;
    },
  };
}

/** Labels by name: one that fits is enough, and one that a `!` takes out is a no. */
export function labelsClause(list: readonly string[]): Clause {
  // Each by itself: a `!` is a no for every label that it fits, not only for one that another pattern picks.
  const patterns = list.map((text) => ({ text, negative: text.startsWith('!'), fits: compileNames([text.replace(/^!/, '')]) }));
  return {
    key: 'labels',
    refuse: (change) => {
      const labels = labelsOf(change);
      if (labels.length === 0) return 'it has no label';
      const judged = labels.map((label) => ({ label, by: patterns.findLast(({ fits }) => fits(label).matched) }));
      const out = judged.find(({ by }) => by?.negative);
      if (out) return `its label \`${out.label}\` is taken out by \`${out.by!.text}\``;
      return judged.some(({ by }) => by) ? undefined : `none of its labels ${labels.join(', ')} is one of ${list.join(', ')}`;
    },
  };
}

/** Names where only `*` and a first `!` are special, in any spelling of upper and lower case as on GitHub. */
export function compileNames(list: readonly string[]): PatternMatcher {
  const escaped = list.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[\\[\]?+]/g, String.raw`\$&`)
      .replaceAll(/\*+/g, '**'),
  );
  const written = new Map(escaped.map((pattern, index) => [pattern, list[index]!]));
  const picks = compilePatterns(escaped);
  return (name) => {
    const { matched, by } = picks(name.toLowerCase());
    return by === undefined ? { matched } : { matched, by: written.get(by) ?? by };
  };
}

/** Times by what is written in the file: the change names the one that came. */
export function scheduleClause(times: readonly ScheduleTime[]): Clause {
  return {
    key: 'cron',
    refuse: (change) => {
      const { cron, timezone } = dataOf(change);
      if (times.some((time) => time.cron === cron && time.timezone === timezone)) return undefined;
      return `\`${String(cron)}\` (${String(timezone)}) is not one of its times`;
    },
  };
}

/** Some changes are meant for one watch: a time of its schedule, a request by hand. */
export function addressedClause(watch: string): Clause {
  return {
    key: 'watch',
    refuse: (change) => {
      const wanted = dataOf(change)['watch'];
      return typeof wanted !== 'string' || wanted === watch ? undefined : `it is meant for the watch \`${wanted}\``;
    },
  };
}
