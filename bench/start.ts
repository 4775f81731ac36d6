import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { startProcess } from './bench-process.ts';
import type { BenchResult } from './bench-result.ts';
import { serverSettings, type Lab } from './lab.ts';
import { sendLists } from './load.ts';
import { median, now } from './measure.ts';
import { readMemory, readTreeMemoryMb } from './process-figures.ts';
import { createBranch, nextPush } from './pushes.ts';

/** From the start of the process to the first accepted delivery, on an empty folder and on one that was used before, with the embedded Postgres. */
export async function benchStart(lab: Lab): Promise<BenchResult> {
  const cold: number[] = [];
  const warm: number[] = [];
  const server: number[] = [];
  const all: number[] = [];
  for (let round = 0; round < lab.options.rounds; round += 1) {
    const dataDir = join(lab.directory, `start-${round}`);
    cold.push((await measureStart(lab, dataDir)).ms);
    const again = await measureStart(lab, dataDir);
    warm.push(again.ms);
    server.push(again.serverMb);
    all.push(again.allMb);
  }
  const figures = {
    cold_ms: median(cold),
    warm_ms: median(warm),
    server_memory_mb: median(server),
    memory_with_postgres_and_scripts_mb: median(all),
  };
  return {
    name: 'start',
    figures,
    yardstick: { cold_ms: 2500, warm_ms: 600, memory_with_postgres_and_scripts_mb: 200 },
    ratio: 600 / figures.warm_ms,
    unit: 'ms',
    goals: [
      {
        what: 'cold start to the first accepted delivery',
        measured: figures.cold_ms,
        unit: 'ms',
        value: figures.cold_ms,
        reach: 2500,
        better: 'less',
      },
      {
        what: 'warm start to the first accepted delivery',
        measured: figures.warm_ms,
        unit: 'ms',
        value: figures.warm_ms,
        reach: 600,
        better: 'less',
      },
      {
        what: 'memory of server, Postgres and script process, idle',
        measured: figures.memory_with_postgres_and_scripts_mb,
        unit: 'MB',
        value: figures.memory_with_postgres_and_scripts_mb,
        reach: 200,
        better: 'less',
      },
    ],
  };
}

async function measureStart(lab: Lab, dataDir: string): Promise<{ ms: number; serverMb: number; allMb: number }> {
  const began = now();
  const server = await startProcess({
    file: '../src/bin.js',
    args: ['start'],
    env: { ...serverSettings(), DATA_DIR: dataDir },
    profile: lab.options.profile,
  });
  const push = nextPush(createBranch('main', { id: 1, owner: 'acme', ownerId: 1, name: 'app', installation: 1 }));
  const { errors } = await sendLists(server.url, [[push]]);
  const ms = now() - began;
  if (errors > 0) throw new Error('The first delivery was refused.');
  // What the start left behind is collected first; the figure is that of a server at rest.
  await pause(2_000);
  const figures = { ms, serverMb: readMemory(server.pid).nowMb, allMb: readTreeMemoryMb(server.pid) };
  await server.stop();
  return figures;
}
