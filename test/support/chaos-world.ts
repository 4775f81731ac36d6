import { createApp, type App } from '../../src/app.ts';
import { createLog } from '../../src/core/log.ts';
import { wakeRecovery } from '../../src/flow/recover-deliveries.ts';
import { installationLane } from '../../src/inbox/lane.ts';
import { listStalledDeliveryLanes } from '../../src/inbox/waiting-deliveries.ts';
import { listDueSweeps } from '../../src/mirror/sweeps.ts';
import type { StandIn } from '../../src/stand-in/stand-in.ts';
import type { Lot } from './lot.ts';
import { createPlayground, type Playground } from './playground.ts';
import { configOf, webhookWatch } from './story.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { startTestApp, testSettings, type TestApp } from './test-app.ts';
import { passTime } from './time-travel.ts';

/** A real application, a GitHub that can be disturbed, and people who work on it. */
export interface ChaosWorld extends AsyncDisposable {
  app: TestApp;
  github: StandIn;
  playground: Playground;
  /** Another process on the same database. */
  startReplica(): Promise<App>;
  /** Lets time pass, then gives everybody who is due by then up to `ms` to do what they can. */
  pass(time: number, ms?: number): Promise<void>;
  /** True when nothing is due now. */
  isIdle(): Promise<boolean>;
  rows<Row>(text: string, bindings?: string[]): Promise<Row[]>;
}

/** Names of the repositories that cost the stand-in nothing until somebody pushes to them: with them the listing has two pages. */
const manyOfAcme = 110;

/** acme with four repositories of its own, one with branches on two pages, and many others; beta, another installation, with two. */
export async function startChaosWorld(lot: Lot, settings: Record<string, string> = {}): Promise<ChaosWorld> {
  const app = await startTestApp({ github: true, settings });
  const github = app.github!;
  const { db } = app.database;
  const rows = async <Row>(text: string, bindings: string[] = []): Promise<Row[]> => (await db.raw<{ rows: Row[] }>(text, bindings)).rows;
  await populate(app);
  const known = await rows<{ id: string; name: string }>('select github_id as id, full_name as name from repositories');
  const playground = await createPlayground(github, lot, new Map(known.map(({ id, name }) => [name, Number(id)])));
  const context = app.app.context;
  const isIdle = async (): Promise<boolean> => {
    const [row] = await rows<{ open: number }>(
      `select ((select count(*) from deliveries where status in ('unprocessed', 'processing', 'reprocessing') and coalesce(next_attempt_at <= now(), true))
         + (select count(*) from runs where status in ('queued', 'running') or (status = 'waiting' and due_at <= now()))
         + (select count(*) from repositories r join installations i on i.id = r.installation_id where r.config_due_at <= now()
              and i.suspended_at is null and i.refusal is null)
         + (select count(*) from recoveries where next_at <= now()))::int as open`,
    );
    return row!.open === 0 && (await listDueSweeps(db, new Date(), 10)).length === 0;
  };
  const wake = async (): Promise<void> => {
    await context.queue.send(db, 'deliveries', await listStalledDeliveryLanes(db, 0));
    await context.queue.send(db, 'sweeps', (await listDueSweeps(db, new Date(), 10)).map(installationLane));
    await wakeRecovery(context);
  };
  return {
    app,
    github,
    playground,
    startReplica: () => startReplica(app),
    async pass(time, ms = 500) {
      await passTime(db, time);
      await wake();
      const end = Date.now() + ms;
      do await pause(15);
      while (!(await isIdle()) && Date.now() < end);
    },
    isIdle,
    rows,
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

async function populate(app: TestApp): Promise<void> {
  const github = app.github!;
  const files = { '.github/repowatch.yml': configOf({ all: webhookWatch(`${app.sink.url}/all`, { on: ['branch', 'tag'] }) }) };
  await github.createAccount('acme', 'Organization');
  await github.createAccount('beta', 'Organization');
  for (const name of ['a1', 'a2', 'a3']) await github.createRepository({ owner: 'acme', name, files });
  for (const name of ['b1', 'b2']) await github.createRepository({ owner: 'beta', name, files });
  const branches = Array.from({ length: 105 }, (_, index) => `x${index}`);
  await github.createRepositories({ owner: 'acme', prefix: 'wide', count: 1, branches, files });
  await github.installApp('beta', 'all');
  await github.installApp('acme', 'all');
  const ready = (count: number) =>
    app.eventually(`${count} repositories compared and read`, async () => {
      const { rows } = await app.database.db.raw<{ rows: { done: number }[] }>(
        `select count(*) filter (where baseline_at is not null and config_status <> 'unknown')::int as done from repositories`,
      );
      return rows[0]!.done === count;
    });
  await ready(6);
  // Their configuration is another story.
  await app.database.db.raw(`alter table repositories alter config_status set default 'absent'`);
  await github.setWebhooks('off');
  await github.createRepositories({ owner: 'acme', prefix: 'v', count: manyOfAcme });
  await github.setWebhooks('on');
  await app.database.db.raw('update sweeps set listing_due_at = now()');
  await ready(6 + manyOfAcme);
}

/** Another process on the same database; sends to where the first one may, unless the settings say otherwise. */
export async function startReplica({ github, database, sink, logs }: TestApp, replaced: Record<string, string> = {}): Promise<App> {
  const settings = testSettings({
    APP_ID: String(github!.appId),
    PRIVATE_KEY: github!.privateKey,
    GITHUB_API_URL: github!.apiUrl,
    GITHUB_URL: github!.url,
    OUTBOUND_ALLOW: sink.host,
    DATABASE_URL: database.url,
    ...replaced,
  });
  const log = createLog({ level: 'debug', write: (line) => void logs.push(line) });
  const replica = await createApp({ settings, databaseUrl: database.url, log, version: '0.0.0-test' });
  await replica.startWork();
  return replica;
}
