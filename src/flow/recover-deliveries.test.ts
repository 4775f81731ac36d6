import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { atSecond, createHookLog, type HookLog, type LoggedDelivery } from '../../test/support/hook-log.ts';
import { seedDelivery } from '../../test/support/seed.ts';
import { createLog } from '../core/log.ts';
import { readRecovery } from '../http/read/recovery.ts';
import { failed } from '../core/outcome.ts';
import type { Context } from './context.ts';
import { recoverDeliveries, requestRecovery, wakeRecovery } from './recover-deliveries.ts';

let base: TestDatabase;
let log: HookLog;
/** Lanes of deliveries for which tickets were sent, in order. */
let tickets: string[];
let now: Date;
let context: Context;
const hour = 3600;

beforeAll(async () => {
  base = await createTestDatabase();
});

afterAll(async () => {
  await base[Symbol.asyncDispose]();
});

beforeEach(() => {
  log = createHookLog(3);
  tickets = [];
  now = atSecond(0);
  context = {
    db: base.db,
    queue: { send: async (_db: unknown, name: string, lanes: string[]) => void (name === 'deliveries' && tickets.push(...lanes)) },
    log: createLog({ level: 'silent' }),
    clock: { now: () => now },
    host: 'github.com',
    recovery: { appId: '4242', intervalMs: 60_000, deliveries: log },
  } as unknown as Context;
});

afterEach(async () => {
  await base.db.raw(
    'truncate recoveries, recovery_items, recovery_gaps, recovery_hours, deliveries, repositories restart identity cascade',
  );
});

const running = { closing: new AbortController().signal, signal: new AbortController().signal };

/** RepoWatch has its first start at second 0, before anything is in the record. */
async function start(): Promise<void> {
  await wakeRecovery(context);
}

/** One scan at this second. */
async function scanAt(second: number): Promise<void> {
  now = atSecond(second);
  await recoverDeliveries(context, running);
}

const entries = (count: number, more: Partial<LoggedDelivery> = {}) =>
  Array.from({ length: count }, (_, index): LoggedDelivery => ({ guid: `d${index + 1}`, second: 10 * (index + 1), ...more }));

/** The GUIDs that are held because they were recovered, in the order in which they are served. */
async function recovered(): Promise<string[]> {
  const { rows } = await base.db.raw<{ rows: { guid: string }[] }>(`select guid from deliveries where source = 'recovered' order by id`);
  return rows.map((row) => row.guid);
}

const state = () => readRecovery(base.db, now);

describe('a scan', () => {
  test('pulls what is not held, oldest first, whatever GitHub says of how it went, and each GUID once', async () => {
    await start();
    log.entries = [
      ...entries(7),
      { guid: 'd3', second: 71, redelivery: true, status: 'timed out' },
      { guid: 'd4', second: 72, redelivery: true },
    ];
    log.entries[4]!.status = 'failed to connect to host';
    await seedDelivery(base.db, null, { guid: 'd2' });
    await seedDelivery(base.db, null, { guid: 'd5' });
    await scanAt(hour);
    expect(await recovered()).toEqual(['d1', 'd3', 'd4', 'd6', 'd7']);
    expect(log.asked.filter((asked) => asked.startsWith('read'))).toHaveLength(5);
    expect(tickets).toEqual(Array.from({ length: 5 }, () => 'repo:1'));
    expect(await state()).toMatchObject({
      summary: '0 gaps in the last 24 h',
      scanned: 9,
      missing: 5,
      recovered: 5,
      lost: 0,
      calls: 8,
      pending: 0,
      incomplete: false,
      scanning: false,
      window: { from: atSecond(0).toISOString(), to: atSecond(hour).toISOString() },
      mark: { at: atSecond(72).toISOString() },
      last_complete_scan_at: atSecond(hour).toISOString(),
      last_24h: { recovered: 5 },
    });
  });

  test('keeps the bytes, the sender and the time of sending', async () => {
    await start();
    log.entries = [{ guid: 'g', second: 5, body: '{"id": 9007199254740993,"repository":{"id":3}}' }];
    await scanAt(60);
    const [row] = (await base.db('deliveries').select('*')) as Record<string, unknown>[];
    expect(String(row!['body'])).toBe('{"id": 9007199254740993,"repository":{"id":3}}');
    expect(row).toMatchObject({
      source: 'recovered',
      sender: 'app',
      lane: 'repo:3',
      sent_at: atSecond(5),
      headers: { 'x-github-hook-id': '5' },
    });
  });

  test('goes back to its mark and a little further, where deliveries may have been recorded late', async () => {
    await start();
    log.entries = entries(30, { status: 'timed out' }).map((entry, index) => ({ ...entry, second: 600 * (index + 1) }));
    await scanAt(6 * hour);
    log.asked.length = 0;
    log.entries.push({ guid: 'late', second: 18_000 - 60 }, { guid: 'new', second: 18_300 });
    await scanAt(7 * hour);
    expect(await recovered()).toEqual([...entries(30).map(({ guid }) => guid), 'late', 'new']);
    expect(log.asked).toEqual(['list ', 'list 17940', 'read late', 'read new']);
    expect(await state()).toMatchObject({ missing: 32, recovered: 32 });
  });

  test('leaves what was sent before the first start alone, until somebody asks for it', async () => {
    now = atSecond(hour);
    await start();
    log.entries = entries(5);
    log.entries.push({ guid: 'after', second: hour + 5 });
    await scanAt(2 * hour);
    expect(await recovered()).toEqual(['after']);
    expect(await requestRecovery(context, atSecond(3 * hour))).toMatchObject({ ok: false, code: 'request_invalid' });
    expect(await requestRecovery(context, atSecond(30))).toMatchObject({ ok: true });
    await scanAt(2 * hour + 1);
    expect(await recovered()).toEqual(['after', 'd3', 'd4', 'd5']);
    expect((await state()).window).toEqual({ from: atSecond(30).toISOString(), to: atSecond(2 * hour + 1).toISOString() });
  });

  test('finds a delivery that came by itself after it was listed', async () => {
    await start();
    log.entries = entries(2);
    log.disturb = (asked) => {
      if (asked === 'read d1') throw new Error('the process dies');
      return undefined;
    };
    await expect(scanAt(60)).rejects.toThrow('dies');
    await seedDelivery(base.db, null, { guid: 'd1' });
    log.disturb = () => undefined;
    await scanAt(61);
    expect(await recovered()).toEqual(['d2']);
    expect(await state()).toMatchObject({ missing: 2, recovered: 1, arrived: 1, pending: 0 });
  });
});

