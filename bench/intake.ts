import { createHash, randomUUID } from 'node:crypto';
import { createDb } from '../src/db/connect.ts';
import type { BenchResult } from './bench-result.ts';
import type { Lab } from './lab.ts';
import { sendForSeconds } from './load.ts';
import { median, now, pairedRatio } from './measure.ts';
import { readCpuMs } from './process-figures.ts';
import { createBranch, nextPush, redeliver, type SignedPush } from './pushes.ts';

const connections = 64;

/** Connections that commit the same row one by one, for comparison with Postgres's own limit. */
const committers = 16;

interface Round {
  rate: number;
  cpuUs: number;
  accepted: number;
  errors: number;
}

/**
 * Durable accept (verify, deduplicate, row and ticket committed) against a stock Probot server that stores nothing, in turns.
 * Ours has the role web only, so that its workers do not compete for the two cores with what is measured.
 */
export async function benchIntake(lab: Lab): Promise<BenchResult> {
  const seconds = lab.options.seconds ?? 5;
  const databaseUrl = await lab.createDatabase();
  const server = await lab.startServer({ databaseUrl, roles: 'web' });
  const probot = await lab.startProbot();
  const silent = await lab.startProbot({ silent: true });
  const branch = createBranch('main', { id: 1, owner: 'acme', ownerId: 1, name: 'app', installation: 1 });
  const push = nextPush(branch);
  const next = () => redeliver(push);
  const measure = (peer: { url: string; pid: number }, length: number) => measureRound(peer, { seconds: length, next });
  let accepted = (await measure(server, 1)).accepted;
  await measure(probot, 1);
  await measure(silent, 1);
  const ours: Round[] = [];
  const theirs: Round[] = [];
  const withoutLog: Round[] = [];
  const postgres: number[] = [];
  const commits: number[] = [];
  for (let round = 0; round < lab.options.rounds; round += 1) {
    const before = lab.postgresCpuMs();
    ours.push(await measure(server, seconds));
    postgres.push(((lab.postgresCpuMs() - before) * 1000) / ours.at(-1)!.accepted);
    theirs.push(await measure(probot, seconds));
    withoutLog.push(await measure(silent, seconds));
    commits.push(await measureCommits(databaseUrl, push, Math.min(3, seconds)));
    accepted += ours.at(-1)!.accepted;
  }
  await Promise.all([server.stop(), probot.stop(), silent.stop()]);
  const lost = accepted - (await countRows(databaseUrl));
  return toResult({ ours, theirs, withoutLog, postgres, commits, lost });
}

async function measureRound(peer: { url: string; pid: number }, load: { seconds: number; next: () => SignedPush }): Promise<Round> {
  const before = readCpuMs(peer.pid);
  const { accepted, errors, seconds } = await sendForSeconds(peer.url, { connections, ...load });
  return { rate: accepted / seconds, cpuUs: ((readCpuMs(peer.pid) - before) * 1000) / accepted, accepted, errors };
}

/** How often Postgres commits a row of this size for several connections, each row in a transaction of its own. */
async function measureCommits(url: string, push: SignedPush, seconds: number): Promise<number> {
  const db = createDb({ url, poolMax: committers });
  const digest = createHash('sha256').update(push.body).digest();
  const until = now() + seconds * 1000;
  let committed = 0;
  const connection = async () => {
    while (now() < until) {
      await db.raw(
        `insert into deliveries (source, sender, guid, event, headers, body, body_size, body_digest, lane, status, settled_at)
         values ('manual', 'bench', ?, 'push', '{}', ?, ?, ?, 'bench', 'ignored', now())`,
        [randomUUID(), push.body, push.body.length, digest],
      );
      committed += 1;
    }
  };
  const began = now();
  await Promise.all(Array.from({ length: committers }, connection));
  const rate = (committed * 1000) / (now() - began);
  await db.destroy();
  return rate;
}

async function countRows(url: string): Promise<number> {
  const db = createDb({ url, poolMax: 1 });
  const { rows } = await db.raw<{ rows: { count: number }[] }>(`select count(*)::int as count from deliveries where source = 'webhook'`);
  await db.destroy();
  return rows[0]!.count;
}

function toResult(measured: {
  ours: Round[];
  theirs: Round[];
  withoutLog: Round[];
  postgres: number[];
  commits: number[];
  lost: number;
}): BenchResult {
  const { ours, theirs, withoutLog, commits, lost } = measured;
  const rate = median(rates(ours));
  const cpu = median(cpus(ours));
  const theirRate = median(rates(theirs));
  const theirCpu = median(cpus(theirs));
  const commitRate = median(commits);
  const ratio = pairedRatio(rates(ours), rates(theirs));
  const cpuRatio = pairedRatio(cpus(ours), cpus(theirs));
  const share = pairedRatio(rates(ours), commits);
  return {
    name: 'intake',
    figures: {
      requests_per_second: rate,
      server_cpu_us_per_request: cpu,
      postgres_cpu_us_per_request: median(measured.postgres),
      accepted_but_not_stored: lost,
      errors: [...ours, ...theirs, ...withoutLog].reduce((sum, round) => sum + round.errors, 0),
    },
    yardstick: {
      requests_per_second: theirRate,
      server_cpu_us_per_request: theirCpu,
      without_log_requests_per_second: median(rates(withoutLog)),
      without_log_server_cpu_us_per_request: median(cpus(withoutLog)),
      postgres_commits_per_second_16_connections: commitRate,
    },
    ratio,
    unit: 'requests/s',
    goals: [
      {
        what: 'rate against Probot that stores nothing',
        unit: 'requests/s',
        measured: rate,
        yardstick: theirRate,
        value: ratio,
        reach: 1.5,
        better: 'more',
      },
      {
        what: 'server CPU against Probot that stores nothing',
        unit: 'µs/request',
        measured: cpu,
        yardstick: theirCpu,
        value: cpuRatio,
        reach: 0.75,
        better: 'less',
      },
      {
        what: 'rate against single commits on 16 connections',
        unit: 'rows/s',
        measured: rate,
        yardstick: commitRate,
        value: share,
        reach: 0.95,
        better: 'more',
      },
      { what: 'accepted deliveries without a row', unit: 'deliveries', measured: lost, value: lost, reach: 0, better: 'less' },
    ],
  };
}

function rates(rounds: Round[]): number[] {
  return rounds.map((round) => round.rate);
}

function cpus(rounds: Round[]): number[] {
  return rounds.map((round) => round.cpuUs);
}
