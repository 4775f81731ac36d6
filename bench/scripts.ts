import ivm from 'isolated-vm';
import { createScriptPool, type ScriptPool } from '../src/actions/script/pool.ts';
import { createLog } from '../src/core/log.ts';
import type { BenchResult } from './bench-result.ts';
import { median } from './measure.ts';

const source = `export default async ({ change }) => {
  const files = change.files.filter((file) => file.endsWith('.ts')).map((file) => file.toUpperCase());
  return { id: change.id, files };
};`;

const input = JSON.stringify({
  change: { id: '42', files: Array.from({ length: 40 }, (_, index) => `src/part-${index}.${index % 2 ? 'ts' : 'md'}`) },
});

const rounds = 20;
const runsPerRound = 40;
/** Scripts wait for their turn, as they do when the rate matters. */
const outstanding = 2;

/** Scripts in a warm child, a fresh isolate each, against the same script in fresh isolates of this process. Target: at least 0.85. */
export async function benchScripts(): Promise<BenchResult> {
  const pool = createScriptPool({ size: 1, log: createLog({ level: 'silent' }) });
  const problem = await pool.warmUp();
  if (problem !== undefined) throw new Error(problem);
  await measure(() => runInChild(pool));
  await measure(runInProcess);
  const child: number[] = [];
  const own: number[] = [];
  // One after the other in turns, so that a busy moment of the machine falls on both.
  for (let round = 0; round < rounds; round += 1) {
    child.push(await measure(() => runInChild(pool)));
    own.push(await measure(runInProcess));
  }
  const latency = await measureLatency(pool);
  await pool.close();
  // Of pairs measured next to each other, since other work on the machine comes and goes.
  const ratio = median(child.map((rate, round) => rate / own[round]!));
  const rate = median(child);
  const ownRate = median(own);
  return {
    name: 'scripts',
    figures: { runs_per_second: rate, latency_ms_p50: latency.p50, latency_ms_p99: latency.p99 },
    yardstick: { in_process_runs_per_second: ownRate },
    ratio,
    unit: 'runs/s',
    goals: [
      {
        what: 'scripts in a warm child, a fresh isolate each, against isolates in process',
        measured: rate,
        yardstick: ownRate,
        unit: 'runs/s',
        value: ratio,
        reach: 0.85,
        better: 'more',
      },
    ],
  };
}

async function measure(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  const lane = async () => {
    for (let index = 0; index < runsPerRound / outstanding; index += 1) await run();
  };
  await Promise.all(Array.from({ length: outstanding }, lane));
  return (runsPerRound * 1000) / (performance.now() - start);
}

/** The time of single runs with a pause between them, as they come from a queue that is not full: the isolate is ready before the script. */
async function measureLatency(pool: ScriptPool): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const start = performance.now();
    await runInChild(pool);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { p50: times[100]!, p99: times[198]! };
}

async function runInChild(pool: ScriptPool): Promise<void> {
  const end = await pool.run({
    tenant: 'bench',
    source,
    input,
    event: '{}',
    timeoutMs: 10_000,
    cpuMs: 10_000,
    memoryMb: 32,
    limits: { fetches: 0, requests: 0, logLength: 1024, outputLength: 64 * 1024 },
    signal: new AbortController().signal,
    answer: async () => '{}',
  });
  if (!end.ok) throw new Error(end.message);
}

/** The least that a fresh isolate in this process needs: no guard, no kill, no limit but memory. */
async function runInProcess(): Promise<void> {
  const isolate = new ivm.Isolate({ memoryLimit: 32 });
  const context = await isolate.createContext();
  const ended = Promise.withResolvers<string>();
  const call = 'return (main, input) => { Promise.resolve(main(JSON.parse(input))).then((outputs) => $0(JSON.stringify(outputs))); };';
  const start = await context.evalClosure(call, [new ivm.Callback(ended.resolve, { ignored: true })], { result: { reference: true } });
  const module = await isolate.compileModule(source);
  await module.instantiate(context, () => module);
  await module.evaluate();
  const main = await module.namespace.get('default', { reference: true });
  const values = [main.derefInto(), input];
  await start.apply(undefined, values);
  JSON.parse(await ended.promise);
  isolate.dispose();
}