describe('a process that dies', () => {
  test.each([
    ['between pages', 'list 90'],
    ['between pulls', 'read d4'],
  ])('%s: the next one goes on there', async (_when, last) => {
    await start();
    log.entries = entries(20);
    let dead = false;
    log.disturb = (asked) => {
      dead ||= asked === last;
      if (dead) throw new Error('the process dies');
      return undefined;
    };
    await expect(scanAt(hour)).rejects.toThrow('dies');
    expect(await state()).toMatchObject({ scanning: true, incomplete: true });
    const pages = log.asked.filter((asked) => asked.startsWith('list')).length;
    log.disturb = () => undefined;
    log.asked.length = 0;
    await scanAt(hour + 5);
    expect(await recovered()).toEqual(entries(20).map(({ guid }) => guid));
    // Seven pages in all; only the one that was being read is read again.
    const again = log.asked.filter((asked) => asked.startsWith('list')).length;
    expect(pages + again).toBe(last.startsWith('list') ? 8 : 7);
    expect(await state()).toMatchObject({ scanned: 20, missing: 20, recovered: 20, summary: '0 gaps in the last 24 h' });
  });

  test('that was frozen and thaws does not undo what another did meanwhile', async () => {
    await start();
    log.entries = entries(9);
    let other: Promise<void> | undefined;
    log.disturb = (asked) => {
      if (asked === 'list 70' && !other) {
        other = Promise.resolve();
        throw new Error('frozen here');
      }
      return undefined;
    };
    const original = log.listPage.bind(log);
    let thaw: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (thaw = resolve));
    let first = true;
    log.listPage = async (cursor) => {
      const page = await original(cursor).catch(() => undefined);
      if (page !== undefined) return page;
      if (first) {
        first = false;
        await frozen;
      }
      return await original(cursor);
    };
    const thawing = scanAt(hour).catch((error: unknown) => error);
    await waitFor(() => !first);
    await scanAt(hour + 1);
    const done = await state();
    thaw();
    expect(String(await thawing)).toMatch(/another process/i);
    expect(await state()).toEqual(done);
    expect(await recovered()).toEqual(entries(9).map(({ guid }) => guid));
  });

  test('a stop ends the turn between two steps; a turn that took long enough ends too', async () => {
    await start();
    log.entries = entries(20);
    const stop = new AbortController();
    log.disturb = (asked) => void (asked === 'list 150' && stop.abort());
    now = atSecond(hour);
    await recoverDeliveries(context, { closing: stop.signal, signal: running.signal });
    expect(log.asked).toEqual(['list ', 'list 180', 'list 150']);
    log.disturb = (asked) => void (asked.startsWith('list') && (now = new Date(now.getTime() + 6_000)));
    await scanAt(hour + 1);
    expect(log.asked).toHaveLength(6);
    log.disturb = () => undefined;
    await scanAt(hour + 60);
    expect(await recovered()).toHaveLength(20);
  });
});

