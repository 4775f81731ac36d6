import { z } from 'zod';
import { ok } from '../core/outcome.ts';
import type { GitHubAnswer, GitHubRepository } from './github-access.ts';
import type { Dropped } from './github-compare.ts';

/** Who is to look at a pull request: people by login, teams by slug. */
export interface Reviewers {
  users: readonly string[];
  teams: readonly string[];
}

/** Somebody who was not asked, and why not. */
interface DroppedReviewer extends Dropped {
  reason: string;
}

/** Who is asked now, those from before included. */
interface Requested {
  users: string[];
  teams: string[];
  dropped: DroppedReviewer[];
}

/** A pull request in GitHub's answers, as far as asking for reviews needs it. */
export const reviewedSchema = z.object({
  number: z.int(),
  html_url: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  requested_reviewers: z
    .array(z.object({ login: z.string() }))
    .nullish()
    .transform((people) => (people ?? []).map(({ login }) => login)),
  requested_teams: z
    .array(z.object({ slug: z.string() }))
    .nullish()
    .transform((teams) => (teams ?? []).map(({ slug }) => slug)),
});
export type Reviewed = z.output<typeof reviewedSchema>;

const includes = (names: readonly string[], name: string) => names.some((known) => known.toLowerCase() === name.toLowerCase());

/**
 * Asks people and teams for a review. Whoever is asked already is not asked again. GitHub refuses a whole list for one name that
 * is no collaborator: then each is asked alone, and those whom GitHub does not take are told as dropped (handbook G5).
 */
export async function requestReviewers(
  repository: Pick<GitHubRepository, 'write'>,
  pull: Reviewed,
  wish: Reviewers,
): Promise<GitHubAnswer<Requested>> {
  const author = pull.user?.login ?? '';
  const own = wish.users.filter((login) => login.toLowerCase() === author.toLowerCase());
  const reason = 'Whoever wrote a pull request cannot be asked to review it.';
  const dropped: DroppedReviewer[] = own.map((value) => ({ field: 'users', value, reason }));
  let now = pull;
  const ask = async (few: Reviewers): Promise<GitHubAnswer<boolean>> => {
    const body = { reviewers: few.users, team_reviewers: few.teams };
    const path = `/pulls/${pull.number}/requested_reviewers`;
    const asked = await repository.write({ method: 'POST', path, body, answer: reviewedSchema, content: 'one' });
    if (asked.ok) now = asked.value;
    return asked.ok ? ok(true) : asked.code === 'github_refused' ? ok(false) : asked;
  };
  const users = wish.users.filter((login) => !own.includes(login) && !includes(pull.requested_reviewers, login));
  const teams = wish.teams.filter((slug) => !includes(pull.requested_teams, slug));
  const each: Reviewers[] = [
    ...users.map((login) => ({ users: [login], teams: [] })),
    ...teams.map((slug) => ({ users: [], teams: [slug] })),
  ];
  if (each.length > 0) {
    const together = await ask({ users, teams });
    if (!together.ok) return together;
    // One alone was just refused.
    if (!together.value && each.length > 1)
      for (const one of each) {
        const alone = await ask(one);
        if (!alone.ok) return alone;
      }
  }
  const absent = (field: 'users' | 'teams', asked: readonly string[], got: readonly string[]): DroppedReviewer[] =>
    asked
      .filter((value) => !includes(got, value))
      .map((value) => ({ field, value, reason: 'GitHub does not take it: no collaborator, or a team without access.' }));
  dropped.push(...absent('users', users, now.requested_reviewers), ...absent('teams', teams, now.requested_teams));
  return ok({ users: now.requested_reviewers, teams: now.requested_teams, dropped });
}
