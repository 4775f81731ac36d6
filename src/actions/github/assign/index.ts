import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import type { GitHubAnswer } from '../../github-access.ts';
import { findDropped } from '../../github-compare.ts';
import { numberField, peopleField, readNumber, repositoryField } from '../../github-input.ts';
import { issueAnswer } from '../../github-issue.ts';
import { runOnGitHub, type GitHubStep } from '../../github-step.ts';

/** Who comes and who goes. */
export const assignShape = { assignees: peopleField.default([]), remove: peopleField.default([]) };
const assignInput = z
  .strictObject({ repository: repositoryField, number: numberField, ...assignShape })
  .refine(({ assignees, remove }) => assignees.length + remove.length > 0, 'Give `assignees`, `remove`, or both.');

/** Assigns people to an issue or pull request. Asking twice is the same as asking once. */
export const kind: ActionKind<typeof assignInput> = {
  name: 'github/assign',
  title: 'Assign people on GitHub',
  schema: assignInput,
  secretFields: [],
  permissions: { issues: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work(step, input) {
        const number = readNumber(input.number, context.facts);
        if (!number.ok) return number;
        const people = await step.findLogins(input.assignees);
        const leaving = await step.findLogins(input.remove);
        const unmapped = [...people.unmapped, ...leaving.unmapped];
        return await assign(step, { number: number.value, add: people.logins, remove: leaving.logins, unmapped });
      },
    }),
};

interface Assignment {
  number: number;
  add: string[];
  remove: string[];
  unmapped: string[];
}

const isAmong = (logins: string[]) => (login: string) => logins.some((other) => other.toLowerCase() === login.toLowerCase());

async function assign({ repository }: GitHubStep, wish: Assignment): Promise<GitHubAnswer<Record<string, unknown>>> {
  const { number, add, remove, unmapped } = wish;
  const path = `/issues/${number}`;
  const issue = await repository.read(path, issueAnswer);
  if (!issue.ok) return issue;
  const before = issue.value.assignees;
  let assignees = before;
  const changes = [
    { method: 'POST' as const, people: add.filter((login) => !isAmong(before)(login)) },
    { method: 'DELETE' as const, people: remove.filter(isAmong(before)) },
  ];
  for (const { method, people } of changes.filter((change) => change.people.length > 0)) {
    const changed = await repository.write({ method, path: `${path}/assignees`, body: { assignees: people }, answer: issueAnswer });
    if (!changed.ok) return changed;
    assignees = changed.value.assignees;
  }
  return ok({
    number,
    url: issue.value.html_url,
    assignees,
    unmapped,
    // GitHub leaves out who cannot be assigned here, without a word (handbook G5).
    dropped: [
      ...findDropped('assignees', add, assignees),
      ...remove.filter(isAmong(assignees)).map((value) => ({ field: 'remove', value })),
    ],
  });
}
