import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { atSecond } from '../../test/support/hook-log.ts';
import { createRecoveryWorld, entries, type RecoveryWorld } from '../../test/support/recovery-world.ts';
import { seedDelivery } from '../../test/support/seed.ts';
import { createLog } from '../core/log.ts';
import { failed } from '../core/outcome.ts';

let world: RecoveryWorld;
const hour = 3600;

beforeEach(async () => {
  world = await createRecoveryWorld();
});

afterEach(async () => world[Symbol.asyncDispose]());

describe('GitHub in trouble', () => {
  test('a limit puts the scan off to the time GitHub named, and nothing is asked before', async () => {
    await world.start();
    world.log.entries = entries(10);
    const retryAt = atSecond(2 * hour);
    world.log.disturb = (asked) => (asked === 'read d8' ? { ...failed('github_rate_limited', 'wait'), retryAt } : undefined);
    await world.scanAt(hour);
    expect(await world.recovered()).toEqual(['d1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7']);
    expect(await world.state()).toMatchObject({
      error: { code: 'github_rate_limited' },
      next_at: retryAt.toISOString(),
      failures: 1,
      pending: 3,
    });
    const asked = world.log.asked.length;
    await world.scanAt(hour + 1);
    expect(world.log.asked).toHaveLength(asked);
    world.log.disturb = () => undefined;
    await world.scanAt(2 * hour + 1);
    expect(await world.recovered()).toHaveLength(10);
    expect(await world.state()).toMatchObject({ error: null, failures: 0, pending: 0 });
  });

  test('a listing that fails is gone on with, ever later; a cursor that is refused begins again', async () => {
    await world.start();
    world.log.entries = entries(9);
    world.log.disturb = (asked) => (asked === 'list 40' ? failed('github_unavailable', 'no') : undefined);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const second = attempt === 0 ? hour : (Date.parse((await world.state()).next_at!) - atSecond(0).getTime()) / 1000;
      await world.scanAt(second);
      waits.push((Date.parse((await world.state()).next_at!) - atSecond(second).getTime()) / 60_000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 15, 15]);
    expect(world.log.asked).toEqual(['list ', 'list 70', ...Array.from({ length: 6 }, () => 'list 40')]);
    world.log.disturb = (asked) => (asked === 'list 40' ? failed('github_refused', 'Invalid cursor') : undefined);
    await world.scanAt(24 * hour);
    world.log.disturb = () => undefined;
    await world.scanAt(25 * hour);
    expect(world.log.asked.slice(8, 12)).toEqual(['list 40', 'list ', 'list 70', 'list 40']);
    expect(await world.recovered()).toHaveLength(9);
  });

  test('one delivery that cannot be had holds up its own repository, and is lost only when GitHub says so three times', async () => {
    await world.start();
    world.log.entries = [...entries(3, { repository: 1 }), ...entries(3, { repository: 2, name: 'e', apart: 11 })];
    world.log.disturb = (asked) => (asked === 'read d1' ? failed('github_not_found', 'Not Found') : undefined);
    await world.scanAt(60);
    expect(await world.recovered()).toEqual(['e1', 'e2', 'e3']);
    expect(await world.state()).toMatchObject({ pending: 3, incomplete: true, summary: expect.stringContaining('3 gaps') });
    await world.scanAt(65);
    expect(await world.recovered()).toHaveLength(3);
    await world.scanAt(70);
    expect(await world.recovered()).toEqual(['e1', 'e2', 'e3', 'd2', 'd3']);
    expect(await world.state()).toMatchObject({ lost: 1, pending: 0, gaps_24h: 1, summary: '1 gap in the last 24 h' });
    const [item] = (await world.db('recovery_items').where({ status: 'lost' }).select('*')) as Record<string, unknown>[];
    expect(item).toMatchObject({ guid: 'd1', code: 'delivery_lost', reason: expect.stringContaining('does not have it any more') });
  });

  test('a redelivery gives a lost one another chance, and an errored one another try', async () => {
    await world.start();
    world.log.entries = [
      { guid: 'gone', second: 1, body: '' },
      { guid: 'bad', second: 2 },
    ];
    const [at] = [atSecond(30)];
    await seedDelivery(world.db, null, { guid: 'bad', status: 'errored', more: { settled_at: at, lane: 'repo:9' } });
    await world.scanAt(60);
    expect(await world.state()).toMatchObject({ lost: 1 });
    world.log.entries.push(
      { guid: 'gone', second: 70, redelivery: true, status: 'timed out' },
      { guid: 'bad', second: 71, redelivery: true },
    );
    world.tickets.length = 0;
    await world.scanAt(180);
    expect(await world.recovered()).toEqual(['gone']);
    expect(world.tickets.sort()).toEqual(['repo:1', 'repo:9']);
    const [bad] = (await world.db('deliveries').where({ guid: 'bad' }).select('status')) as { status: string }[];
    expect(bad).toEqual({ status: 'reprocessing' });
    expect(await world.state()).toMatchObject({ missing: 1, recovered: 1 });
  });
});

describe('gaps', () => {
  test('more than 60 h without a complete listing is told once, and closed when the record still reached back', async () => {
    await world.start();
    const lines: string[] = [];
    world.context.log = createLog({ level: 'error', write: (line) => void lines.push(line) });
    world.log.entries = [{ guid: 'old', second: 60 }];
    world.log.disturb = () => failed('github_unavailable', 'no');
    await world.scanAt(61 * hour);
    await world.scanAt(62 * hour);
    expect(lines.filter((line) => line.includes('overdue'))).toHaveLength(1);
    expect(await world.state()).toMatchObject({ gaps_24h: 1, gaps: [{ from: atSecond(0).toISOString(), closed_at: null }] });
    world.log.disturb = () => undefined;
    await world.scanAt(63 * hour);
    expect(await world.recovered()).toEqual(['old']);
    expect(await world.state()).toMatchObject({
      gaps_24h: 0,
      gaps: [{ unproven_until: null }],
      window: { from: atSecond(0).toISOString() },
    });
  });

  test('more than GitHub keeps is a stretch that stays unproven: everything is compared', async () => {
    await world.start();
    await world.scanAt(80 * hour);
    const unproven = atSecond(8 * hour).toISOString();
    expect(await world.state()).toMatchObject({
      gaps_24h: 1,
      gaps: [{ from: atSecond(0).toISOString(), unproven_until: unproven }],
      window: { from: unproven, to: atSecond(80 * hour).toISOString() },
      summary: '1 gap in the last 24 h',
    });
  });
});
