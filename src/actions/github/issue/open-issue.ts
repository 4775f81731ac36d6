import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { GitHubAnswer } from '../../github-access.ts';
import { findDropped, findDroppedValue, type Dropped } from '../../github-compare.ts';
import { issueAnswer, listOwnIssues, sayOnce, type IssueAnswer } from '../../github-issue.ts';
import { bodyField, labelsField, milestoneField, peopleField, titleField } from '../../github-input.ts';
import { hasMark, readMark, tokenOfKey, withMark } from '../../github-mark.ts';
import { workAlone, type GitHubStep } from '../../github-step.ts';

/** What one issue is to be. */
export const issueShape = {
  title: titleField,
  body: bodyField.default(''),
  labels: labelsField.default([]),
  assignees: peopleField.default([]),
  milestone: milestoneField.optional(),
};

/** An issue to be opened, with the key under which there is one open issue, and what to do when there is. */
export interface IssueWish {
  title: string;
  body: string;
  labels: string[];
  assignees: string[];
  milestone?: number | string | undefined;
  key: string | undefined;
  onExisting: 'comment' | 'update' | 'nothing';
  /** What its mark carries beside the key: stands for this step, or for this one of many. */
  token: string;
  content: 'one' | 'many';
}

/** What became of it. */
export interface OpenedIssue {
  number: number;
  url: string;
  action: 'created' | 'updated' | 'commented' | 'nothing';
  dropped: Dropped[];
  /** Whom nobody knows by that name. */
  unmapped: string[];
}

/** Opens an issue, or does what is wished when there is an open one under its key. A try that may repeat looks first. */
export async function openIssue(step: GitHubStep, given: IssueWish): Promise<GitHubAnswer<OpenedIssue>> {
  const { logins: assignees, unmapped } = await step.findLogins(given.assignees);
  const opened = await openFor(step, { ...given, assignees });
  return opened.ok ? ok({ ...opened.value, unmapped }) : opened;
}

async function openFor(step: GitHubStep, wish: IssueWish): Promise<GitHubAnswer<OpenedIssue>> {
  if (step.repeats) {
    const earlier = await listOwnIssues(step, { state: 'all', since: step.since });
    if (!earlier.ok) return earlier;
    const made = earlier.value.find((issue) => hasMark(issue.body, wish.token));
    if (made) return ok(describe(made, 'created', compare(wish, made)));
  }
  if (wish.key === undefined) return await createIssue(step, wish, [wish.token]);
  const token = tokenOfKey('issue', wish.key);
  return await workAlone(step, token, {
    run: async (known) => {
      const open = await findOpen(step, token, known);
      if (!open.ok) return open;
      return open.value ? await meetExisting(step, wish, open.value) : await createIssue(step, wish, [wish.token, token]);
    },
    noteOf: ({ number }) => String(number),
  });
}

/** The open issue under a key: the one that was noted when it still is, or else among all that are open. */
async function findOpen(step: GitHubStep, token: string, known: string | null): Promise<GitHubAnswer<IssueAnswer | undefined>> {
  const fits = (issue: IssueAnswer) => issue.state === 'open' && step.isOurs(issue.user) && hasMark(issue.body, token);
  if (known !== null) {
    const read = await step.repository.read(`/issues/${known}`, issueAnswer);
    if (read.ok && fits(read.value)) return ok(read.value);
    if (!read.ok && read.code !== 'github_not_found') return read;
  }
  const listed = await listOwnIssues(step, { state: 'open' });
  return listed.ok ? ok(listed.value.find(fits)) : listed;
}

async function createIssue(step: GitHubStep, wish: IssueWish, tokens: string[]): Promise<GitHubAnswer<OpenedIssue>> {
  const milestone = await readMilestone(step, wish.milestone);
  if (!milestone.ok) return milestone;
  const { title, labels, assignees } = wish;
  const body = {
    title,
    body: withMark(wish.body, tokens),
    ...(labels.length > 0 && { labels }),
    ...(assignees.length > 0 && { assignees }),
    ...(milestone.value !== undefined && { milestone: milestone.value }),
  };
  const made = await step.repository.write({ method: 'POST', path: '/issues', body, answer: issueAnswer, content: wish.content });
  return made.ok ? ok(describe(made.value, 'created', compare(wish, made.value))) : made;
}

async function meetExisting(step: GitHubStep, wish: IssueWish, issue: IssueAnswer): Promise<GitHubAnswer<OpenedIssue>> {
  if (wish.onExisting === 'nothing') return ok(describe(issue, 'nothing', []));
  if (wish.onExisting === 'comment') {
    const { number } = issue;
    const said = await sayOnce(step, {
      number,
      body: wish.body === '' ? wish.title : wish.body,
      tokens: [wish.token],
      content: wish.content,
    });
    return said.ok ? ok(describe(issue, 'commented', [])) : said;
  }
  const milestone = await readMilestone(step, wish.milestone);
  if (!milestone.ok) return milestone;
  const join = (now: string[], more: string[]) => [...now, ...findDropped('', more, now).map(({ value }) => value)];
  const body = {
    title: wish.title,
    body: withMark(wish.body, readMark(issue.body)),
    ...(wish.labels.length > 0 && { labels: join(issue.labels, wish.labels) }),
    ...(wish.assignees.length > 0 && { assignees: join(issue.assignees, wish.assignees) }),
    ...(milestone.value !== undefined && { milestone: milestone.value }),
  };
  const updated = await step.repository.write({ method: 'PATCH', path: `/issues/${issue.number}`, body, answer: issueAnswer });
  return updated.ok ? ok(describe(updated.value, 'updated', compare(wish, updated.value))) : updated;
}

const milestoneAnswer = z.object({ number: z.int(), title: z.string() });

/** The number of a milestone; undefined for one that there is not, which the comparison reports. */
async function readMilestone(step: GitHubStep, wanted: number | string | undefined): Promise<GitHubAnswer<number | undefined>> {
  if (wanted === undefined || typeof wanted === 'number') return ok(wanted);
  const listed = await step.repository.list('/milestones', milestoneAnswer, { state: 'all' });
  return listed.ok ? ok(listed.value.find(({ title }) => title === wanted)?.number) : listed;
}

/** What of the wish GitHub left out without a word (handbook G5). */
function compare(wish: IssueWish, issue: IssueAnswer): Dropped[] {
  const { milestone } = issue;
  return [
    ...findDroppedValue('title', wish.title, issue.title),
    ...findDropped('labels', wish.labels, issue.labels),
    ...findDropped('assignees', wish.assignees, issue.assignees),
    ...findDroppedValue('milestone', wish.milestone, typeof wish.milestone === 'number' ? milestone?.number : milestone?.title),
  ];
}

function describe(issue: IssueAnswer, action: OpenedIssue['action'], dropped: Dropped[]): OpenedIssue {
  return { number: issue.number, url: issue.html_url, action, dropped, unmapped: [] };
}
