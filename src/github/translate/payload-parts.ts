import { z } from 'zod';
import type { IssueFacts } from '../../changes/issue-change.ts';
import type { Actor } from '../../changes/ref-change.ts';
import { stripAttribution } from '../../changes/attribution.ts';
import { cutCharacters } from '../../changes/strangers-text.ts';
import { actorSchema, githubIdSchema } from '../facts.ts';

/**
 * The parts that issues, pull requests, comments and releases share. What is missing or of another kind becomes null or an
 * empty list: only ids and numbers are insisted on (handbook M4, A24).
 */

/** GitHub's own limit for texts of issues, pull requests and comments; release notes may be longer and are cut. */
const maxBody = 65_536;

const maxNames = 100;

/** Whatever it is, and whether it is there or not. */
export const anything = z.unknown().optional();

/** Text of at most so many characters; null when there is none. */
function textUpTo(max: number) {
  return z
    .string()
    .transform((text): string | null => cutCharacters(text, max))
    .nullish()
    .catch(null)
    .transform((text) => text ?? null);
}

/** A name, title or word of a stranger. */
export const shortText = textUpTo(1_000);

/** A long text of a stranger. */
export const bodyText = textUpTo(maxBody);

/** The same of an issue, pull request or comment, as a person wrote it: without what RepoWatch puts around what it posts for people. */
export const postedText = bodyText.transform((text) => text && stripAttribution(text));

/** A time as GitHub writes it; null for anything else. */
export const timeText = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/)
  .nullish()
  .catch(null)
  .transform((text) => text ?? null);

/** A yes or no; no when GitHub did not say. */
export const flag = z
  .boolean()
  .nullish()
  .catch(false)
  .transform((value) => value ?? false);

/** Who wrote it or is meant; null for a deleted account (handbook F15). */
export const person = actorSchema.catch(null).transform(capLogin);

function capLogin(actor: Actor | null): Actor | null {
  return actor && { id: actor.id, login: cutCharacters(actor.login, 200), type: cutCharacters(actor.type, 50) };
}

/** A list of whatever, read through by `read`; what it does not understand is left out. */
function listOf(read: (value: unknown) => string | undefined) {
  return z
    .array(z.unknown())
    .catch([])
    .optional()
    .transform((values) => (values ?? []).flatMap((value) => read(value) ?? []).slice(0, maxNames));
}

function fieldOf(value: unknown, ...keys: string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of keys) {
    const text = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    if (typeof text === 'string') return cutCharacters(text, 1_000);
  }
  return undefined;
}

/** The names of labels or assets. */
export const names = listOf((value) => fieldOf(value, 'name'));

/** The logins of people. */
export const logins = listOf((value) => fieldOf(value, 'login'));

/** The slugs of teams; their names on servers that send no slug. */
export const teamNames = listOf((value) => fieldOf(value, 'slug', 'name'));

/** One thing by its name: a label, a type, a team. Null when there is none. */
export const named = anything.transform((value) => fieldOf(value, 'slug', 'name') ?? null);

/** A milestone by its title. */
export const milestone = anything.transform((value) => fieldOf(value, 'title') ?? null);

/** What stands for one thing among its like in a meaning: its id, or its name where GitHub sends none. */
export const identity = anything.transform((value): string => {
  if (typeof value !== 'object' || value === null) return 'none';
  const id = githubIdSchema.safeParse((value as Record<string, unknown>)['id']);
  // A meaning ends up in an index, which takes no more than some 2,700 bytes.
  return id.success ? id.data : cutCharacters(fieldOf(value, 'login', 'slug', 'name', 'title') ?? 'none', 200);
});

/** What an `edited` event says about one field: its text before; undefined when it is not what was edited. */
export const editedText = z
  .object({ from: z.string().nullish() })
  .optional()
  .catch(undefined)
  .transform((change) => change && cutCharacters(stripAttribution(change.from ?? ''), maxBody));

/** An issue, also the one that stands for a pull request. */
export const issueObject = z
  .object({
    id: githubIdSchema,
    number: z.int().nonnegative(),
    title: shortText,
    body: postedText,
    state: z.enum(['open', 'closed']).catch('open'),
    state_reason: shortText,
    locked: flag,
    html_url: shortText,
    user: person,
    labels: names,
    assignees: logins,
    milestone,
    type: named,
    comments: z.int().nonnegative().catch(0),
    created_at: timeText,
    updated_at: timeText,
    closed_at: timeText,
    pull_request: anything,
  })
  .transform(({ user, type, pull_request: pull, title, ...issue }): { issue: IssueFacts; isPullRequest: boolean } => ({
    issue: { ...issue, title: title ?? '', author: user, issue_type: type },
    isPullRequest: pull !== undefined && pull !== null,
  }));