async function waitFor(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('GitHub in trouble', () => {
  test('a limit puts the scan off to the time GitHub named, and nothing is asked before', async () => {
    await start();
    log.entries = entries(10);
    const retryAt = atSecond(2 * hour);
    log.disturb = (asked) => (asked === 'read d8' ? { ...failed('github_rate_limited', 'wait'), retryAt } : undefined);
    await scanAt(hour);
    expect(await recovered()).toEqual(['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7']);
    expect(await state()).toMatchObject({
      error: { code: 'github_rate_limited' },
      next_at: retryAt.toISOString(),
      failures: 1,
      pending: 3,
    });
    const asked = log.asked.length;
    await scanAt(hour + 1);
    expect(log.asked).toHaveLength(asked);
    log.disturb = () => undefined;
    await scanAt(2 * hour + 1);
    expect(await recovered()).toHaveLength(10);
    expect(await state()).toMatchObject({ error: null, failures: 0, pending: 0 });
  });

  test('a listing that fails is gone on with, ever later; a cursor that is refused begins again', async () => {
    await start();
    log.entries = entries(9);
    log.disturb = (asked) => (asked === 'list 40' ? failed('github_unavailable', 'no') : undefined);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const at = attempt === 0 ? atSecond(hour) : new Date(Date.parse((await state()).next_at!));
      now = at;
      await recoverDeliveries(context, running);
      waits.push((Date.parse((await state()).next_at!) - at.getTime()) / 60_000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 15, 15]);
    expect(log.asked).toEqual(['list ', 'list 70', ...Array.from({ length: 6 }, () => 'list 40')]);
    log.disturb = (asked) => (asked === 'list 40' ? failed('github_refused', 'Invalid cursor') : undefined);
    await scanAt(24 * hour);
    log.disturb = () => undefined;
    await scanAt(25 * hour);
    expect(log.asked.slice(8, 12)).toEqual(['list 40', 'list ', 'list 70', 'list 40']);
    expect(await recovered()).toHaveLength(9);
  });

  test('one delivery that cannot be had holds up its own repository, and is lost only when GitHub says so three times', async () => {
    await start();
    log.entries = [
      ...entries(3, { repository: 1 }),
      ...entries(3, { repository: 2 }).map((entry) => ({ ...entry, guid: `e${entry.second}`, second: entry.second + 1 })),
    ];
    log.disturb = (asked) => (asked === 'read d1' ? failed('github_not_found', 'Not Found') : undefined);
    await scanAt(60);
    expect(await recovered()).toEqual(['e10', 'e20', 'e30']);
    expect(await state()).toMatchObject({ pending: 3, incomplete: true, summary: expect.stringContaining('3 gaps') });
    await scanAt(65);
    expect(await recovered()).toHaveLength(3);
    await scanAt(70);
    expect(await recovered()).toEqual(['e10', 'e20', 'e30', 'd2', 'd3']);
    expect(await state()).toMatchObject({ lost: 1, pending: 0, gaps_24h: 1, summary: '1 gap in the last 24 h' });
    const [item] = (await base.db('recovery_items').where({ status: 'lost' }).select('*')) as Record<string, unknown>[];
    expect(item).toMatchObject({ guid: 'd1', code: 'delivery_lost', reason: expect.stringContaining('does not have it any more') });
  });

  test('a redelivery gives a lost one another chance, and an errored one another try', async () => {
    await start();
    log.entries = [
      { guid: 'gone', second: 1, body: '' },
      { guid: 'bad', second: 2 },
    ];
    const [at] = [atSecond(30)];
    await seedDelivery(base.db, null, { guid: 'bad', status: 'errored', more: { settled_at: at, lane: 'repo:9' } });
    await scanAt(60);
    expect(await state()).toMatchObject({ lost: 1 });
    log.entries.push({ guid: 'gone', second: 70, redelivery: true, status: 'timed out' }, { guid: 'bad', second: 71, redelivery: true });
    tickets.length = 0;
    await scanAt(180);
    expect(await recovered()).toEqual(['gone']);
    expect(tickets.sort()).toEqual(['repo:1', 'repo:9']);
    const [bad] = (await base.db('deliveries').where({ guid: 'bad' }).select('status')) as { status: string }[];
    expect(bad).toEqual({ status: 'reprocessing' });
    expect(await state()).toMatchObject({ missing: 1, recovered: 1 });
  });
});

describe('gaps', () => {
  test('more than 60 h without a complete listing is told once, and closed when the record still reached back', async () => {
    await start();
    const lines: string[] = [];
    context.log = createLog({ level: 'error', write: (line) => void lines.push(line) });
    log.entries = [{ guid: 'old', second: 60 }];
    log.disturb = () => failed('github_unavailable', 'no');
    await scanAt(61 * hour);
    await scanAt(62 * hour);
    expect(lines.filter((line) => line.includes('overdue'))).toHaveLength(1);
    expect(await state()).toMatchObject({ gaps_24h: 1, gaps: [{ from: atSecond(0).toISOString(), closed_at: null }] });
    log.disturb = () => undefined;
    await scanAt(63 * hour);
    expect(await recovered()).toEqual(['old']);
    expect(await state()).toMatchObject({ gaps_24h: 0, gaps: [{ unproven_until: null }], window: { from: atSecond(0).toISOString() } });
  });

  test('more than GitHub keeps is a stretch that stays unproven: everything is compared', async () => {
    await start();
    await scanAt(80 * hour);
    const unproven = atSecond(8 * hour).toISOString();
    expect(await state()).toMatchObject({
      gaps_24h: 1,
      gaps: [{ from: atSecond(0).toISOString(), unproven_until: unproven }],
      window: { from: unproven, to: atSecond(80 * hour).toISOString() },
      summary: '1 gap in the last 24 h',
    });
  });
});
