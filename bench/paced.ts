import type { BenchResult } from './bench-result.ts';
import type { Lab } from './lab.ts';
import { sendPaced } from './load.ts';
import { percentile } from './measure.ts';
import { createBranch, nextPush, redeliver } from './pushes.ts';

const perSecond = 300;
const reachMs = 100;

/** Deliveries at a steady pace over 20 connections: how long the answer takes, counted from when each was due. */
export async function benchPaced(lab: Lab): Promise<BenchResult> {
  const seconds = lab.options.seconds ?? 30;
  const server = await lab.startServer({ databaseUrl: await lab.createDatabase(), roles: 'web' });
  const push = nextPush(createBranch('main', { id: 1, owner: 'acme', ownerId: 1, name: 'app', installation: 1 }));
  const load = { perSecond, connections: 20, next: () => redeliver(push) };
  await sendPaced(server.url, { ...load, seconds: 1 });
  const { times, errors } = await sendPaced(server.url, { ...load, seconds });
  await server.stop();
  const p99 = percentile(times, 0.99);
  return {
    name: 'paced',
    figures: {
      answer_ms_p50: percentile(times, 0.5),
      answer_ms_p99: p99,
      answer_ms_max: percentile(times, 1),
      errors,
      requests: times.length,
    },
    yardstick: { answer_ms_p99: reachMs },
    ratio: reachMs / p99,
    unit: 'ms',
    goals: [
      { what: `answer at ${perSecond}/s, p99`, measured: p99, unit: 'ms', value: p99, reach: reachMs, better: 'less' },
      { what: `errors at ${perSecond}/s`, measured: errors, unit: 'requests', value: errors, reach: 0, better: 'less' },
    ],
  };
}
