import { z } from 'zod';
import { failed, ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import type { GitHubAnswer } from '../../github-access.ts';
import { keyField, repositoryField } from '../../github-input.ts';
import { listOwnIssues, type IssueAnswer } from '../../github-issue.ts';
import { hasMark, tokenOfKey } from '../../github-mark.ts';
import { runOnGitHub, type GitHubStep } from '../../github-step.ts';
import { issueShape, openIssue, type IssueWish, type OpenedIssue } from '../issue/open-issue.ts';

/** The most issues of one step: at three seconds each GitHub takes them in some minutes (handbook E2). */
const maxIssues = 100;

/** One issue of many. */
const itemInput = z.strictObject({ ...issueShape, key: keyField.optional() });

/** `with:` of a step that opens many issues. A bad one among them does not stop the others. */
export const issuesInput = z.strictObject({
  repository: repositoryField,
  issues: z
    .array(z.record(z.string(), z.unknown()))
    .min(1)
    .max(maxIssues)
    .describe('Each with title, body, labels, assignees, milestone and key; there is at most one open issue under a key.'),
  on_existing: z.enum(['nothing', 'comment', 'update']).default('nothing').describe('What happens to an issue whose key is open already.'),
});

/** Opens many issues, a few a minute as GitHub wants it; goes on where it stopped, whatever stopped it. */
export const kind: ActionKind<typeof issuesInput> = {
  name: 'github/issues',
  title: 'Open many issues on GitHub',
  schema: issuesInput,
  secretFields: [],
  permissions: { issues: 'write' },
  defaultTimeoutMs: 120_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      work: (step, input) => openIssues(step, input, (text) => context.mask(text)),
    }),
};

/** A bad one among them: its place in the list, from 0, and why. */
interface ItemError {
  index: number;
  title: string;
  code: string;
  message: string;
}

/** So long before the end of a try it is ended, to go on with the next; a quarter of short ones. Milliseconds. */
const marginMs = 10_000;

async function openIssues(
  step: GitHubStep,
  input: z.output<typeof issuesInput>,
  mask: (text: string) => string,
): Promise<GitHubAnswer<Record<string, unknown>>> {
  const earlier = step.repeats ? await listOwnIssues(step, { state: 'all', since: step.since }) : ok([]);
  if (!earlier.ok) return earlier;
  const opened: ({ index: number } & OpenedIssue)[] = [];
  const errors: ItemError[] = [];
  const endsAt = step.endsAt.getTime();
  const stopAt = endsAt - Math.min(marginMs, (endsAt - Date.now()) / 4);
  let asked = 0;
  for (const [index, given] of input.issues.entries()) {
    const item = itemInput.safeParse(given);
    const title = typeof given['title'] === 'string' ? mask(given['title']).slice(0, 256) : '';
    if (!item.success) {
      errors.push({ index, title, code: 'action_input_invalid', message: explain(item.error) });
      continue;
    }
    const token = `${step.token}-${index}`;
    const done = findDone(earlier.value, { token, key: input.on_existing === 'nothing' ? item.data.key : undefined });
    if (!done && asked > 0 && Date.now() > stopAt) return later(index, input.issues.length);
    if (!done) asked += 1;
    const wish: IssueWish = { ...item.data, key: item.data.key, onExisting: input.on_existing, token, content: 'many' };
    const answer = done ?? (await openIssue({ ...step, repeats: step.repeats && input.on_existing === 'comment' }, wish));
    if (answer.ok) opened.push({ index, ...answer.value });
    else if (answer.code === 'github_refused' && !/are disabled/i.test(answer.message))
      errors.push({ index, title, code: answer.code, message: answer.message });
    else return answer;
  }
  const [first] = errors;
  if (opened.length === 0 && first)
    return failed(first.code as 'github_refused', `None of ${errors.length} issues was taken. The first: ${first.message}`);
  const count = (action: OpenedIssue['action']) => opened.filter((one) => one.action === action).length;
  return ok({
    created: count('created'),
    updated: count('updated') + count('commented'),
    existing: count('nothing'),
    errors,
    issues: opened,
    dropped: opened.flatMap(({ index, dropped }) => dropped.map((one) => ({ index, ...one }))),
  });
}

/** What an earlier try of this step made. */
function findDone(earlier: IssueAnswer[], by: { token: string; key: string | undefined }): GitHubAnswer<OpenedIssue> | undefined {
  const keyed = by.key === undefined ? undefined : tokenOfKey('issue', by.key);
  const made = earlier.find(
    ({ body, state }) => hasMark(body, by.token) || (keyed !== undefined && state === 'open' && hasMark(body, keyed)),
  );
  if (!made) return undefined;
  const action = hasMark(made.body, by.token) ? 'created' : 'nothing';
  return ok({ number: made.number, url: made.html_url, action, dropped: [], unmapped: [] });
}

function explain(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'issue'}: ${issue.message}` : 'It is not an issue.';
}

/** Not a failure: the next try goes on, and this one does not count. */
function later(done: number, total: number): GitHubAnswer<never> {
  const message = `${done} of ${total} issues are through; GitHub takes them three seconds apart, and the rest follows`;
  return { ok: false, code: 'github_budget_spent', message, retryAt: new Date(Date.now() + 1_000) };
}
