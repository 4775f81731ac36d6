import { z } from 'zod';
import { ok } from '../core/outcome.ts';
import type { GitHubAnswer } from './github-access.ts';
import { hasMark, withMark } from './github-mark.ts';
import type { GitHubStep } from './github-step.ts';

const userSchema = z.object({ login: z.string(), type: z.string().optional() }).nullish();

/** An issue or pull request in GitHub's answers, as far as steps need it. Labels come as objects or, from old ones, as texts. */
export const issueAnswer = z.object({
  number: z.int(),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  user: userSchema,
  labels: z
    .array(z.union([z.string(), z.object({ name: z.string().nullish() }).transform(({ name }) => name ?? '')]))
    .nullish()
    .transform((labels) => labels ?? []),
  assignees: z
    .array(z.object({ login: z.string() }))
    .nullish()
    .transform((people) => (people ?? []).map(({ login }) => login)),
  milestone: z.object({ number: z.int(), title: z.string() }).nullish(),
  pull_request: z.unknown().optional(),
});
export type IssueAnswer = z.output<typeof issueAnswer>;

/** A comment in GitHub's answers. */
export const commentAnswer = z.object({
  id: z.union([z.number(), z.bigint()]).transform(String),
  html_url: z.string(),
  body: z.string().nullish(),
  user: userSchema,
});
export type CommentAnswer = z.output<typeof commentAnswer>;

/** Our issues in a state: those that the App wrote, the newest first. */
export async function listOwnIssues(step: GitHubStep, params: Record<string, string>): Promise<GitHubAnswer<IssueAnswer[]>> {
  const query = { ...params, sort: 'created', direction: 'desc', ...(step.bot !== undefined && { creator: step.bot }) };
  const listed = await step.repository.list('/issues', issueAnswer, query);
  return listed.ok ? ok(listed.value.filter((issue) => issue.pull_request === undefined && step.isOurs(issue.user))) : listed;
}

/** Says something below an issue or pull request; when it may have been said before, it is looked for first. */
export async function sayOnce(
  step: GitHubStep,
  said: { number: number; body: string; tokens: readonly string[]; content?: 'one' | 'many' },
): Promise<GitHubAnswer<{ comment: CommentAnswer; created: boolean }>> {
  const { number, body, tokens, content = 'one' } = said;
  const path = `/issues/${number}/comments`;
  if (step.repeats) {
    const listed = await step.repository.list(path, commentAnswer, { since: step.since });
    if (!listed.ok) return listed;
    const found = listed.value.find((comment) => step.isOurs(comment.user) && tokens.some((token) => hasMark(comment.body, token)));
    if (found) return ok({ comment: found, created: false });
  }
  const made = await step.repository.write({
    method: 'POST',
    path,
    body: { body: withMark(body, tokens) },
    answer: commentAnswer,
    content,
  });
  return made.ok ? ok({ comment: made.value, created: true }) : made;
}
