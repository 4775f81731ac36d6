import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const examples = (createRequire(import.meta.url)('@octokit/webhooks-examples') as { name: string; examples: ApiObject[] }[]).flatMap(
  ({ name, examples: payloads }) => payloads.map((payload) => ({ event: name, payload })),
);

/** Sends every example as GitHub would, a few at a time, and answers the statuses that were not 2xx. */
async function sendAll(world: TestApp): Promise<string[]> {
  const refused: string[] = [];
  const left = [...examples];
  const sender = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { status } = await world.deliver(next.event, next.payload);
      if (status !== 202) refused.push(`${next.event}: ${status}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, sender));
  return refused;
}

/** Waits until nothing is open any more and answers what has no reason or ended as an error. */
async function listUnexplained(world: TestApp, deadlineMs: number): Promise<ApiObject[]> {
  const { db } = world.database;
  await world.eventually(
    'every example settled',
    async () => {
      const { rows } = await db.raw<{ rows: { settled: string }[] }>(
        'select count(*) as settled from deliveries where settled_at is not null',
      );
      return rows[0]!.settled === String(examples.length);
    },
    deadlineMs,
  );
  const { rows } = await db.raw<{ rows: ApiObject[] }>(
    `select event, action, status, code, reason from deliveries
     where coalesce(reason, '') = '' or status not in ('processed', 'ignored')`,
  );
  return rows;
}

describe('every public example of a real payload', () => {
  test('is accepted and settles with a reason when GitHub does not know its installation', async () => {
    await using world = await startTestApp({ github: true });
    expect(examples.length).toBeGreaterThan(300);
    expect(await sendAll(world)).toEqual([]);
    expect(await listUnexplained(world, 30_000)).toEqual([]);
    expect(world.logs.filter((line) => /"level":(?:50|"error")/.test(line))).toEqual([]);
    // GitHub was asked for a token and knows no such installation.
    const pushes = await world.list('/api/deliveries?event=push&status=ignored');
    expect(pushes.map((push) => push['code'])).toContain('installation_deleted');
  });

  test('is accepted and settles with a reason while GitHub cannot be reached', async () => {
    await using world = await startTestApp();
    expect(await sendAll(world)).toEqual([]);
    expect(await listUnexplained(world, 60_000)).toEqual([]);
  });
});
