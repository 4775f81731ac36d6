import { z } from 'zod';
import { failed, ok } from '../../../core/outcome.ts';
import type { ActionKind } from '../../action.ts';
import { repositoryField } from '../../github-input.ts';
import { sendOnce } from '../../github-once.ts';
import { runOnGitHub } from '../../github-step.ts';

/** GitHub's limits (handbook G4). */
const maxKeys = 10;
const maxBytes = 64 * 1024;

const bytesOf = (payload: object) => Buffer.byteLength(JSON.stringify(payload));

/** `with:` of a step that sends an event of its own. */
export const dispatchInput = z.strictObject({
  repository: repositoryField,
  event_type: z.string().min(1).max(100).describe('What workflows ask for with `on: repository_dispatch: types: [...]`.'),
  client_payload: z
    .record(z.string(), z.unknown())
    .default({})
    .refine(
      (payload) => Object.keys(payload).length <= maxKeys,
      `At most ${maxKeys} keys at the top: GitHub takes no more. Put them into one object.`,
    )
    .refine((payload) => bytesOf(payload) < maxBytes, 'GitHub takes less than 64 KB.')
    .describe('What workflows find in `github.event.client_payload`. RepoWatch adds the key `repowatch` when there is room for it.'),
});

/** What arrives with the payload: receivers can tell a repetition by the id. */
function addKey(payload: Record<string, unknown>, id: string): Record<string, unknown> | undefined {
  if ('repowatch' in payload) return undefined;
  const whole = { ...payload, repowatch: { id } };
  return Object.keys(whole).length <= maxKeys && bytesOf(whole) < maxBytes ? whole : undefined;
}

/** How long GitHub may take to tell of a dispatch, until its silence means that there was none. Milliseconds. */
const echoMs = 120_000;

/** Sends a `repository_dispatch`: GitHub starts the workflows that ask for it. */
export const kind: ActionKind<typeof dispatchInput> = {
  name: 'github/dispatch',
  title: 'Start workflows by an event of your own',
  schema: dispatchInput,
  secretFields: [],
  permissions: { contents: 'write' },
  defaultTimeoutMs: 30_000,
  run: (context, tools) =>
    runOnGitHub(context, tools, {
      permissions: kind.permissions,
      async work(step, { event_type: eventType, client_payload: given }) {
        const { repository } = step;
        const { replay, id: run } = context.facts.run;
        // Whoever replays a run wants it to happen again.
        const id = replay ? `${step.token}.${run}` : step.token;
        const marked = addKey(given, id);
        const outputs = { repository: `${repository.owner}/${repository.name}`, event_type: eventType, id };
        return await sendOnce<Record<string, unknown>>(step, {
          key: `dispatch ${id}`,
          now: () => context.now(),
          seenAfterMs: echoMs,
          async send() {
            const body = { event_type: eventType, client_payload: marked ?? given };
            const done = await repository.write({ method: 'POST', path: '/dispatches', body, answer: z.unknown() });
            return done.ok ? ok({ ...outputs, found: false }) : done;
          },
          async lookUp(sentAt) {
            const heard = marked === undefined ? 'deaf' : await repository.hear('repository_dispatch', id);
            if (heard === 'heard') return ok({ ...outputs, found: true });
            if (heard === 'silent') return ok(undefined);
            const why = marked === undefined ? 'Its payload has no room for our key' : 'The App has not subscribed to repository_dispatch';
            const message = `The answer to the dispatch of ${eventType} at ${sentAt.toISOString()} was lost. ${why}, so nobody can tell whether it happened, and it is not sent again. Look, and replay the run if it did not.`;
            return failed('github_outcome_unknown', message);
          },
        });
      },
    }),
};
