import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { BenchOptions } from './bench-options.ts';
import type { BenchResult } from './bench-result.ts';
import { benchCrash } from './crash.ts';
import { benchFanOut } from './fan-out.ts';
import { benchHotBranch } from './hot-branch.ts';
import { benchIntake } from './intake.ts';
import { openLab, type Lab } from './lab.ts';
import { benchLatency } from './latency.ts';
import { benchNeighbours } from './neighbours.ts';
import { benchPaced } from './paced.ts';
import { benchPages } from './pages.ts';
import { benchPipeline } from './pipeline.ts';
import { benchReconcile } from './reconcile.ts';
import { renderMarkdown, renderText, tidy } from './report.ts';
import { benchScripts } from './scripts.ts';
import { benchSimulate } from './simulate.ts';
import { benchStart } from './start.ts';

type Bench = (lab: Lab) => Promise<BenchResult>;

const benches: Record<string, { about: string; run: Bench }> = {
  intake: { about: 'durable accept against a Probot server that stores nothing', run: benchIntake },
  paced: { about: 'the answer to deliveries at a steady 300/s', run: benchPaced },
  pipeline: { about: 'push to webhook at a sink against a Probot handler that keeps nothing', run: benchPipeline },
  latency: { about: 'push to webhook at 50/s and 100/s', run: benchLatency },
  neighbours: { about: 'push to webhook beside a receiver that never answers', run: benchNeighbours },
  'hot-branch': { about: 'one branch, its effects in order', run: benchHotBranch },
  'fan-out': { about: 'CPU for a run with 10 and with 100 watches', run: benchFanOut },
  scripts: { about: 'scripts in a warm child against isolates in process', run: benchScripts },
  start: { about: 'cold and warm start, memory at rest', run: benchStart },
  reconcile: { about: '1,000 unchanged repositories, and an hour of 100,000 on a simulated clock', run: benchReconcile },
  simulate: { about: 'a file of 50 watches tried on 1,000 stored changes', run: benchSimulate },
  pages: { about: 'every page and list with a million stored runs', run: benchPages },
  crash: { about: 'kill -9 at random moments: what was lost, what was doubled', run: benchCrash },
};

const usage = `npm run bench -- NAME [--json | --markdown] [--seconds N] [--rounds N] [--pushes N] [--kills N] [--profile FOLDER]
  NAME        one of: ${[...Object.keys(benches), 'all'].join(', ')}
  --json      exactly one JSON object on standard output
  --markdown  the rows of the table in bench/README.md
  --seconds   the length of a round (intake 5, paced 30, latency 15)
  --rounds    rounds of each side, in turns (3)
  --pushes    pushes in a round of pipeline and hot-branch (3000), all pushes of crash (1000)
  --kills     how often crash kills the server (20)
  --profile   leaves a CPU profile of each server in this folder
  --list      what each one measures`;

/** Runs benchmarks and says what came out. Answers the exit code: 2 when the command line makes no sense. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      markdown: { type: 'boolean' },
      list: { type: 'boolean' },
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      pushes: { type: 'string' },
      kills: { type: 'string', default: '20' },
      profile: { type: 'string' },
    },
  });
  if (values.list === true) {
    console.log(
      Object.entries(benches)
        .map(([name, { about }]) => `${name.padEnd(12)}${about}`)
        .join('\n'),
    );
    return 0;
  }
  const [name = ''] = positionals;
  const names = name === 'all' ? Object.keys(benches) : [name];
  if (positionals.length !== 1 || names.some((each) => !Object.hasOwn(benches, each))) {
    console.error(usage);
    return 2;
  }
  if (values.profile !== undefined) await mkdir(values.profile, { recursive: true });
  const options: BenchOptions = {
    seconds: values.seconds === undefined ? undefined : readCount('seconds', values.seconds),
    rounds: readCount('rounds', values.rounds),
    pushes: readCount('pushes', values.pushes ?? '3000'),
    crash: { kills: readCount('kills', values.kills), pushes: readCount('pushes', values.pushes ?? '1000') },
    profile: values.profile,
  };
  const show = (result: BenchResult) => {
    if (values.json === true || values.markdown === true) console.error(`${result.name} is done`);
    else console.log(`${renderText(result)}\n`);
  };
  const results = await measure(names, options, show);
  if (values.json === true) console.log(JSON.stringify(name === 'all' ? { name, results } : results[0]));
  if (values.markdown === true) console.log(renderMarkdown(results));
  return 0;
}

async function measure(names: string[], options: BenchOptions, show: (result: BenchResult) => void): Promise<BenchResult[]> {
  await using lab = await openLab(options);
  // Told to stop, it leaves no Postgres and no folder behind.
  const stop = () => {
    lab[Symbol.asyncDispose]().then(
      () => process.exit(130),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const results: BenchResult[] = [];
  for (const name of names) {
    const result = tidy(await benches[name]!.run(lab));
    show(result);
    results.push(result);
  }
  return results;
}

function readCount(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} has to be a number above 0, not "${text}".`);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
