import { describe, expect, jest, test } from '@jest/globals';
import { auditPushes, kept } from './support/audit.ts';
import { branchNames, chainedPush, startCrashWorld } from './support/crash-world.ts';
import { eventually } from './support/test-app.ts';

// Server processes start and end several times, and a busy machine takes its time for that.
jest.setTimeout(240_000);

describe('takeover', () => {
  test('a run of a killed process goes on elsewhere within 30 s, under the same webhook-id', async () => {
    await using world = await startCrashWorld();
    const [first] = world.servers;
    const arrived = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    const hanging = Promise.withResolvers<void>();
    let arrivals = 0;
    world.sink.answer(async () => {
      arrived[arrivals]?.resolve(performance.now());
      arrivals += 1;
      if (arrivals === 1) await hanging.promise;
      return 200;
    });
    expect(await world.send(chainedPush('topic', 0))).toBe(202);
    await arrived[0]!.promise;
    const second = await world.addServer();
    await second.start();
    const killedAt = performance.now();
    await first!.end('SIGKILL');
    const takenOverAfter = (await arrived[1]!.promise) - killedAt;
    expect(takenOverAfter).toBeLessThan(30_000);
    await world.finished(1);
    hanging.resolve();
    const [one, two, ...more] = await world.sink.waitUntil((requests) => requests.length === 2);
    expect(more).toEqual([]);
    expect(one!.id).not.toBe('');
    expect(two!.id).toBe(one!.id);
    console.log(`taken over after ${Math.round(takenOverAfter)} ms`);
  });

  test('a process that is frozen longer than its lease loses nothing and overwrites nothing when it goes on', async () => {
    await using world = await startCrashWorld();
    const [frozen] = world.servers;
    const gate = Promise.withResolvers<void>();
    let arrivals = 0;
    world.sink.answer(async () => {
      arrivals += 1;
      await gate.promise;
      return 200;
    });
    const branches = branchNames(10);
    const first = await world.sendChains({ branches, perBranch: 1 });
    await eventually('an attempt under way in every lane', async () => arrivals === branches.length);
    const healthy = await world.addServer();
    await healthy.start();
    frozen!.send('SIGSTOP');
    // Now the answers arrive at a process that cannot write them down, and more work at one that has not got the lanes.
    gate.resolve();
    const middle = await world.sendChains({ branches, from: 1, perBranch: 20, server: healthy });
    const sent = [...first.sent, ...middle.sent];
    await world.finished(sent.length);
    frozen!.send('SIGCONT');
    const later = await world.sendChains({ branches: branchNames(10, 'later'), perBranch: 5, server: healthy });
    await world.finished(sent.length + later.sent.length);
    // What the frozen one still does must be over, and it must be able to work alone.
    await healthy.end('SIGTERM');
    const last = await world.sendChains({ branches: branchNames(10, 'last'), perBranch: 5, server: frozen! });
    const all = [...sent, ...later.sent, ...last.sent];
    await world.finished(all.length);
    expect(frozen!.lines.some((line) => line.includes('This process lost its lanes'))).toBe(true);
    expect(await auditPushes(world.database.db, all, world.sink.requests)).toEqual({ acknowledged: 310, extra: 10, ...kept });
  });
});
