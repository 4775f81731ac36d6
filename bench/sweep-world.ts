import { join } from 'node:path';
import { createLog } from '../src/core/log.ts';
import { createDb, type Db } from '../src/db/connect.ts';
import { migrateUp } from '../src/db/migrate.ts';
import { ConfigCache } from '../src/flow/config-cache.ts';
import type { Context } from '../src/flow/context.ts';
import { reconcileRepository } from '../src/flow/reconcile-repository.ts';
import { sweepInstallation } from '../src/flow/sweep-installation.ts';
import { createClients } from '../src/github/clients.ts';
import { createReader } from '../src/github/reader.ts';
import { githubIdOfLane } from '../src/inbox/lane.ts';
import { ensureInstallation } from '../src/mirror/installation.ts';
import { findRepositories, upsertRepositories } from '../src/mirror/repository.ts';
import { createStandIn, type StandIn } from '../src/stand-in/stand-in.ts';
import type { Lab } from './lab.ts';

/** How long GitHub is taken to need for one request. Milliseconds of the simulated clock. */
const answerMs = 400;

const owner = 'bench';

/** The sweeper on a real Postgres and a stand-in GitHub, with a clock that moves with the requests and not with the machine. */
export interface SweepWorld extends AsyncDisposable {
  github: StandIn;
  db: Db;
  context: Context;
  /** The simulated time. */
  now(): Date;
  advance(ms: number): void;
  /** Requests that reached GitHub, by kind; those that it answered with 304 are free and counted apart. */
  requests: Map<string, number>;
  /** How many of them count against the hourly limit, and how many were free. */
  charged(): number;
  free(): number;
  /** One turn of the sweep, and the repositories that it gives to lanes of their own; answers whether anything was asked. */
  turn(): Promise<boolean>;
}

/** Makes the world with so many repositories, of which one in twenty was pushed to today. All are compared already. */
export async function createSweepWorld(lab: Lab, count: number): Promise<SweepWorld> {
  const db = createDb({ url: await lab.createDatabase(), poolMax: 4 });
  await migrateUp(db);
  const directory = join(lab.directory, `github-${count}-${Date.now()}`);
  const github = await createStandIn({ directory, webhookSecret: 'a webhook secret for benchmarks only', appId: 4242, rateLimit: 12_500 });
  await github.setWebhooks('off');
  const account = await github.createAccount(owner, 'Organization');
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const active = Math.ceil(count / 20);
  await github.createRepositories({ owner, prefix: 'active', count: active, pushedAt: daysAgo(0.5), branches: ['next'] });
  await github.createRepositories({ owner, prefix: 'idle', count: count - active, pushedAt: daysAgo(90), branches: ['next'] });
  const { id } = await github.installApp(owner, 'all');
  const clock = { at: Date.now(), now: () => new Date(clock.at) };
  const handed: string[] = [];
  const context = createContext({ db, github, clock, handed });
  const known = { githubId: String(id), allowed: true, owner: { github_id: String(account.id), login: owner, type: 'Organization' } };
  await ensureInstallation(db, context.host, known);
  const requests = new Map<string, number>();
  const stopCounting = countRequests(requests, () => (clock.at += answerMs));
  const turn = async () => {
    const before = total(requests);
    await sweepInstallation(context, String(id), { closing: new AbortController().signal });
    await serveHanded(context, handed.splice(0));
    return total(requests) > before;
  };
  const free = () => [...requests].filter(([kind]) => kind.endsWith(' 304')).reduce((sum, [, n]) => sum + n, 0);
  const world: SweepWorld = {
    github,
    db,
    context,
    requests,
    now: clock.now,
    advance: (ms) => void (clock.at += ms),
    charged: () => total(requests) - free(),
    free,
    turn,
    async [Symbol.asyncDispose]() {
      stopCounting();
      await github.close();
      await db.destroy();
    },
  };
  await learn(world, count);
  return world;
}

function total(requests: Map<string, number>): number {
  return [...requests.values()].reduce((sum, n) => sum + n, 0);
}

