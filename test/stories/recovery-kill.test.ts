import { expect, jest, test } from '@jest/globals';
import type { SeededDelivery } from '../../src/stand-in/seed-deliveries.ts';
import { auditPushes, kept } from '../support/audit.ts';
import { branchNames, chainedPush, startCrashWorld, type CrashWorld } from '../support/crash-world.ts';
import { pushPayload } from '../support/payloads.ts';
import { adminToken, eventually, type ApiObject } from '../support/test-app.ts';

// Server processes start and end, and a busy machine takes its time for that.
jest.setTimeout(240_000);

const headers = { authorization: `Bearer ${adminToken}` };

/** Asks the stand-in, which runs beside the servers, over HTTP. */
async function control<T>(world: CrashWorld, operation: string, ...options: unknown[]): Promise<T> {
  const response = await fetch(`${world.settings['GITHUB_URL']}/_control/${operation}`, { method: 'POST', body: JSON.stringify(options) });
  const { result } = (await response.json()) as { result: T };
  return result;
}

test('killed in the middle of a scan, the next process goes on: each is held once, acted on once, and hardly one asked for twice', async () => {
  await using world = await startCrashWorld();
  const server = world.servers[0]!;
  const { db } = world.database;
  const [repository] = (await db('repositories').select('github_id', 'owner_github_id')) as {
    github_id: string;
    owner_github_id: string;
  }[];
  const [installation] = (await db('installations').select('github_id')) as { github_id: string }[];
  const start = Date.now() - 50 * 3_600_000;
  await db('recoveries').update({
    baseline_at: new Date(start),
    mark_at: new Date(start),
    listed_to: new Date(start),
    proven_from: new Date(start),
  });
  const branches = branchNames(10);
  const pushes = Array.from({ length: 300 }, (_, index) => chainedPush(branches[index % 10]!, Math.floor(index / 10)));
  const about = {
    repository: {
      owner: 'acme',
      ownerId: Number(repository!.owner_github_id),
      name: 'app',
      private: true,
      id: Number(repository!.github_id),
    },
    installation: Number(installation!.github_id),
  };
  const seeds = pushes.map((push, index): SeededDelivery => {
    const at = new Date(start + (index + 1) * 400_000);
    const payload = pushPayload({ branch: push.branch, before: push.before, after: push.after, ...about });
    const pushedAt = Math.floor(at.getTime() / 1000);
    const changed = { ...payload, repository: { ...(payload['repository'] as object), pushed_at: pushedAt } };
    return { event: 'push', guid: push.guid, at: at.toISOString(), payload: changed, status: 'failed to connect to host', statusCode: 0 };
  });
  await control(world, 'seedDeliveries', seeds);

  const held = async () => {
    const { rows } = await db.raw<{ rows: { count: number }[] }>(
      `select count(*)::int as count from deliveries where source = 'recovered'`,
    );
    return rows[0]!.count;
  };
  await fetch(`${server.url}/api/recovery`, { method: 'POST', headers });
  await eventually('some pulled', async () => (await held()) >= 40);
  const [recovery] = (await db('recoveries').select('phase')) as { phase: string | null }[];
  expect(recovery).toEqual({ phase: 'pulling' });
  await server.end('SIGKILL');
  expect(await held()).toBeLessThan(300);
  await server.start();
  const state = await eventually('the scan over', async () => {
    const answer = (await (await fetch(`${server.url}/api/recovery`, { headers })).json()) as ApiObject;
    return answer['incomplete'] === false && answer;
  });
  expect(state).toMatchObject({ missing: 300, recovered: 300, lost: 0, summary: '0 gaps in the last 24 h' });
  await world.finished(300);
  expect(await auditPushes(db, pushes, world.sink.requests)).toMatchObject({ acknowledged: 300, ...kept });
  const read = await control<unknown[]>(world, 'apiCalls', { path: '/app/hook/deliveries/' });
  expect(read.length).toBeGreaterThanOrEqual(300);
  // What was under way when it was killed is asked for again.
  expect(read.length).toBeLessThanOrEqual(300 + 6);
});
