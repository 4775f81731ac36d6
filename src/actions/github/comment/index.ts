import { z } from 'zod';
import { ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import type { GitHubAnswer } from '../../github-access.ts';
import { bodyField, keyField, numberField, readNumber, repositoryField } from '../../github-input.ts';
import { commentAnswer, sayOnce, type CommentAnswer } from '../../github-issue.ts';
import { hasMark, tokenOfKey, withMark } from '../../github-mark.ts';
import { runOnGitHub, workAlone, type GitHubStep } from '../../github-step.ts';

/** `with:` of a step that comments. */
export const commentInput = z.strictObject({
  repository: repositoryField,
  number: numberField,
  body: bodyField.min(1),
  key: keyField.optional().describe('One comment under this key: the next time it is replaced, not said again.'),
});

interface Said {
  comment: CommentAnswer;
  action: 'created' | 'updated';
}

/** Comments on an issue or pull request, once, or keeps one comment up to date. */
export const kind: ActionKind<typeof commentInput> = {
  name: 'github/comment',
  title: 'Comment on an issue or pull request',
  schema: commentInput,
  secretFields: [],
  permissions: { issues: 'write' },
  defaultTimeoutMs: 60_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work(step, { body, key, number: given }) {
        const number = readNumber(given, context.facts);
        if (!number.ok) return number;
        const said = await (key === undefined ? say(step, number.value, body) : keep(step, { number: number.value, body, key }));
        if (!said.ok) return said;
        const { comment, action } = said.value;
        return ok({ id: comment.id, url: comment.html_url, number: number.value, action, created: action === 'created' });
      },
    }),
};

async function say(step: GitHubStep, number: number, body: string): Promise<GitHubAnswer<Said>> {
  const said = await sayOnce(step, { number, body, tokens: [step.token] });
  return said.ok ? ok({ comment: said.value.comment, action: 'created' }) : said;
}

/** The one comment under a key says this now. */
async function keep(step: GitHubStep, wish: { number: number; body: string; key: string }): Promise<GitHubAnswer<Said>> {
  const token = tokenOfKey(`comment ${wish.number}`, wish.key);
  return await workAlone(step, token, {
    run: async (known) => {
      const found = await findKept(step, { number: wish.number, token, known });
      if (!found.ok) return found;
      const body = withMark(wish.body, [step.token, token]);
      if (found.value?.body?.replaceAll('\r\n', '\n') === body) return ok({ comment: found.value, action: 'created' as const });
      const written = found.value
        ? await step.repository.write({
            method: 'PATCH',
            path: `/issues/comments/${found.value.id}`,
            body: { body },
            answer: commentAnswer,
          })
        : await step.repository.write({
            method: 'POST',
            path: `/issues/${wish.number}/comments`,
            body: { body },
            answer: commentAnswer,
            content: 'one',
          });
      return written.ok ? ok({ comment: written.value, action: found.value ? ('updated' as const) : ('created' as const) }) : written;
    },
    noteOf: ({ comment }) => comment.id,
  });
}

async function findKept(
  step: GitHubStep,
  wish: { number: number; token: string; known: string | null },
): Promise<GitHubAnswer<CommentAnswer | undefined>> {
  const fits = (comment: CommentAnswer) => step.isOurs(comment.user) && hasMark(comment.body, wish.token);
  if (wish.known !== null) {
    const read = await step.repository.read(`/issues/comments/${wish.known}`, commentAnswer);
    if (read.ok && fits(read.value)) return read;
    if (!read.ok && read.code !== 'github_not_found') return read;
  }
  const listed = await step.repository.list(`/issues/${wish.number}/comments`, commentAnswer);
  return listed.ok ? ok(listed.value.find(fits)) : listed;
}