function createContext(made: { db: Db; github: StandIn; clock: Context['clock']; handed: string[] }): Context {
  const { db, github, clock, handed } = made;
  const log = createLog({ level: 'error' });
  const clients = createClients({ appId: String(github.appId), privateKey: github.privateKey, apiUrl: github.apiUrl, log, clock });
  const unused = () => Promise.reject(new Error('Not a part of this benchmark.'));
  const context: Pick<
    Context,
    'db' | 'queue' | 'log' | 'clock' | 'host' | 'githubUrl' | 'isAllowed' | 'reader' | 'configs' | 'reconcileSeconds'
  > = {
    db,
    queue: {
      async send(_, name, lanes) {
        if (name === 'sync') handed.push(...lanes);
      },
    },
    log,
    clock,
    host: new URL(github.url).hostname,
    githubUrl: github.url,
    isAllowed: () => true,
    reader: createReader(clients, clock, 'sweep'),
    configs: new ConfigCache({ db, kinds: [] }),
    reconcileSeconds: 300,
  };
  return { ...context, receive: unused, secrets: { reveal: unused }, actions: { list: () => [] } } as unknown as Context;
}

/** Does what the lanes of repositories do. */
async function serveHanded(context: Context, lanes: string[]): Promise<void> {
  const ids = lanes.flatMap((lane) => githubIdOfLane(lane, 'repo') ?? []);
  for (const repository of (await findRepositories(context.db, context.host, ids)).values()) await reconcileRepository(context, repository);
}

/** Counts what is really sent, whoever sends it, and lets the simulated time pass. */
function countRequests(requests: Map<string, number>, pass: () => void): () => void {
  const real = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await real(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const kind = pathname
      .replace(/^\/api\/(v3\/)?/, '')
      .replace(/^(repos\/[^/]+\/[^/]+|repositories\/\d+)/, 'repository')
      .replaceAll(/\d+|[0-9a-f]{40}/g, 'N');
    const name = `${init?.method ?? 'GET'} ${kind.split('/').slice(0, 2).join('/')}${response.status === 200 || response.status === 201 ? '' : ` ${response.status}`}`;
    requests.set(name, (requests.get(name) ?? 0) + 1);
    pass();
    return response;
  };
  return () => {
    globalThis.fetch = real;
  };
}

/** Writes down all repositories and their refs as if they had been compared during the last day. */
async function learn(world: SweepWorld, count: number): Promise<void> {
  const { db, github } = world;
  const { id: installationId, githubId } = (
    await db.raw<{ rows: { id: string; githubId: string }[] }>('select id, github_id as "githubId" from installations')
  ).rows[0]!;
  const listed = await world.context.reader.listInstallationRepositories(githubId);
  if (!listed.ok || listed.value.length !== count) throw new Error('The stand-in did not list its repositories.');
  for (let from = 0; from < count; from += 1_000)
    await upsertRepositories(db, { host: world.context.host, installationId }, listed.value.slice(from, from + 1_000));
  const refs = await github.refs(`${owner}/active1`);
  for (const prefix of ['active', 'idle']) {
    const shas = prefix === 'active' ? refs : await github.refs(`${owner}/idle1`);
    await db.raw(
      `insert into refs (repository_id, installation_id, kind, name, sha, baseline_sha, event_at, observed_at)
       select r.id, r.installation_id, 'branch', item.name, item.sha, item.sha, now(), now() from repositories r, json_to_recordset(?::json) as item (name text, sha text)
       where r.name like ?`,
      [JSON.stringify(Object.entries(shas).map(([name, sha]) => ({ name: name.replace('refs/heads/', ''), sha }))), `${prefix}%`],
    );
  }
  await db.raw(
    `update repositories set baseline_at = now(), compared_pushed_at = pushed_at, config_status = 'absent', config_due_at = null, reconciled_at = ?,
       reconcile_due_at = ?, refs_due_at = ?::timestamptz + random() * interval '24 hours'`,
    [world.now(), world.now(), world.now()],
  );
  await db.raw('vacuum analyze');
  world.requests.clear();
}
