import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import type { GitHubAnswer } from '../../github-access.ts';
import { findDropped, type Dropped } from '../../github-compare.ts';
import { labelsField, numberField, readNumber, repositoryField } from '../../github-input.ts';
import { issueAnswer } from '../../github-issue.ts';
import { runOnGitHub, type GitHubStep } from '../../github-step.ts';

/** Which labels. */
export const labelsShape = {
  add: labelsField.default([]),
  remove: labelsField.default([]),
  set: labelsField.optional().describe('Exactly these, instead of `add` and `remove`.'),
  create: z.boolean().default(false).describe('Makes labels that the repository does not have; without it they are reported in `dropped`.'),
};
const labelsInput = z
  .strictObject({ repository: repositoryField, number: numberField, ...labelsShape })
  .refine(({ add, remove, set }) => (set === undefined) === add.length + remove.length > 0, 'Give `add`, `remove` or both, or else `set`.');

type Labels = Pick<z.output<typeof labelsInput>, 'add' | 'remove' | 'set' | 'create'>;

/** Adds, removes or sets the labels of an issue or pull request. Asking twice is the same as asking once. */
export const kind: ActionKind<typeof labelsInput> = {
  name: 'github/labels',
  title: 'Change labels on GitHub',
  schema: labelsInput,
  secretFields: [],
  permissions: { issues: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work(step, input) {
        const number = readNumber(input.number, context.facts);
        return number.ok ? await changeLabels(step, number.value, input) : number;
      },
    }),
};

const labelAnswer = z.object({ name: z.string() });
const namesAnswer = z.array(labelAnswer).transform((labels) => labels.map(({ name }) => name));

/** Those of `names` that are not among the others, in any case. */
const without = (names: string[], others: string[]) => findDropped('', names, others).map(({ value }) => value);

async function changeLabels(step: GitHubStep, number: number, wish: Labels): Promise<GitHubAnswer<Record<string, unknown>>> {
  const { repository } = step;
  const path = `/issues/${number}`;
  const issue = await repository.read(path, issueAnswer);
  if (!issue.ok) return issue;
  const before = issue.value.labels;
  const missing = await makeMissing(step, without(wish.set ?? wish.add, before), wish.create);
  if (!missing.ok) return missing;
  const asked = without(wish.set ?? wish.add, missing.value);
  let labels = before;
  if (wish.set !== undefined) {
    if (without(asked, before).length + without(before, asked).length > 0) {
      const set = await repository.write({ method: 'PUT', path: `${path}/labels`, body: { labels: asked }, answer: namesAnswer });
      if (!set.ok) return set;
      labels = set.value;
    }
  } else {
    const added = without(asked, before);
    if (added.length > 0) {
      const answer = await repository.write({ method: 'POST', path: `${path}/labels`, body: { labels: added }, answer: namesAnswer });
      if (!answer.ok) return answer;
      labels = answer.value;
    }
    for (const name of without(wish.remove, without(wish.remove, labels))) {
      const removed = await repository.write({ method: 'DELETE', path: `${path}/labels/${encodeURIComponent(name)}`, answer: namesAnswer });
      // Somebody else was faster.
      if (!removed.ok && removed.code !== 'github_not_found') return removed;
      labels = removed.ok ? removed.value : without(labels, [name]);
    }
  }
  return ok({
    number,
    url: issue.value.html_url,
    labels,
    added: without(labels, before),
    removed: without(before, labels),
    dropped: [...findDropped('labels', wish.set ?? wish.add, labels), ...notRemoved(wish.remove, labels)],
  });
}

function notRemoved(remove: string[], labels: string[]): Dropped[] {
  return without(remove, without(remove, labels)).map((value) => ({ field: 'remove', value }));
}

/**
 * Which of these labels the repository does not have. GitHub would make them when they are put on an issue, so they are not asked for,
 * or made with intent.
 */
async function makeMissing({ repository }: GitHubStep, names: string[], create: boolean): Promise<GitHubAnswer<string[]>> {
  if (names.length === 0) return ok([]);
  const listed = await repository.list('/labels', labelAnswer);
  if (!listed.ok) return listed;
  const missing = without(
    names,
    listed.value.map(({ name }) => name),
  );
  if (!create) return ok(missing);
  for (const name of missing) {
    const made = await repository.write({ method: 'POST', path: '/labels', body: { name }, answer: labelAnswer });
    if (!made.ok && !made.message.includes('already_exists')) return made;
  }
  return ok([]);
}
