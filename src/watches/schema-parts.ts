import { z } from 'zod';
import { parseDuration } from '../core/durations.ts';
import { checkPattern } from '../core/globs.ts';

/** A word or a list of at least one. */
export function nonEmptyList<Item extends z.ZodType>(item: Item) {
  return z.union([item, z.array(item).min(1).max(200)]);
}

const pattern = z.string().superRefine((text, context) => {
  const reason = checkPattern(text);
  if (reason !== undefined) context.addIssue(reason);
});

/** GitHub's filter patterns, one or several, of which at least one picks something. */
export const patternList = nonEmptyList(pattern).superRefine((list, context) => {
  const patterns = Array.isArray(list) ? list : [list];
  if (patterns.length > 0 && patterns.every((text) => text.startsWith('!'))) {
    context.addIssue('only takes names out, so nothing is ever picked; begin with a pattern such as `**`');
  }
});

const words = (ms: number): string =>
  ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : ms % 60_000 === 0 ? `${ms / 60_000}m` : ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;

/** A duration such as `15s`, between two limits in milliseconds. */
export function duration(least: number, most: number) {
  return z
    .string({ error: (issue) => (issue.input === undefined || issue.input === null ? undefined : 'must be a duration such as 15s') })
    .superRefine((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined) context.addIssue(`must be a duration such as 500ms, 15s, 5m or 2h, not \`${text.slice(0, 50)}\``);
      else if (ms < least || ms > most) context.addIssue(`must be between ${words(least)} and ${words(most)}, not ${text}`);
    });
}
