import { takePage } from '../src/flow/sweep-page.ts';
import { diffRefs, type MirroredRef } from '../src/mirror/diff-refs.ts';
import { findInstallation } from '../src/mirror/installation.ts';
import { listRefsOf } from '../src/mirror/refs.ts';
import type { BenchResult, Goal } from './bench-result.ts';
import type { Lab } from './lab.ts';
import { now, percentile } from './measure.ts';
import { createSweepWorld, type SweepWorld } from './sweep-world.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** How many pushes get lost in the simulated hour. */
const lostPushes = 300;

/** What comparing costs: a thousand unchanged repositories, and an hour of a hundred thousand with the real sweeper on a simulated clock. */
export async function benchReconcile(lab: Lab): Promise<BenchResult> {
  const small = await sweepUnchanged(lab);
  const big = await simulateHour(lab);
  const goals: Goal[] = [
    goal('requests of one sweep of 1,000 unchanged repositories', small.requests, {
      unit: 'requests',
      reach: 20,
      yardstick: small.yardstick,
    }),
    goal('the same, against one REST request for each', small.requests / small.yardstick, { unit: '×', reach: 0.02 }),
    goal('100,000 repositories: requests in an hour that count', big.charged, { unit: 'requests', reach: 12_500 }),
    goal('100,000 repositories: the longest without a look', big.staleMinutes, { unit: 'min', reach: 60 }),
    goal('lost pushes found late, the slowest', big.foundMinutes, { unit: 'min', reach: 60 }),
    {
      ...goal('refs compared with the mirror, by one core', big.local.compared, { unit: 'repositories/s', reach: 20_000 }),
      better: 'more',
    },
  ];
  return {
    name: 'reconcile',
    figures: {
      requests_1000: small.requests,
      ...big.byKind,
      charged_100000: big.charged,
      free_100000: big.free,
      lost_pushes: lostPushes,
      found: big.found,
      found_p50_minutes: big.foundP50,
      found_max_minutes: big.foundMinutes,
      stalest_minutes: big.staleMinutes,
      compared_per_core_second: big.local.compared,
      cleared_and_written_per_core_second: big.local.cleared,
      real_seconds: big.realSeconds,
    },
    yardstick: { requests_1000_one_by_one: small.yardstick },
    ratio: small.yardstick / small.requests,
    unit: 'requests',
    goals,
  };
}

function goal(what: string, measured: number, of: { unit: string; reach: number; yardstick?: number }): Goal {
  const { unit, reach, yardstick } = of;
  return { what, measured, ...(yardstick === undefined ? {} : { yardstick }), unit, value: measured, reach, better: 'less' };
}

async function sweepUnchanged(lab: Lab): Promise<{ requests: number; yardstick: number }> {
  await using world = await createSweepWorld(lab, 1_000);
  await world.db.raw(`update repositories set refs_due_at = ?::timestamptz + interval '12 hours'`, [world.now()]);
  while (await world.turn());
  const requests = [...world.requests.values()].reduce((sum, n) => sum + n, 0);
  world.requests.clear();
  const { rows } = await world.db.raw<{ rows: { name: string; installation: string }[] }>(
    'select r.name, i.github_id as installation from repositories r join installations i on i.id = r.installation_id',
  );
  for (const { name, installation } of rows) await world.context.reader.listBranches({ installation, owner: 'bench', name });
  return { requests, yardstick: [...world.requests.values()].reduce((sum, n) => sum + n, 0) };
}

/** What an hour of a hundred thousand repositories came to. */
interface Hour {
  byKind: Record<string, number>;
  charged: number;
  free: number;
  found: number;
  foundP50: number;
  foundMinutes: number;
  staleMinutes: number;
  local: LocalRates;
  realSeconds: number;
}

async function simulateHour(lab: Lab): Promise<Hour> {
  const begun = now();
  await using world = await createSweepWorld(lab, 100_000);
  const startedAt = world.now().getTime();
  const pushes = new Map<string, number>();
  const delays: number[] = [];
  let stale = 0;
  let looked = startedAt;
  let hour: { charged: number; free: number; byKind: Record<string, number> } | undefined;
  // The second hour only waits for what was lost in the first.
  while (hour === undefined || (pushes.size > 0 && world.now().getTime() < startedAt + 2 * hourMs)) {
    const passed = world.now().getTime() - startedAt;
    if (passed >= hourMs) hour ??= { charged: world.charged(), free: world.free(), byKind: Object.fromEntries(world.requests) };
    while (pushes.size + delays.length < Math.min(lostPushes, (passed / (hourMs / 2)) * lostPushes))
      await losePush(world, pushes, delays.length);
    if (!(await world.turn())) world.advance(1_000);
    delays.push(...(await takeFound(world, pushes)));
    if (world.now().getTime() < looked + minuteMs) continue;
    looked = world.now().getTime();
    stale = Math.max(stale, await findStalest(world));
    if (passed > 0) console.error(`${Math.round(passed / minuteMs)} min simulated: ${JSON.stringify(Object.fromEntries(world.requests))}`);
  }
  const local = await measureLocal(world, lab);
  return {
    ...hour,
    found: delays.length,
    foundP50: percentile(delays, 0.5) / minuteMs,
    foundMinutes: Math.max(...delays) / minuteMs,
    staleMinutes: stale / minuteMs,
    local,
    realSeconds: (now() - begun) / 1000,
  };
}

