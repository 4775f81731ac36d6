import { z } from 'zod';
import { failed, ok } from '../../../core/outcome.ts';
import type { GitHubAnswer, GitHubRepository } from '../../github-access.ts';
import { findDropped, findDroppedValue, type Dropped } from '../../github-compare.ts';
import { bodyField, labelsField, peopleField, titleField } from '../../github-input.ts';
import { hasMark, withMark } from '../../github-mark.ts';
import { requestReviewers, reviewedSchema } from '../../github-reviewers.ts';
import { branchField } from '../../github-target.ts';

/** What a pull request is made of, for steps and for people. */
export const pullShape = {
  title: titleField,
  body: bodyField.default(''),
  draft: z.boolean().default(false),
  maintainer_can_modify: z.boolean().optional().describe('For heads in forks: whether maintainers may push to them.'),
  labels: labelsField.default([]),
  reviewers: peopleField.default([]),
  team_reviewers: peopleField.default([]).describe('Teams of the organisation by their slug.'),
  update: z.boolean().default(false).describe('Whether an open pull request of the same branches gets this title and body.'),
};
const pullWish = z.object({ ...pullShape, head: branchField, base: branchField });

/** A pull request to be opened: `head` is a branch, or `OWNER:BRANCH` of a fork. */
export interface PullWish extends z.output<typeof pullWish> {
  /** Marks what is made, so that it is found again (github-mark.ts). */
  token: string;
  /** True when an earlier try may have made it and somebody closed it since. */
  triedBefore: boolean;
}

/** What became of it. */
type OpenedPull = {
  number: number;
  url: string;
  state: string;
  draft: boolean;
  head_sha: string;
  /** True when it was open before. */
  existing: boolean;
  updated: boolean;
  dropped: Dropped[];
};

const pullSchema = reviewedSchema.extend({
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  draft: z.boolean().nullish(),
  maintainer_can_modify: z.boolean().nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string() }),
  labels: z
    .array(z.object({ name: z.string() }))
    .nullish()
    .transform((labels) => (labels ?? []).map(({ name }) => name)),
});
type Pull = z.output<typeof pullSchema>;

/** Opens a pull request, or finds the one that is open from the same head to the same base: GitHub has one of them at a time. */
export async function openPull(repository: GitHubRepository, wish: PullWish): Promise<GitHubAnswer<OpenedPull>> {
  if (wish.head === wish.base)
    return failed('action_input_invalid', `\`head\` and \`base\` are both ${wish.head}: a pull request goes from one branch to another.`);
  const found = await findPull(repository, wish);
  if (!found.ok) return found;
  const made = found.value ? ok(found.value) : await createPull(repository, wish);
  if (!made.ok) return made;
  const existing = !hasMark(made.value.body, wish.token);
  const updated = made.value === found.value && wish.update ? await updatePull(repository, made.value, wish) : ok(undefined);
  if (!updated.ok) return updated;
  const pull = updated.value ?? made.value;
  const dropped = existing || made.value === found.value ? [] : compare(wish, pull);
  const labelled = await addLabels(repository, pull, wish.labels);
  if (!labelled.ok) return labelled;
  const asked = await requestReviewers(repository, pull, { users: wish.reviewers, teams: wish.team_reviewers });
  if (!asked.ok) return asked;
  const { number, html_url: url, state, draft, head } = pull;
  return ok({
    number,
    url,
    state,
    draft: draft ?? false,
    head_sha: head.sha,
    existing,
    updated: updated.value !== undefined,
    dropped: [...dropped, ...labelled.value, ...asked.value.dropped],
  });
}

/** The open one, or the one that an earlier try of this very step made, whatever became of it. */
async function findPull(repository: GitHubRepository, wish: PullWish): Promise<GitHubAnswer<Pull | undefined>> {
  const { head, base, token, triedBefore } = wish;
  const label = head.includes(':') ? head : `${repository.owner}:${head}`;
  const state = triedBefore ? 'all' : 'open';
  const query = new URLSearchParams({ state, head: label, base, sort: 'created', direction: 'desc', per_page: '100' });
  const listed = await repository.read(`/pulls?${query.toString()}`, z.array(pullSchema));
  if (!listed.ok) return listed;
  const fits = listed.value.filter((pull) => pull.head.ref === label.slice(label.indexOf(':') + 1) && pull.base.ref === base);
  return ok(fits.find((pull) => pull.state === 'open') ?? fits.find((pull) => hasMark(pull.body, token)));
}

async function createPull(repository: GitHubRepository, wish: PullWish): Promise<GitHubAnswer<Pull>> {
  const { title, body, head, base, draft, maintainer_can_modify: modify, token } = wish;
  const created = await repository.write({
    method: 'POST',
    path: '/pulls',
    body: { title, body: withMark(body, [token]), head, base, draft, ...(modify !== undefined && { maintainer_can_modify: modify }) },
    answer: pullSchema,
    content: 'one',
  });
  if (created.ok || created.code !== 'github_refused') return created;
  if (/no commits between/i.test(created.message))
    return failed('github_nothing_to_merge', `${head} has no commit that ${base} of ${repository.owner}/${repository.name} lacks.`);
  if (!/already exists/i.test(created.message)) return created;
  const found = await findPull(repository, wish);
  return found.ok ? (found.value ? ok(found.value) : created) : found;
}

async function updatePull(repository: GitHubRepository, pull: Pull, wish: PullWish): Promise<GitHubAnswer<Pull | undefined>> {
  const body = withMark(wish.body, [wish.token]);
  if (pull.title === wish.title && pull.body?.replaceAll('\r\n', '\n') === body) return ok(undefined);
  const path = `/pulls/${pull.number}`;
  return await repository.write({ method: 'PATCH', path, body: { title: wish.title, body }, answer: pullSchema });
}

function compare({ title, draft, maintainer_can_modify: modify, token }: PullWish, pull: Pull): Dropped[] {
  return [
    ...findDroppedValue('title', title, pull.title),
    ...(draft && pull.draft !== true ? [{ field: 'draft', value: 'true' }] : []),
    ...(modify === true && pull.maintainer_can_modify === false ? [{ field: 'maintainer_can_modify', value: 'true' }] : []),
    ...(hasMark(pull.body, token) ? [] : [{ field: 'body', value: 'its last line' }]),
  ];
}

async function addLabels(repository: GitHubRepository, pull: Pull, wanted: readonly string[]): Promise<GitHubAnswer<Dropped[]>> {
  const missing = findDropped('labels', wanted, pull.labels).map(({ value }) => value);
  if (missing.length === 0) return ok([]);
  const path = `/issues/${pull.number}/labels`;
  const answer = z.array(z.object({ name: z.string() }));
  const added = await repository.write({ method: 'POST', path, body: { labels: missing }, answer });
  if (!added.ok) return added;
  return ok(findDropped('labels', wanted, [...pull.labels, ...added.value.map(({ name }) => name)]));
}
