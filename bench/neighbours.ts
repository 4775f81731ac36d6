import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { BenchResult } from './bench-result.ts';
import { createWorld, takeArrivals, webhookConfig } from './bench-world.ts';
import type { Lab } from './lab.ts';
import { sendPaced } from './load.ts';
import { percentile } from './measure.ts';
import { nextPush, type BenchBranch } from './pushes.ts';

const perSecond = 50;
const branches = 64;

/** Push to webhook at 50/s while every push also wants a receiver that never answers; the yardstick is the same without it (threat-model.md D9). */
export async function benchNeighbours(lab: Lab): Promise<BenchResult> {
  const seconds = lab.options.seconds ?? 15;
  const hanging = createServer((socket) => socket.on('error', () => {}).resume());
  hanging.listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const place = `127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  const both = (sink: string) =>
    `${webhookConfig(1)(sink)}\n  stuck:\n    on: push\n    steps:\n      - { uses: webhook, timeout: 5s, with: { url: 'http://${place}/' } }\n`;
  await using world = await createWorld(lab, [webhookConfig(1), both], [place]);
  const measure = async (repository: number, name: string, length: number): Promise<{ p50: number; p95: number }> => {
    const lanes = Array.from({ length: branches }, (_, index) => world.branch(repository, `${name}-${index}`));
    const arrived = takeArrivals(world.sink, perSecond * length, 1000 * length + 30_000);
    const { sentAt, errors } = await sendPaced(world.server.url, { perSecond, seconds: length, connections: 20, next: inTurns(lanes) });
    if (errors > 0) throw new Error(`${errors} pushes were refused.`);
    const arrivals = await arrived;
    const times = [...sentAt].map(([after, at]) => arrivals.get(after)! - at);
    return { p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
  };
  await measure(0, 'warm', 2);
  const quiet = await measure(0, 'quiet', seconds);
  const beside = await measure(1, 'beside', seconds);
  hanging.close();
  return {
    name: 'neighbours',
    figures: { ms_p50: beside.p50, ms_p95: beside.p95 },
    yardstick: { ms_p50: quiet.p50, ms_p95: quiet.p95 },
    ratio: quiet.p95 / beside.p95,
    unit: 'ms',
    goals: [
      {
        what: 'push → webhook beside a receiver that never answers, p95',
        measured: beside.p95,
        yardstick: quiet.p95,
        unit: 'ms',
        value: beside.p95,
        reach: 500,
        better: 'less',
      },
    ],
  };
}

function inTurns(lanes: BenchBranch[]) {
  let turn = 0;
  return () => nextPush(lanes[(turn += 1) % lanes.length]!);
}
