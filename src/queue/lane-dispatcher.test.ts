import { describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { createLog } from '../core/log.ts';
import { LaneLocks } from '../db/lane-locks.ts';
import { LaneDispatcher, type LaneService, type Turn } from './lane-dispatcher.ts';

const log = createLog({ level: 'silent' });

/** A dispatcher as one process has it, stopped at the end of the scope. */
function openDispatcher(
  database: TestDatabase,
  service: Pick<LaneService, 'serveAlone'> & Partial<LaneService>,
): { dispatcher: LaneDispatcher } & AsyncDisposable {
  const locks = new LaneLocks({ url: database.url, log });
  const dispatcher = new LaneDispatcher({ service: { prefix: 'test', groupSize: 10, maxLanes: 10, ...service }, locks, log });
  return {
    dispatcher,
    async [Symbol.asyncDispose]() {
      await dispatcher.stop(0);
      await locks.close();
    },
  };
}

/** A service that says when it is called and waits until it is told to go on. */
function openGate(): { entered: () => Promise<Turn>; serve: (lane: string, turn: Turn) => Promise<void>; leave: () => void } {
  const entries: Turn[] = [];
  const told: (() => void)[] = [];
  const leave: (() => void)[] = [];
  return {
    async entered() {
      while (entries.length === 0) await new Promise<void>((resolve) => told.push(resolve));
      return entries.shift()!;
    },
    async serve(_lane, turn) {
      entries.push(turn);
      for (const tell of told.splice(0)) tell();
      await new Promise<void>((resolve) => {
        leave.push(resolve);
        turn.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
    leave() {
      for (const go of leave.splice(0)) go();
    },
  };
}

async function loseLocks(database: TestDatabase): Promise<void> {
  await database.db.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'repowatch lanes' and datname = current_database()`,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
}

describe('LaneDispatcher', () => {
  test('a wake that comes while a lane is served makes it be served once more', async () => {
    await using database = await createTestDatabase();
    const gate = openGate();
    await using world = openDispatcher(database, { serveAlone: gate.serve });
    await world.dispatcher.wake(['one']);
    await gate.entered();
    await world.dispatcher.wake(['one']);
    await world.dispatcher.wake(['one']);
    gate.leave();
    await gate.entered();
    gate.leave();
    while (world.dispatcher.size > 0) await new Promise(setImmediate);
  });

  test('two processes never serve a lane at the same time, and neither misses its wakes', async () => {
    await using database = await createTestDatabase();
    let inside = 0;
    let most = 0;
    const pending = new Set<number>();
    const served: string[] = [];
    const serveAs = (name: string) => async () => {
      inside += 1;
      most = Math.max(most, inside);
      await database.db.raw('select 1');
      for (const round of pending) served.push(`${round} ${name}`);
      pending.clear();
      inside -= 1;
    };
    await using a = openDispatcher(database, { serveAlone: serveAs('a') });
    await using b = openDispatcher(database, { serveAlone: serveAs('b') });
    for (let round = 0; round < 30; round += 1) {
      pending.add(round);
      await Promise.all([a.dispatcher.wake(['one']), b.dispatcher.wake(['one'])]);
      while (pending.size > 0) await new Promise(setImmediate);
    }
    expect(most).toBe(1);
    expect(served).toHaveLength(30);
  });

  test('lost locks tell whoever serves to stop, and the lane is served again under new ones', async () => {
    await using database = await createTestDatabase();
    const gate = openGate();
    await using world = openDispatcher(database, { serveAlone: gate.serve });
    await world.dispatcher.wake(['one']);
    const first = await gate.entered();
    await loseLocks(database);
    await aborted(first.signal);
    expect(first.closing.aborted).toBe(true);
    const second = await gate.entered();
    expect(second.signal.aborted).toBe(false);
    gate.leave();
  });

  test('a group that fails because its locks are lost is not served alone without them', async () => {
    await using database = await createTestDatabase();
    const turns: Turn[] = [];
    const alone: Turn[] = [];
    await using world = openDispatcher(database, {
      async serveGroup(_lanes, turn) {
        turns.push(turn);
        if (turns.length > 1) return [];
        await loseLocks(database);
        await aborted(turn.signal);
        throw new Error('the connection is gone');
      },
      async serveAlone(_lane, turn) {
        alone.push(turn);
      },
    });
    await world.dispatcher.wake(['one']);
    while (turns.length < 2) await new Promise(setImmediate);
    expect(alone).toEqual([]);
  });

  test('a stop lets what is under way finish, and cuts it off when the time is up', async () => {
    await using database = await createTestDatabase();
    const gate = openGate();
    await using world = openDispatcher(database, { serveAlone: gate.serve });
    await world.dispatcher.wake(['one']);
    const turn = await gate.entered();
    const stopped = world.dispatcher.stop(60_000);
    expect([turn.closing.aborted, turn.signal.aborted]).toEqual([true, false]);
    gate.leave();
    await stopped;
    expect(turn.signal.aborted).toBe(false);
  });

  test('a stop ends in time although a service hangs', async () => {
    await using database = await createTestDatabase();
    const gate = openGate();
    await using world = openDispatcher(database, { serveAlone: gate.serve });
    await world.dispatcher.wake(['one']);
    const turn = await gate.entered();
    await world.dispatcher.stop(1);
    expect(turn.signal.aborted).toBe(true);
  });
});
