import { z } from 'zod';
import { failed, ok } from '../core/outcome.ts';
import type { GitHubAnswer } from './github-access.ts';
import type { RunFacts } from './run-facts.ts';

/** GitHub's limits on one issue. */
const maxTitle = 256;
const maxAssignees = 10;
const maxLabels = 100;

/** Which repository a step writes to. */
export const repositoryField = z
  .string()
  .regex(/^[\w.-]+\/[\w.-]+$/, 'Write OWNER/NAME.')
  .optional()
  .describe('OWNER/NAME of another repository of the same installation; without it the one of the change.');

/** Which issue or pull request. */
export const numberField = z
  .union([z.int().positive(), z.string().regex(/^#?[1-9]\d{0,9}$/, 'Write the number of an issue or pull request.')])
  .transform((value) => Number(String(value).replace('#', '')))
  .optional()
  .describe('The number of the issue or pull request; without it the one that the change is about.');

/** Names, as a list or as one text with commas, which is what `${{ join(…) }}` makes; each once, in whatever case. */
function namesUpTo(max: number, what: string) {
  return z
    .union([z.string(), z.array(z.string().max(200))])
    .transform((value) => (typeof value === 'string' ? value.split(',') : value).map((name) => name.trim()).filter((name) => name !== ''))
    .transform(withoutDoubles)
    .refine((names) => names.length <= max, `At most ${max} ${what}.`);
}

function withoutDoubles(names: string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size < seen.add(name.toLowerCase()).size);
}

/** Labels by name. */
export const labelsField = namesUpTo(maxLabels, 'labels').describe('Names of labels: a list, or a text with commas.');

/** People by their login on GitHub, or by what the map of people knows them by. */
export const peopleField = namesUpTo(maxAssignees, 'people').describe(
  'Logins on GitHub, or names that the map of people knows: a list of at most 10, or a text with commas.',
);

/** A milestone by its number or title. */
export const milestoneField = z.union([z.int().positive(), z.string().min(1)]).describe('The number or the title of a milestone.');

/** The text of an issue. */
export const titleField = z.string().trim().min(1).max(maxTitle);
export const bodyField = z.string().max(200_000).describe('Markdown. What is longer than GitHub takes is cut.');

/** A name of people's choice under which there is one of something. */
export const keyField = z.string().min(1).max(200);

/** The number that a step names, or else the one of the issue or pull request that its change is about. */
export function readNumber(given: number | undefined, facts: RunFacts): GitHubAnswer<number> {
  if (given !== undefined) return ok(given);
  for (const noun of ['issue', 'pull_request']) {
    const { number } = (facts.change[noun] ?? {}) as { number?: unknown };
    if (typeof number === 'number') return ok(number);
  }
  return failed('action_input_invalid', 'This change is not about an issue or pull request: say which one with `with.number`.');
}
