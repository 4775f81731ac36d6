import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { githubAt } from '../../test/support/github-contract.ts';
import { pushFacts } from '../../test/support/attempt-context.ts';
import type { GitHubAnswer, GitHubRepository } from './github-access.ts';
import { sendOnce } from './github-once.ts';
import type { GitHubStep } from './github-step.ts';

const lost: GitHubAnswer<string> = { ok: false, code: 'github_unavailable', message: 'cut off' };
const none: GitHubAnswer<string | undefined> = { ok: true, value: undefined };

/** A step whose claims are kept, as the database keeps them over crashes. */
function createWorld() {
  const notes = new Map<string, string>();
  let now = new Date('2026-11-21T12:00:00Z');
  const sent: Date[] = [];
  const claim: GitHubRepository['claim'] = async (key) => ({
    ok: true,
    value: { known: notes.get(key) ?? null, end: async (known) => void (known === undefined || notes.set(key, known)) },
  });
  const step = { repository: { claim } } as unknown as GitHubStep;
  return {
    sent,
    pass: (ms: number) => void (now = new Date(now.getTime() + ms)),
    go: (answer: GitHubAnswer<string>, found: GitHubAnswer<string | undefined> = none) =>
      sendOnce(step, {
        key: 'it',
        now: () => now,
        seenAfterMs: 60_000,
        send: async () => {
          sent.push(now);
          return answer;
        },
        lookUp: async () => found,
      }),
  };
}

describe('sendOnce', () => {
  test('looks after a lost answer, waits until it could be seen, and only then sends again', async () => {
    const world = createWorld();
    expect(await world.go(lost)).toEqual(lost);
    expect(await world.go(lost)).toMatchObject({ code: 'github_busy', retryAt: new Date('2026-11-21T12:01:00Z') });
    world.pass(59_000);
    expect(await world.go(lost)).toMatchObject({ code: 'github_busy' });
    world.pass(1_000);
    expect(await world.go(lost)).toEqual(lost);
    // The second one may be on its way, too.
    expect(await world.go(lost)).toMatchObject({ code: 'github_busy', retryAt: new Date('2026-11-21T12:02:00Z') });
    expect(await world.go(lost, { ok: true, value: 'found' })).toEqual({ ok: true, value: 'found' });
    expect(world.sent).toHaveLength(2);
  });

  test('sends nothing when nobody can tell', async () => {
    const world = createWorld();
    await world.go(lost);
    const unknown = { ok: false, code: 'github_outcome_unknown', message: 'deaf' } as const;
    world.pass(3_600_000);
    expect(await world.go({ ok: true, value: 'done' }, unknown)).toEqual(unknown);
    expect(world.sent).toHaveLength(1);
  });

  test.each([
    ['GitHub said no', { ok: false, code: 'github_refused', message: 'no' }],
    ['a limit', { ok: false, code: 'github_rate_limited', message: 'wait' }],
    ['the line of writes', { ok: false, code: 'github_budget_spent', message: 'wait' }],
    ['no connection', { ...lost, nothingSent: true }],
  ] as [string, GitHubAnswer<string>][])('tries again at once after %s', async (_name, failure) => {
    const world = createWorld();
    expect(await world.go(failure)).toEqual(failure);
    expect(await world.go({ ok: true, value: 'done' }, lost)).toEqual({ ok: true, value: 'done' });
    expect(world.sent).toHaveLength(2);
  });

  test('a port where nobody listens is no connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const opened = await githubAt(`http://127.0.0.1:${port}`).open(pushFacts(), { permissions: {} });
    if (!opened.ok) throw new Error(opened.message);
    const answer = await opened.value.write({ method: 'POST', path: '/dispatches', answer: z.unknown() });
    expect(answer).toMatchObject({ ok: false, code: 'github_unavailable', nothingSent: true });
  });
});
