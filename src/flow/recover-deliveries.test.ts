import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { atSecond } from '../../test/support/hook-log.ts';
import { createRecoveryWorld, entries, type RecoveryWorld } from '../../test/support/recovery-world.ts';
import { seedDelivery } from '../../test/support/seed.ts';
import { requestRecovery } from './recover-deliveries.ts';

let world: RecoveryWorld;
const hour = 3600;

beforeEach(async () => {
  world = await createRecoveryWorld();
});

afterEach(async () => world[Symbol.asyncDispose]());

describe('a scan', () => {
  test('pulls what is not held, oldest first, whatever GitHub says of how it went, and each GUID once', async () => {
    await world.start();
    world.log.entries = [
      ...entries(7),
      { guid: 'd3', second: 71, redelivery: true, status: 'timed out' },
      { guid: 'd4', second: 72, redelivery: true },
    ];
    world.log.entries[4]!.status = 'failed to connect to host';
    await seedDelivery(world.db, null, { guid: 'd2' });
    await seedDelivery(world.db, null, { guid: 'd5' });
    await world.scanAt(hour);
    expect(await world.recovered()).toEqual(['d1', 'd3', 'd4', 'd6', 'd7']);
    expect(world.log.asked.filter((asked) => asked.startsWith('read'))).toHaveLength(5);
    expect(world.tickets).toEqual(Array.from({ length: 5 }, () => 'repo:1'));
    expect(await world.state()).toMatchObject({
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
    await world.start();
    world.log.entries = [{ guid: 'g', second: 5, body: '{"id": 9007199254740993,"repository":{"id":3}}' }];
    await world.scanAt(60);
    const [row] = (await world.db('deliveries').select('*')) as Record<string, unknown>[];
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
    await world.start();
    world.log.entries = entries(30, { status: 'timed out', apart: 600 });
    await world.scanAt(6 * hour);
    world.log.asked.length = 0;
    world.log.entries.push({ guid: 'late', second: 18_000 - 60 }, { guid: 'new', second: 18_300 });
    await world.scanAt(7 * hour);
    expect(await world.recovered()).toEqual([...entries(30).map(({ guid }) => guid), 'late', 'new']);
    expect(world.log.asked).toEqual(['list ', 'list 17940', 'read late', 'read new']);
    expect(await world.state()).toMatchObject({ missing: 32, recovered: 32 });
  });

  test('leaves what was sent before the first start alone, until somebody asks for it', async () => {
    world.at(hour);
    await world.start();
    world.log.entries = entries(5);
    world.log.entries.push({ guid: 'after', second: hour + 5 });
    await world.scanAt(2 * hour);
    expect(await world.recovered()).toEqual(['after']);
    expect(await requestRecovery(world.context, atSecond(3 * hour))).toMatchObject({ ok: false, code: 'request_invalid' });
    expect(await requestRecovery(world.context, atSecond(30))).toMatchObject({ ok: true });
    await world.scanAt(2 * hour + 1);
    expect(await world.recovered()).toEqual(['after', 'd3', 'd4', 'd5']);
    expect((await world.state()).window).toEqual({ from: atSecond(30).toISOString(), to: atSecond(2 * hour + 1).toISOString() });
  });

  test('finds a delivery that came by itself after it was listed', async () => {
    await world.start();
    world.log.entries = entries(2);
    world.log.disturb = (asked) => {
      if (asked === 'read d1') throw new Error('the process dies');
      return undefined;
    };
    await expect(world.scanAt(60)).rejects.toThrow('dies');
    await seedDelivery(world.db, null, { guid: 'd1' });
    world.log.disturb = () => undefined;
    await world.scanAt(61);
    expect(await world.recovered()).toEqual(['d2']);
    expect(await world.state()).toMatchObject({ missing: 2, recovered: 1, arrived: 1, pending: 0 });
  });
});

describe('a process that dies', () => {
  test.each([
    ['between pages', 'list 90'],
    ['between pulls', 'read d4'],
  ])('%s: the next one goes on there', async (_when, last) => {
    await world.start();
    world.log.entries = entries(20);
    let dead = false;
    world.log.disturb = (asked) => {
      dead ||= asked === last;
      if (dead) throw new Error('the process dies');
      return undefined;
    };
    await expect(world.scanAt(hour)).rejects.toThrow('dies');
    expect(await world.state()).toMatchObject({ scanning: true, incomplete: true });
    const pages = world.log.asked.filter((asked) => asked.startsWith('list')).length;
    world.log.disturb = () => undefined;
    world.log.asked.length = 0;
    await world.scanAt(hour + 5);
    expect(await world.recovered()).toEqual(entries(20).map(({ guid }) => guid));
    // Seven pages in all; only the one that was being read is read again.
    const again = world.log.asked.filter((asked) => asked.startsWith('list')).length;
    expect(pages + again).toBe(last.startsWith('list') ? 8 : 7);
    expect(await world.state()).toMatchObject({ scanned: 20, missing: 20, recovered: 20, summary: '0 gaps in the last 24 h' });
  });

  test('that was frozen and thaws does not undo what another did meanwhile', async () => {
    await world.start();
    world.log.entries = entries(9);
    let other: Promise<void> | undefined;
    world.log.disturb = (asked) => {
      if (asked === 'list 70' && !other) {
        other = Promise.resolve();
        throw new Error('frozen here');
      }
      return undefined;
    };
    const original = world.log.listPage.bind(world.log);
    let thaw: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (thaw = resolve));
    let first = true;
    world.log.listPage = async (cursor) => {
      const page = await original(cursor).catch(() => undefined);
      if (page !== undefined) return page;
      if (first) {
        first = false;
        await frozen;
      }
      return await original(cursor);
    };
    const thawing = world.scanAt(hour).catch((error: unknown) => error);
    await waitFor(() => !first);
    await world.scanAt(hour + 1);
    const done = await world.state();
    thaw();
    expect(String(await thawing)).toMatch(/another process/i);
    expect(await world.state()).toEqual(done);
    expect(await world.recovered()).toEqual(entries(9).map(({ guid }) => guid));
  });

  test('a stop ends the turn between two steps; a turn that took long enough ends too', async () => {
    await world.start();
    world.log.entries = entries(20);
    const stop = new AbortController();
    world.log.disturb = (asked) => void (asked === 'list 150' && stop.abort());
    await world.scanAt(hour, stop.signal);
    expect(world.log.asked).toEqual(['list ', 'list 180', 'list 150']);
    let clock = hour + 1;
    world.log.disturb = (asked) => void (asked.startsWith('list') && world.at((clock += 6)));
    await world.scanAt(hour + 1);
    expect(world.log.asked).toHaveLength(6);
    world.log.disturb = () => undefined;
    await world.scanAt(hour + 60);
    expect(await world.recovered()).toHaveLength(20);
  });
});

async function waitFor(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 5));
}
