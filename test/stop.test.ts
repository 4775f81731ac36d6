import { describe, expect, jest, test } from '@jest/globals';
import { auditPushes, kept } from './support/audit.ts';
import { branchNames, startCrashWorld } from './support/crash-world.ts';
import { eventually } from './support/test-app.ts';

// Server processes start and end several times, and a busy machine takes its time for that.
jest.setTimeout(240_000);

describe('SIGTERM', () => {
  test('under load ends within 30 s with code 0, and nothing is lost or done twice', async () => {
    await using world = await startCrashWorld();
    const [server] = world.servers;
    world.sink.answer(() => new Promise((resolve) => void setTimeout(resolve, 3, 200)));
    let acknowledged = 0;
    const chains = { branches: branchNames(10), perBranch: 30, onAcknowledged: () => (acknowledged += 1) };
    const sending = world.sendChains(chains);
    for (const steps of [100, 300]) {
      await eventually(`${steps} steps`, async () => acknowledged + world.sink.requests.length >= steps);
      const askedAt = performance.now();
      expect(await server!.end('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(performance.now() - askedAt).toBeLessThan(30_000);
      await server!.start();
    }
    const { sent } = await sending;
    await world.finished(sent.length);
    const audit = await auditPushes(world.database.db, sent, world.sink.requests);
    expect(audit).toEqual({ acknowledged: 300, extra: 0, ...kept });
  });

  test('cuts off a receiver that hangs, and the run goes on after the next start', async () => {
    await using world = await startCrashWorld();
    const [server] = world.servers;
    const hanging = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    let arrivals = 0;
    world.sink.answer(async () => {
      arrivals += 1;
      arrived.resolve();
      if (arrivals === 1) await hanging.promise;
      return 200;
    });
    const { sent } = await world.sendChains({ branches: ['topic'], perBranch: 1 });
    await arrived.promise;
    const askedAt = performance.now();
    expect(await server!.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeLessThan(30_000);
    await server!.start();
    await world.finished(1);
    hanging.resolve();
    await world.sink.waitUntil((requests) => requests.length === 2);
    expect(await auditPushes(world.database.db, sent, world.sink.requests)).toEqual({ acknowledged: 1, extra: 1, ...kept });
  });
});
