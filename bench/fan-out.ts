import type { BenchResult } from './bench-result.ts';
import { createWorld, takeArrivals, webhookConfig, type BenchWorld } from './bench-world.ts';
import type { Lab } from './lab.ts';
import { sendLists } from './load.ts';
import { median, pairedRatio } from './measure.ts';
import { readCpuMs } from './process-figures.ts';
import { nextPush, type BenchBranch } from './pushes.ts';

/** Runs in one round, whatever the number of watches: /proc counts CPU time in steps of 10 ms. */
const runsPerRound = 1_000;

/** One push that starts 100 runs, against pushes that start 10 each: server CPU for a run, which must not grow with the number of watches. */
export async function benchFanOut(lab: Lab): Promise<BenchResult> {
  await using world = await createWorld(lab, [webhookConfig(10), webhookConfig(100)]);
  const narrow = world.branch(0, 'narrow');
  const wide = world.branch(1, 'wide');
  await measureRound(world, wide, 100);
  await measureRound(world, narrow, 10);
  const ten: number[] = [];
  const hundred: number[] = [];
  for (let round = 0; round < lab.options.rounds; round += 1) {
    hundred.push(await measureRound(world, wide, 100));
    ten.push(await measureRound(world, narrow, 10));
  }
  const cpu = median(hundred);
  const ratio = pairedRatio(ten, hundred);
  return {
    name: 'fan-out',
    figures: { cpu_ms_per_run_100_watches: cpu },
    yardstick: { cpu_ms_per_run_10_watches: median(ten) },
    ratio,
    unit: 'ms CPU/run',
    goals: [
      {
        what: 'server CPU for a run, 100 watches',
        measured: cpu,
        yardstick: median(ten),
        unit: 'ms',
        value: cpu,
        reach: 2,
        better: 'less',
      },
      {
        what: 'linear: the same with 10 watches, divided by it',
        measured: cpu,
        yardstick: median(ten),
        unit: 'ms',
        value: ratio,
        reach: 0.8,
        better: 'more',
      },
    ],
  };
}

/** Pushes one after the other, each with all its webhooks received before the next. */
async function measureRound(world: BenchWorld, branch: BenchBranch, watches: number): Promise<number> {
  const before = readCpuMs(world.server.pid);
  for (let run = 0; run < runsPerRound; run += watches) {
    const arrived = takeArrivals(world.sink, watches);
    const { errors } = await sendLists(world.server.url, [[nextPush(branch)]]);
    if (errors > 0) throw new Error('A push was refused.');
    await arrived;
  }
  return (readCpuMs(world.server.pid) - before) / runsPerRound;
}