/** A push to one of the repositories, spread over all of them, that no webhook tells of. */
async function losePush(world: SweepWorld, pushes: Map<string, number>, found: number): Promise<void> {
  const index = pushes.size + found;
  const name = index % 2 === 0 ? `active${1 + ((index * 37) % 5_000)}` : `idle${1 + ((index * 617) % 95_000)}`;
  await world.github.commitFile({ repo: `bench/${name}`, branch: 'main', path: 'file.txt', content: String(index) });
  pushes.set(name, world.now().getTime());
}

/** The pushes that have become changes meanwhile, as how long that took. Milliseconds of the simulated clock. */
async function takeFound(world: SweepWorld, pushes: Map<string, number>): Promise<number[]> {
  if (pushes.size === 0) return [];
  const { rows } = await world.db.raw<{ rows: { name: string }[] }>(
    `select r.name from changes c join repositories r on r.id = c.repository_id where r.name = any(?::text[])`,
    [[...pushes.keys()]],
  );
  const found = rows.map(({ name }) => world.now().getTime() - pushes.get(name)!);
  for (const { name } of rows) pushes.delete(name);
  return found;
}

/** How long ago the repository was looked at whose turn is longest ago; those compared one by one carry the time of the machine and are left out. */
async function findStalest(world: SweepWorld): Promise<number> {
  const { rows } = await world.db.raw<{ rows: { at: Date }[] }>(
    `select min(r.reconciled_at) as at from repositories r where not exists (select 1 from changes c where c.repository_id = r.id)`,
  );
  return world.now().getTime() - rows[0]!.at.getTime();
}

/** What it takes on our side when GitHub costs nothing. Repositories per second of one core, because the machine has other work, too. */
interface LocalRates {
  /** Heads of 25 repositories read in one statement and compared with what a batch says. */
  compared: number;
  /** Pages of 100 cleared by the listing, with their checks and next times written down. */
  cleared: number;
}

async function measureLocal(world: SweepWorld, lab: Lab): Promise<LocalRates> {
  const { context, db } = world;
  const { rows } = await db.raw<{ rows: { id: string; githubId: string; installation: string }[] }>(
    `select r.id, r.github_id as "githubId", i.github_id as installation from repositories r join installations i on i.id = r.installation_id
     order by r.id limit 10000`,
  );
  const installation = (await findInstallation(db, context.host, rows[0]!.installation))!;
  const pages = (size: number) => Array.from({ length: rows.length / size }, (_, page) => rows.slice(page * size, (page + 1) * size));
  const listed = new Map<string, MirroredRef[]>();
  for (const page of pages(1_000)) for (const [id, refs] of await listRefsOf(db, idsOf(page))) listed.set(id, refs);
  const kinds = ['branch', 'tag'] as const;
  const compared = await rateOf(lab, rows.length, async () => {
    for (const page of pages(25)) {
      const mirrored = await listRefsOf(db, idsOf(page));
      for (const { id } of page) {
        const seen = listed.get(id)!.map(({ kind, name, sha }) => ({ kind, name, sha: sha! }));
        if (diffRefs(mirrored.get(id)!, seen, { at: world.now(), kinds }).length > 0) throw new Error('Nothing has changed here.');
      }
    }
  });
  const cleared = await rateOf(lab, rows.length, async () => {
    for (const page of pages(100))
      await takePage(context, installation, { at: world.now(), githubIds: page.map(({ githubId }) => githubId), facts: undefined });
  });
  return { compared, cleared };
}

function idsOf(rows: { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

async function rateOf(lab: Lab, count: number, work: () => Promise<void>): Promise<number> {
  const cpuMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000 + lab.postgresCpuMs();
  };
  const before = cpuMs();
  await work();
  return count / ((cpuMs() - before) / 1000);
}
