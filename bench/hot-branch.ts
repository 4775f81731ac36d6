import type { BenchResult } from './bench-result.ts';
import { createWorld, takeArrivals, webhookConfig } from './bench-world.ts';
import type { Lab } from './lab.ts';
import { sendInOneStream } from './load.ts';
import { median, now } from './measure.ts';
import { nextPush } from './pushes.ts';

const reach = 500;

/** A burst of pushes to one branch, whose runs go one after the other: effects a second, and whether they came in order. */
export async function benchHotBranch(lab: Lab): Promise<BenchResult> {
  await using world = await createWorld(lab, [webhookConfig(1)]);
  const branch = world.branch(0, 'hot');
  const rates: number[] = [];
  let swapped = 0;
  const measure = async (pushes: number): Promise<number> => {
    const list = Array.from({ length: pushes }, () => nextPush(branch));
    const began = now();
    const arrived = takeArrivals(world.sink, pushes);
    const { errors } = await sendInOneStream(world.server.url, list);
    if (errors > 0) throw new Error(`${errors} of ${pushes} pushes were refused.`);
    const arrivals = await arrived;
    const order = [...arrivals.keys()];
    swapped += list.filter((push, index) => order[index] !== push.after).length;
    return (pushes * 1000) / (Math.max(...arrivals.values()) - began);
  };
  await measure(100);
  for (let round = 0; round < lab.options.rounds; round += 1) rates.push(await measure(Math.round(lab.options.pushes / 3)));
  const rate = median(rates);
  return {
    name: 'hot-branch',
    figures: { effects_per_second: rate, effects_out_of_order: swapped },
    yardstick: { effects_per_second: reach },
    ratio: rate / reach,
    unit: 'effects/s',
    goals: [
      { what: 'one branch, effects in order', measured: rate, unit: 'effects/s', value: rate, reach, better: 'more' },
      { what: 'effects out of order', measured: swapped, unit: 'effects', value: swapped, reach: 0, better: 'less' },
    ],
  };
}
