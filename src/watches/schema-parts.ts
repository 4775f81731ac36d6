import { z } from 'zod';
import { parseDuration } from '../core/durations.ts';
import { checkPattern } from '../core/globs.ts';

/** A word or a list of at least one. */
export function nonEmptyList<Item extends z.ZodType>(item: Item) {
  return z.union([item, z.array(item).min(1).max(200)]);
}

/** The values of a word or a list. */
export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

const pattern = z.string().superRefine((text, context) => {
  const reason = checkPattern(text);
  if (reason !== undefined) context.addIssue(reason);
});

function refuseOnlyNegative(list: string | string[], context: z.core.$RefinementCtx): void {
  const patterns = listOf(list);
  if (patterns.length > 0 && patterns.every((text) => text.startsWith('!'))) {
    context.addIssue({
      code: 'custom',
      message: 'only takes names out, so nothing is ever picked; begin with a pattern such as `**`',
      input: list,
    });
  }
}

/** GitHub's filter patterns, one or several, of which at least one picks something. */
export const patternList = nonEmptyList(pattern).superRefine(refuseOnlyNegative);

/** Names of people or labels, in which only `*` and a `!` at the beginning are special: `dependabot[bot]` and `C++` are names. */
export const nameList = nonEmptyList(
  z
    .string()
    .max(200)
    .refine((text) => text !== '' && text !== '!', 'is empty; write a name'),
).superRefine(refuseOnlyNegative);

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
    })
    .meta({ pattern: String.raw`^\d{1,9}(ms|s|m|h)$` });
}

/** A value that can stand for itself. */
export const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** The name of a variable. */
export const variable = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,99}$/,
    'is not a good name: begin with a letter or `_`, go on with letters, digits and `_`, at most 100',
  );
