import { describe, expect, jest, test } from '@jest/globals';
import { auditPushes, kept } from './support/audit.ts';
import { branchNames, chainedPush, serverSettings, startCrashWorld } from './support/crash-world.ts';
import { createTestDatabase } from './support/database.ts';
import { createServerProcess } from './support/server-process.ts';
import { eventually } from './support/test-app.ts';
import { createWay } from './support/way.ts';

// Server processes start and end several times, and a busy machine takes its time for that.
jest.setTimeout(240_000);

describe('Postgres', () => {
  test('that ends all connections in the middle of work costs nothing', async () => {
    await using world = await startCrashWorld();
    const { db } = world.database;
    const [server] = world.servers;
    const { pid } = server!;
    let acknowledged = 0;
    const sending = world.sendChains({ branches: branchNames(10), perBranch: 30, onAcknowledged: () => (acknowledged += 1) });
    for (const steps of [100, 250, 400]) {
      await eventually(`${steps} steps`, async () => acknowledged + world.sink.requests.length >= steps);
      await db.raw('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()');
    }
    const { sent, refused } = await sending;
    await world.finished(sent.length);
    expect([...refused.keys()].filter((status) => status !== 503)).toEqual([]);
    expect(server!.pid).toBe(pid);
    expect(await auditPushes(db, sent, world.sink.requests)).toMatchObject({ acknowledged: 300, ...kept });
  });

  test('that cannot store a delivery makes the door answer 503, and the same delivery is welcome afterwards', async () => {
    await using world = await startCrashWorld();
    const pushes = branchNames(5).map((branch) => chainedPush(branch, 0));
    const lock = await world.database.db.transaction();
    await lock.raw('lock table deliveries in access exclusive mode');
    const statuses = await Promise.all(pushes.map((push) => world.send(push)));
    await lock.commit();
    expect(statuses).toEqual([503, 503, 503, 503, 503]);
    expect(await Promise.all(pushes.map((push) => world.send(push)))).toEqual([202, 202, 202, 202, 202]);
    await world.finished(pushes.length);
    expect(await auditPushes(world.database.db, pushes, world.sink.requests)).toEqual({ acknowledged: 5, extra: 0, ...kept });
  });

  test('that is not there yet at the start is waited for: alive, not ready, nothing accepted; then everything works', async () => {
    await using world = await startCrashWorld();
    await world.servers[0]!.end('SIGTERM');
    await using way = await createWay(world.database.url);
    await way.close();
    const server = await world.addServer({ DATABASE_URL: way.url });
    await server.start({ ready: false });
    await eventually('the server alive', async () => (await server.status('/healthz')) === 200);
    expect(await server.status('/readyz')).toBe(503);
    const push = chainedPush('topic', 0);
    expect(await world.send(push, server)).toBe(503);
    await way.open();
    await eventually('the server ready', async () => (await server.status('/readyz')) === 200);
    await eventually('the push accepted', async () => (await world.send(push, server)) === 202);
    await world.finished(1);
    expect(await auditPushes(world.database.db, [push], world.sink.requests)).toEqual({ acknowledged: 1, extra: 0, ...kept });
    // And it may go away again later.
    await way.close();
    await eventually('not ready', async () => (await server.status('/readyz')) === 503);
    expect(await server.status('/healthz')).toBe(200);
    await way.open();
    await eventually('ready again', async () => (await server.status('/readyz')) === 200);
    const next = chainedPush('topic', 1);
    await eventually('the next push accepted', async () => (await world.send(next, server)) === 202);
    await world.finished(2);
  });

  test('that never comes does not keep the process from stopping', async () => {
    await using database = await createTestDatabase();
    await using way = await createWay(database.url);
    await way.close();
    await using server = await createServerProcess(serverSettings(way.url));
    await server.start({ ready: false });
    await eventually('the server alive', async () => (await server.status('/healthz')) === 200);
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
