import { Pool } from 'undici';
import { createDb } from '../src/db/connect.ts';
import type { BenchResult } from './bench-result.ts';
import { createWorld, takeArrivals, webhookConfig, type BenchWorld } from './bench-world.ts';
import type { Lab } from './lab.ts';
import { sendInOneStream } from './load.ts';
import { median, now, pairedRatio } from './measure.ts';
import { nextPush, type BenchBranch } from './pushes.ts';

const reach = 500;

/** Effects of the yardstick in one round. */
const serialEffects = 300;

/**
 * A burst of pushes to one branch, whose runs go one after the other: effects a second, and whether they came in order. The
 * yardstick is the least that such a chain can be, one commit and one POST for each effect, written by hand.
 */
export async function benchHotBranch(lab: Lab): Promise<BenchResult> {
  await using world = await createWorld(lab, [webhookConfig(1)]);
  const branch = world.branch(0, 'hot');
  await measureRound(world, branch, 100);
  const rounds: { rate: number; swapped: number }[] = [];
  const serial: number[] = [];
  for (let round = 0; round < lab.options.rounds; round += 1) {
    rounds.push(await measureRound(world, branch, Math.round(lab.options.pushes / 3)));
    serial.push(await measureSerial(world));
  }
  const rates = rounds.map((round) => round.rate);
  const rate = median(rates);
  const swapped = rounds.reduce((sum, round) => sum + round.swapped, 0);
  return {
    name: 'hot-branch',
    figures: { effects_per_second: rate, effects_out_of_order: swapped },
    yardstick: { effects_per_second: median(serial) },
    ratio: pairedRatio(rates, serial),
    unit: 'effects/s',
    goals: [
      {
        what: 'one branch, effects in order; by hand: a commit and a POST each',
        measured: rate,
        yardstick: median(serial),
        unit: 'effects/s',
        value: rate,
        reach,
        better: 'more',
      },
      { what: 'effects out of order', measured: swapped, unit: 'effects', value: swapped, reach: 0, better: 'less' },
    ],
  };
}

async function measureRound(world: BenchWorld, branch: BenchBranch, pushes: number): Promise<{ rate: number; swapped: number }> {
  const list = Array.from({ length: pushes }, () => nextPush(branch));
  const began = now();
  const arrived = takeArrivals(world.sink, pushes);
  const { errors } = await sendInOneStream(world.server.url, list);
  if (errors > 0) throw new Error(`${errors} of ${pushes} pushes were refused.`);
  const arrivals = await arrived;
  const order = [...arrivals.keys()];
  const swapped = list.filter((push, index) => order[index] !== push.after).length;
  return { rate: (pushes * 1000) / (Math.max(...arrivals.values()) - began), swapped };
}

async function measureSerial(world: BenchWorld): Promise<number> {
  const db = createDb({ url: world.databaseUrl, poolMax: 1 });
  const pool = new Pool(world.sink.url, { connections: 1 });
  await db.raw('create table if not exists bench_serial (id bigint generated always as identity primary key, text text)');
  const began = now();
  for (let effect = 0; effect < serialEffects; effect += 1) {
    await db.raw('insert into bench_serial (text) values (?)', ['x'.repeat(200)]);
    const answer = await pool.request({ path: '/', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    await answer.body.dump();
  }
  const rate = (serialEffects * 1000) / (now() - began);
  await takeArrivals(world.sink, serialEffects);
  await Promise.all([pool.close(), db.destroy()]);
  return rate;
}
