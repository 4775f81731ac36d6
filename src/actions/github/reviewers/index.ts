import { z } from 'zod';
import { failed, ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import { numberField, peopleField, readNumber, repositoryField } from '../../github-input.ts';
import { requestReviewers, reviewedSchema } from '../../github-reviewers.ts';
import { runOnGitHub } from '../../github-step.ts';

/** `with:` of a step that asks for reviews. */
export const reviewersInput = z
  .strictObject({
    repository: repositoryField,
    number: numberField,
    users: peopleField.default([]),
    teams: peopleField.default([]).describe('Teams of the organisation by their slug.'),
  })
  .refine(({ users, teams }) => users.length + teams.length > 0, 'Name `users` or `teams`.');

/** Asks people and teams for a review of a pull request. */
export const kind: ActionKind<typeof reviewersInput> = {
  name: 'github/reviewers',
  title: 'Ask for a review',
  schema: reviewersInput,
  secretFields: [],
  permissions: { pull_requests: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work({ repository }, { number: given, users, teams }) {
        const number = readNumber(given, context.facts);
        if (!number.ok) return number;
        const pull = await repository.read(`/pulls/${number.value}`, reviewedSchema);
        if (!pull.ok) return pull;
        const done = await requestReviewers(repository, pull.value, { users, teams });
        if (!done.ok) return done;
        const { dropped } = done.value;
        if (dropped.length < users.length + teams.length) return ok({ number: number.value, url: pull.value.html_url, ...done.value });
        const why = dropped.map(({ value, reason }) => `${value}: ${reason}`).join(' ');
        return failed('github_reviewers_refused', `Nobody was asked to review #${number.value}. ${why}`);
      },
    }),
};
