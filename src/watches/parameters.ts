import { z } from 'zod';
import { checkPattern, compilePatterns, type PatternMatcher } from '../core/globs.ts';
import { scalar, variable } from './schema-parts.ts';

/** Values by name, as a branch has them. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** The values of the branches that a pattern picks. */
export interface BranchParameters {
  picks: PatternMatcher;
  values: Parameters;
}

const branchPattern = z.string().superRefine((text, context) => {
  const reason = text.startsWith('!')
    ? 'begins with `!`, and there is nothing to take out of; name the branches that have the values'
    : checkPattern(text);
  if (reason !== undefined) context.addIssue(reason);
});

/** Expressions read names without regard to case, so two that differ in nothing else are one. */
const values = z
  .record(variable, scalar)
  .refine((given) => Object.keys(given).length <= 100, 'has more than 100 parameters')
  .superRefine((given, context) => {
    const names = Object.keys(given);
    const twice = names.find((name, index) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== index);
    if (twice !== undefined) context.addIssue(`has \`${twice}\` twice; names are compared without regard to case`);
  });

/** Parameters as they are written: patterns of branches, each with values by name. */
export const parametersSchema = z
  .record(branchPattern, values)
  .refine((given) => Object.keys(given).length <= 100, 'has more than 100 patterns')
  .meta({
    description: 'Values for `${{ params.NAME }}`, by patterns of branches. Of several that fit, the last one that has the name counts.',
    examples: [{ main: { host: 'https://deploy.example.com' }, 'release/**': { host: 'https://stage.example.com' } }],
  });

/** Compiles parameters in the order of their patterns. */
export function compileParameters(given: z.output<typeof parametersSchema> = {}): readonly BranchParameters[] {
  return Object.entries(given).map(([pattern, entry]) => ({ picks: compilePatterns([pattern]), values: entry }));
}

const none: Parameters = {};

/** The values that a branch has; none without one. Each name once: the last pattern that has it counts. */
export function parametersOf(parameters: readonly BranchParameters[], branch: string | undefined): Parameters {
  if (branch === undefined || parameters.length === 0) return none;
  const found = new Map<string, [string, string | number | boolean]>();
  for (const { picks, values: entry } of parameters) {
    if (!picks(branch).matched) continue;
    for (const [name, value] of Object.entries(entry)) found.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(found.values());
}
