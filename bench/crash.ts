import { createDb } from '../src/db/connect.ts';
import { auditPushes } from '../test/support/audit.ts';
import { branchNames, startCrashWorld, type CrashWorld } from '../test/support/crash-world.ts';
import { eventually } from '../test/support/test-app.ts';
import type { BenchResult, Goal } from './bench-result.ts';
import type { Lab } from './lab.ts';
import { median } from './measure.ts';

/** Branches that push at the same time, each one push after the other. */
const branches = 20;

/** The part of the starts that are killed before they are ready. */
const earlyShare = 0.25;

/** The longest that such a start lives. Milliseconds. */
const earlyMs = 1_500;

/** How long everything may take that is left after the last kill. Milliseconds. */
const finishMs = 300_000;

/**
 * `kill -9` of the server at random moments while uniquely numbered pushes arrive from a sender that repeats what was not
 * acknowledged; then every acknowledged push is looked for in the rows and at the sink.
 */
export async function benchCrash(lab: Lab): Promise<BenchResult> {
  const { kills, pushes } = lab.options.crash;
  const url = await lab.createDatabase();
  const db = createDb({ url, poolMax: 5, applicationName: 'bench' });
  await using world = await startCrashWorld({ database: { url, db, [Symbol.asyncDispose]: () => db.destroy() } });
  let acknowledged = 0;
  const perBranch = Math.ceil(pushes / branches);
  const total = perBranch * branches;
  const sending = world.sendChains({ branches: branchNames(branches), perBranch, onAcknowledged: () => (acknowledged += 1) });
  const resumes: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const steps = Math.floor((2 * total * (kill + Math.random())) / (kills + 0.5));
    await eventually(`${steps} steps`, async () => acknowledged + world.sink.requests.length >= steps, finishMs);
    resumes.push(await killAndResume(world));
    console.error(`kill ${kill + 1} of ${kills}: ${acknowledged} acknowledged, ${world.sink.requests.length} effects`);
  }
  const { sent } = await sending;
  await world.finished(total, finishMs);
  const audit = await auditPushes(db, sent, world.sink.requests);
  const { lost, doubled, missing, mixedKeys, unexplained, inversions, failedRuns } = audit;
  const resume = { resume_ms_median: median(resumes), resume_ms_max: Math.max(...resumes) };
  const never = {
    lost,
    doubled,
    missing,
    mixed_keys: mixedKeys,
    unexplained_effects: unexplained,
    order_inversions: inversions,
    failed_runs: failedRuns,
  };
  return {
    name: 'crash',
    figures: { kills, acknowledged: audit.acknowledged, ...never, extra_effects: audit.extra, ...resume },
    yardstick: {},
    ratio: (audit.acknowledged - lost) / audit.acknowledged,
    unit: 'acknowledged pushes kept',
    goals: [
      ...Object.entries(never).map(([name, count]) => goal(name.replaceAll('_', ' '), count, { unit: '', reach: 0 })),
      goal('from a kill to the first effect, starts included, at most', resume.resume_ms_max, { unit: 'ms', reach: 15_000 }),
    ],
  };
}

function goal(what: string, measured: number, { unit, reach }: { unit: string; reach: number }): Goal {
  return { what, measured, unit, value: measured, reach, better: 'less' };
}

/** Kills the server, starts it again, now and then kills that start as well, and answers how long no effect arrived. Milliseconds. */
async function killAndResume(world: CrashWorld): Promise<number> {
  const server = world.servers[0]!;
  await server.end('SIGKILL');
  const killedAt = performance.now();
  const before = world.sink.requests.length;
  if (Math.random() < earlyShare) {
    await server.start({ ready: false });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * earlyMs));
    await server.end('SIGKILL');
  }
  await server.start();
  await eventually(
    'work goes on',
    async () => {
      if (world.sink.requests.length > before) return true;
      const { rows } = await world.database.db.raw<{ rows: unknown[] }>(
        `select 1 from runs where status in ('queued', 'running', 'waiting') limit 1`,
      );
      return rows.length === 0;
    },
    finishMs,
  );
  return performance.now() - killedAt;
}
