import type { BenchResult, Goal } from './bench-result.ts';
import { createWorld, takeArrivals, webhookConfig } from './bench-world.ts';
import type { Lab } from './lab.ts';
import { sendPaced } from './load.ts';
import { percentile } from './measure.ts';
import { nextPush, type BenchBranch } from './pushes.ts';

const branches = 16;

interface Latency {
  p50: number;
  p99: number;
}

/** From the moment a push was due to be sent until its webhook is at the sink, at 50 and 100 a second; the yardstick posts without keeping anything. */
export async function benchLatency(lab: Lab): Promise<BenchResult> {
  const seconds = lab.options.seconds ?? 15;
  await using world = await createWorld(lab, [webhookConfig(1), webhookConfig(1), webhookConfig(1), webhookConfig(1)]);
  const probot = await lab.startProbot({ sink: world.sink.url });
  const lanes = Array.from({ length: branches }, (_, index) => world.branch(index % 4, `branch-${index}`));
  const measure = async (url: string, perSecond: number, length: number): Promise<Latency> => {
    const arrived = takeArrivals(world.sink, Math.round(perSecond * length), 1000 * length + 30_000);
    const { sentAt, errors } = await sendPaced(url, { perSecond, seconds: length, connections: 20, next: inTurns(lanes) });
    if (errors > 0) throw new Error(`${errors} pushes were refused.`);
    const arrivals = await arrived;
    const times = [...sentAt].map(([after, at]) => arrivals.get(after)! - at);
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
  };
  await measure(world.server.url, 50, 2);
  await measure(probot.url, 50, 2);
  const ours50 = await measure(world.server.url, 50, seconds);
  const theirs50 = await measure(probot.url, 50, seconds);
  const ours100 = await measure(world.server.url, 100, seconds);
  const theirs100 = await measure(probot.url, 100, seconds);
  const figures = { at_50_ms_p50: ours50.p50, at_50_ms_p99: ours50.p99, at_100_ms_p50: ours100.p50, at_100_ms_p99: ours100.p99 };
  return {
    name: 'latency',
    figures,
    yardstick: { at_50_ms_p50: theirs50.p50, at_50_ms_p99: theirs50.p99, at_100_ms_p50: theirs100.p50, at_100_ms_p99: theirs100.p99 },
    ratio: theirs50.p50 / ours50.p50,
    unit: 'ms',
    goals: [
      goal('push → webhook at 50/s, p50', [ours50.p50, theirs50.p50], 30),
      goal('push → webhook at 50/s, p99', [ours50.p99, theirs50.p99], 150),
      goal('push → webhook at 100/s, p99', [ours100.p99, theirs100.p99], 15),
    ],
  };
}

function goal(what: string, [measured, yardstick]: [number, number], reach: number): Goal {
  return { what, measured, yardstick, unit: 'ms', value: measured, reach, better: 'less' };
}

function inTurns(lanes: BenchBranch[]) {
  let turn = 0;
  return () => nextPush(lanes[(turn += 1) % lanes.length]!);
}
