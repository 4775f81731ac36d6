import { execFileSync } from 'node:child_process';
import { describe, expect, jest, test } from '@jest/globals';
import { auditPushes, kept } from './support/audit.ts';
import { branchNames, chainedPush, startCrashWorld } from './support/crash-world.ts';
import { eventually } from './support/test-app.ts';

// Server processes start and end several times, and a busy machine takes its time for that.
jest.setTimeout(240_000);

describe('kill -9', () => {
  test('of the server at random moments under load loses and doubles nothing', async () => {
    await using world = await startCrashWorld();
    const [server] = world.servers;
    const [pushes, kills] = [300, 3];
    let acknowledged = 0;
    const sending = world.sendChains({ branches: branchNames(10), perBranch: pushes / 10, onAcknowledged: () => (acknowledged += 1) });
    for (let kill = 0; kill < kills; kill += 1) {
      // A step is an acknowledgement or an effect; the last kill may come when everything is acknowledged but not everything done.
      const steps = Math.floor((2 * pushes * (kill + Math.random())) / (kills + 0.5));
      await eventually(`${steps} steps`, async () => acknowledged + world.sink.requests.length >= steps);
      await server!.end('SIGKILL');
      await server!.start();
    }
    const { sent, refused } = await sending;
    await world.finished(pushes);
    expect([...refused.keys()].filter((status) => status !== 503)).toEqual([]);
    expect(await auditPushes(world.database.db, sent, world.sink.requests)).toMatchObject({ acknowledged: pushes, ...kept });
  });
});

describe('the processes of scripts', () => {
  test('end with the server, however it ends, although a script computes for ever', async () => {
    await using world = await startCrashWorld();
    const [server] = world.servers;
    for (const [number, signal] of (['SIGKILL', 'SIGTERM'] as const).entries()) {
      if (server!.pid === undefined) await server!.start();
      const before = world.sink.requests.length;
      await world.send(chainedPush('script/one', number));
      const children = await eventually('the script at work', async () => {
        const busy = world.sink.requests.slice(before).some((request) => request.path === '/busy');
        return busy && listChildren(server!.pid!);
      });
      expect(children).not.toEqual([]);
      await server!.end(signal);
      await eventually('no process left', async () => !children.some(isAlive));
    }
  });
});

/** The children of a process and theirs. */
function listChildren(parent: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [parent];
  for (const pid of found) found.push(...rows.filter((row) => row[1] === pid).map(([child]) => child!));
  return found.slice(1);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the audit', () => {
  test('sees what is lost, doubled, missing, mixed, unexplained or out of order', async () => {
    await using world = await startCrashWorld();
    const { db } = world.database;
    const { sent } = await world.sendChains({ branches: ['topic'], perBranch: 3 });
    await world.finished(3);
    const [one, two, three] = world.sink.requests;
    expect(await auditPushes(db, sent, [one!, two!, three!])).toEqual({ acknowledged: 3, extra: 0, ...kept });
    expect(await auditPushes(db, sent, [one!, three!])).toMatchObject({ missing: 1 });
    expect(await auditPushes(db, sent, [one!, two!, three!, two!])).toMatchObject({ extra: 1, unexplained: 1, inversions: 0 });
    expect(await auditPushes(db, sent, [two!, one!, three!])).toMatchObject({ inversions: 1 });
    expect(await auditPushes(db, sent, [one!, { ...two!, id: one!.id }, three!])).toMatchObject({ mixedKeys: 1 });
    await db.raw('update runs set status = ? where id = (select min(id) from runs)', ['dead']);
    expect(await auditPushes(db, sent, [one!, two!, three!])).toMatchObject({ failedRuns: 1 });
    await db.raw('delete from changes where id = (select min(id) from changes)');
    expect(await auditPushes(db, sent, [one!, two!, three!])).toMatchObject({ doubled: 1, failedRuns: 1 });
    await db.raw('delete from deliveries where guid = ?', [sent[1]!.guid]);
    expect(await auditPushes(db, sent, [one!, two!, three!])).toMatchObject({ lost: 1 });
  });
});
