import { createDb } from '../src/db/connect.ts';
import type { BenchResult } from './bench-result.ts';
import { createWorld, takeArrivals, webhookConfig, type BenchWorld } from './bench-world.ts';
import type { Lab } from './lab.ts';
import { sendLists } from './load.ts';
import { median, now, pairedRatio } from './measure.ts';
import { readCpuMs, readMemory } from './process-figures.ts';
import { nextPush, type BenchBranch, type SignedPush } from './pushes.ts';

const repositories = 4;
const branches = 16;

interface Round {
  rate: number;
  cpuUs: number;
}

/**
 * The whole way, signed push to webhook at a sink, everything stored and all roles in one process, against a Probot handler
 * that posts with undici and keeps nothing. 16 branches of 4 repositories, one connection each, rounds in turns.
 */
export async function benchPipeline(lab: Lab): Promise<BenchResult> {
  await using world = await createWorld(
    lab,
    Array.from({ length: repositories }, () => webhookConfig(1)),
  );
  const memoryIdle = readMemory(world.server.pid).nowMb;
  const probot = await lab.startProbot({ sink: world.sink.url });
  const lanes = Array.from({ length: branches }, (_, index) => world.branch(index % repositories, `branch-${index}`));
  const measure = (peer: { url: string; pid: number }, pushes: number) => measureRound(world, peer, makeLists(lanes, pushes));
  await measure(world.server, 320);
  await measure(probot, 320);
  const ours: Round[] = [];
  const theirs: Round[] = [];
  const postgres: number[] = [];
  for (let round = 0; round < lab.options.rounds; round += 1) {
    const before = lab.postgresCpuMs();
    ours.push(await measure(world.server, lab.options.pushes));
    postgres.push(((lab.postgresCpuMs() - before) * 1000) / lab.options.pushes);
    theirs.push(await measure(probot, lab.options.pushes));
  }
  const memoryPeak = readMemory(world.server.pid).peakMb;
  await Promise.all([world.server.stop(), probot.stop()]);
  const sent = branches * Math.round(320 / branches) + lab.options.rounds * branches * Math.round(lab.options.pushes / branches);
  const missing = sent - (await countSucceeded(world.databaseUrl));
  return toResult({ ours, theirs, postgres, memoryIdle, memoryPeak, missing });
}

function makeLists(lanes: BenchBranch[], pushes: number): SignedPush[][] {
  return lanes.map((branch) => Array.from({ length: Math.round(pushes / branches) }, () => nextPush(branch)));
}

/** From the first push sent to the last webhook received. */
async function measureRound(world: BenchWorld, peer: { url: string; pid: number }, lists: SignedPush[][]): Promise<Round> {
  const pushes = lists.flat().length;
  const cpu = readCpuMs(peer.pid);
  const began = now();
  const arrived = takeArrivals(world.sink, pushes);
  const { errors } = await sendLists(peer.url, lists);
  if (errors > 0) throw new Error(`${errors} of ${pushes} pushes were refused.`);
  const last = Math.max(...(await arrived).values());
  return { rate: (pushes * 1000) / (last - began), cpuUs: ((readCpuMs(peer.pid) - cpu) * 1000) / pushes };
}

async function countSucceeded(url: string): Promise<number> {
  const db = createDb({ url, poolMax: 1 });
  const { rows } = await db.raw<{ rows: { count: number }[] }>(`select count(*)::int as count from runs where status = 'succeeded'`);
  await db.destroy();
  return rows[0]!.count;
}

function toResult(measured: {
  ours: Round[];
  theirs: Round[];
  postgres: number[];
  memoryIdle: number;
  memoryPeak: number;
  missing: number;
}): BenchResult {
  const { ours, theirs, memoryIdle, memoryPeak, missing } = measured;
  const rates = (rounds: Round[]) => rounds.map((round) => round.rate);
  const cpus = (rounds: Round[]) => rounds.map((round) => round.cpuUs);
  const rate = median(rates(ours));
  const yardstick = median(rates(theirs));
  const ratio = pairedRatio(rates(ours), rates(theirs));
  return {
    name: 'pipeline',
    figures: {
      pushes_per_second: rate,
      server_cpu_us_per_push: median(cpus(ours)),
      postgres_cpu_us_per_push: median(measured.postgres),
      memory_idle_mb: memoryIdle,
      memory_peak_mb: memoryPeak,
      runs_not_succeeded: missing,
    },
    yardstick: { pushes_per_second: yardstick, server_cpu_us_per_push: median(cpus(theirs)) },
    ratio,
    unit: 'pushes/s',
    goals: [
      {
        what: 'push → webhook at the sink, everything stored',
        measured: rate,
        yardstick,
        unit: 'pushes/s',
        value: ratio,
        reach: 1,
        better: 'more',
      },
      { what: 'memory of the server, idle', measured: memoryIdle, unit: 'MB', value: memoryIdle, reach: 180, better: 'less' },
      {
        what: 'memory of the server, most under this load',
        measured: memoryPeak,
        unit: 'MB',
        value: memoryPeak,
        reach: 300,
        better: 'less',
      },
      { what: 'pushes without a succeeded run', measured: missing, unit: 'pushes', value: missing, reach: 0, better: 'less' },
    ],
  };
}
