import { describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/support/database.ts';
import { createWay } from '../../test/support/way.ts';
import { createLog } from '../core/log.ts';
import { LaneLocks } from './lane-locks.ts';

const log = createLog({ level: 'silent' });

/** Locks of one process, given back at the end of the scope, with a promise of their loss. */
function openLocks(url: string, sessionTimeoutMs?: number): { locks: LaneLocks; lost: Promise<void> } & AsyncDisposable {
  const locks = new LaneLocks({ url, log, ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }) });
  const lost = new Promise<void>((resolve) => locks.onLost(resolve));
  return { locks, lost, [Symbol.asyncDispose]: () => locks.close() };
}

/** Resolves when the lane can be had: Postgres ends a session, and with it its locks, a moment after the connection has gone. */
async function takeWhenFree(locks: LaneLocks, lane: string): Promise<void> {
  while ((await locks.take([lane])).size === 0) await new Promise(setImmediate);
}

describe('LaneLocks', () => {
  test('gives a lane to one process at a time, and to the next when it is given back', async () => {
    await using database = await createTestDatabase();
    await using a = openLocks(database.url);
    await using b = openLocks(database.url);
    expect(await a.locks.take(['one', 'two'])).toEqual(new Set(['one', 'two']));
    expect(await b.locks.take(['two', 'three'])).toEqual(new Set(['three']));
    expect(await a.locks.take(['one'])).toEqual(new Set());
    await a.locks.release(['one', 'two']);
    expect(await b.locks.take(['one', 'two'])).toEqual(new Set(['one', 'two']));
  });

  test('many takers at once share a lane out among them without doubling it', async () => {
    await using database = await createTestDatabase();
    await using a = openLocks(database.url);
    await using b = openLocks(database.url);
    const lanes = Array.from({ length: 50 }, (_, index) => `lane ${index}`);
    const taken = await Promise.all([a, b, a, b].flatMap(({ locks }) => lanes.map((lane) => locks.take([lane]))));
    expect(taken.flatMap((set) => Array.from(set)).toSorted()).toEqual(lanes.toSorted());
  });

  test('tells of the loss when the session ends, and the lanes are free for others', async () => {
    await using database = await createTestDatabase();
    await using a = openLocks(database.url);
    await using b = openLocks(database.url);
    await a.locks.take(['one']);
    await database.db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'repowatch lanes' and datname = current_database()`,
    );
    await a.lost;
    await takeWhenFree(b.locks, 'one');
  });

  test('what is taken after a loss can be given back', async () => {
    await using database = await createTestDatabase();
    await using a = openLocks(database.url);
    await using b = openLocks(database.url);
    await a.locks.take(['before']);
    let again: Promise<Set<string>> | undefined;
    // Asked for in the middle of the loss: the answer comes from the next session.
    a.locks.onLost(() => {
      again = a.locks.take(['one']);
    });
    await database.db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'repowatch lanes' and datname = current_database()`,
    );
    await a.lost;
    expect(await again).toEqual(new Set(['one']));
    await a.locks.release(['one']);
    expect(await b.locks.take(['one'])).toEqual(new Set(['one']));
  });

  test('a statement that fails ends the session, for nobody knows what it holds', async () => {
    await using database = await createTestDatabase();
    await using a = openLocks(database.url);
    await using b = openLocks(database.url);
    await a.locks.take(['one']);
    // Postgres refuses text with a zero byte.
    await expect(a.locks.take(['\0'])).rejects.toThrow();
    await a.lost;
    await takeWhenFree(b.locks, 'one');
  });

  test('a process that is cut off knows it before Postgres gives its lanes away', async () => {
    await using database = await createTestDatabase();
    await using way = await createWay(database.url);
    await using a = openLocks(way.url, 1_500);
    await using b = openLocks(database.url);
    await a.locks.take(['one']);
    way.swallow();
    await a.lost;
    expect(await b.locks.take(['one'])).toEqual(new Set());
    await takeWhenFree(b.locks, 'one');
  });
});
