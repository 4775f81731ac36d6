import { Counter, Registry } from 'prom-client';
import { createActionTools } from './action-tools.ts';
import { createDoor, judgeUrl } from './actions/door.ts';
import { createRegistry, type ActionRegistry } from './actions/registry.ts';
import { createScriptPool } from './actions/script/pool.ts';
import { loadKinds } from './actions/load-kinds.ts';
import { systemClock } from './core/clock.ts';
import type { Log } from './core/log.ts';
import { createDb, type Db } from './db/connect.ts';
import { migrateUp } from './db/migrate.ts';
import type { ServerSettings } from './env.ts';
import { createAcceptDelivery } from './flow/accept-delivery.ts';
import { ConfigCache } from './flow/config-cache.ts';
import type { Context } from './flow/context.ts';
import { holdKeys } from './flow/hold-keys.ts';
import { createHookSecrets } from './flow/hook-secrets.ts';
import { moveToCurrentKey } from './flow/key-jobs.ts';
import { loadServerConfig } from './flow/load-server-config.ts';
import type { FeedbackContext } from './flow/feedback-context.ts';
import { DestinationBook } from './flow/destination-book.ts';
import { tellDestination } from './flow/tell-destination.ts';
import { watchAccess } from './flow/watch-access.ts';
import { createClients, type Clients } from './github/clients.ts';
import { createHookDeliveries, type HookDeliveries } from './github/hook-deliveries.ts';
import { observeReader } from './github/observe-reader.ts';
import { createReader, type Reader } from './github/reader.ts';
import { createReceiver } from './github/receive.ts';
import { createWriter } from './github/writer.ts';
import { openTrigger } from './flow/manage-triggers.ts';
import { createIntake } from './http/intake.ts';
import { createTriggerIntake } from './http/trigger-intake.ts';
import type { Health } from './http/http-options.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import { createHttpActions } from './http-actions.ts';
import { createSetupActions } from './setup-actions.ts';
import { isAllowedAccount } from './mirror/allowed-accounts.ts';
import { Queue } from './queue/queue.ts';
import { startScheduler, type Scheduler } from './schedule/scheduler.ts';
import { listFrozenSecrets } from './vault/frozen-secrets.ts';
import { findDestinationsForRepository, findSecretsForRepository } from './vault/secrets.ts';
import { createPages } from './web/pages.ts';
import { Workers } from './workers.ts';

/** Connections to Postgres that one process takes for its statements, beside those of the queue and the lanes. */
const poolMax = 10;

/** Script processes that one worker keeps at most. */
const scriptProcesses = 4;

/** Connections to one place that all installations of a process share; each uses no more than a quarter of them at once. */
const connectionsPerOrigin = 128;

/** How often GitHub's record of deliveries is read when no setting says it: it is the only way in without webhooks. Milliseconds. */
const recoveryIntervalMs = { webhook: 60_000, poll: 15_000 };

/** What the application is made from. */
export interface AppOptions {
  settings: ServerSettings;
  /** Where the database is: the setting's, or the embedded one's. */
  databaseUrl: string;
  log: Log;
  version: string;
  /** A folder with further action kinds, laid out as src/actions/ is. */
  kindsFolder?: URL;
}

/** The wired application, nothing of it running yet but the door. */
export interface App {
  context: Context;
  http: HttpServer | undefined;
  /** Brings the database's schema up to this code; answers the names of what was applied. */
  migrate(): Promise<string[]>;
  /** Begins to work: queue, workers and clock, as the roles say. Needs the migrated database. */
  startWork(): Promise<void>;
  /** Has the clock, when it runs here, look now at what it looks at every few seconds. */
  lookNow(): void;
  /** Stops taking, finishes or gives back what is under way, and lets go of everything. */
  stop(): Promise<void>;
}

/** The composition root: the one place that picks real things and wires them. */
export async function createApp(options: AppOptions): Promise<App> {
  const { settings, log } = options;
  const runs = (role: ServerSettings['roles'][number]) => settings.roles.includes(role);
  const db = createDb({ url: options.databaseUrl, poolMax, log });
  const queue = new Queue({ url: options.databaseUrl, log, worker: runs('worker') });
  const github: GitHubHealth = { reachable: undefined };
  const store = { db, keyRing: settings.secretsKey, host: new URL(settings.githubUrl).hostname };
  const clients = createClients({ appId: settings.appId, privateKey: settings.privateKey, apiUrl: settings.githubApiUrl, log, store });
  const host = new URL(settings.githubUrl).hostname;
  const observed = observeReader(createReader(clients), (reachable) => void (github.reachable = reachable));
  const reader = watchAccess(observed, { db, host, queue, log, clock: systemClock });
  const door = createDoor({ allow: settings.outboundAllow, maxPerOrigin: connectionsPerOrigin });
  const scripts = runs('worker') ? createScriptPool({ size: scriptProcesses, log }) : undefined;
  const kinds = [...(await loadKinds()), ...(options.kindsFolder ? await loadKinds(options.kindsFolder) : [])];
  const tools = createActionTools(options, { door, scripts, reader, db, clients });
  const actions = createRegistry(kinds, tools);
  const context = createContext(options, { db, queue, reader, actions, github: tools.github, deliveries: createHookDeliveries(clients) });
  const http = runs('web') ? await startHttp(options, context, { github, queue, clients }) : undefined;
  const feedback = createFeedback(options, context, { clients, port: () => http?.port ?? settings.port });
  const workers = new Workers({ context, feedback, queue, databaseUrl: options.databaseUrl, log });
  let scheduler: Scheduler | undefined;
  let keys: { stop(): Promise<void> } | undefined;
  return {
    context,
    http,
    migrate: () => migrateUp(db),
    async startWork() {
      if (settings.defaultsFile !== undefined) await loadServerConfig(context, settings.defaultsFile);
      await queue.start();
      keys = await holdKeys(context);
      if (runs('worker')) await workers.start();
      if (runs('scheduler')) {
        await moveToCurrentKey(context);
        scheduler = startScheduler(context);
      }
    },
    lookNow: () => scheduler?.lookNow(),
    async stop() {
      await http?.close();
      await scheduler?.stop();
      await workers.stop();
      await context.destinations.flush();
      await keys?.stop();
      await queue.stop();
      await Promise.all([scripts?.close(), door.close(), clients.close()]);
      await db.destroy();
    },
  };
}

function createContext(
  options: AppOptions,
  made: { db: Db; queue: Queue; reader: Reader; actions: ActionRegistry; github: Context['github']; deliveries: HookDeliveries },
): Context {
  const { settings, log } = options;
  const { db, queue, reader, actions } = made;
  const context: Context = {
    db,
    queue,
    log,
    clock: systemClock,
    host: new URL(settings.githubUrl).hostname,
    githubUrl: settings.githubUrl.replace(/\/+$/, ''),
    receive: createReceiver({ appId: settings.appId, privateKey: settings.privateKey, webhookSecret: settings.webhookSecret }),
    isAllowed: (account) => isAllowedAccount(settings.allowedAccounts, account),
    reader,
    configs: new ConfigCache({ db, kinds: actions.list() }),
    secrets: {
      reveal: (owner, names) => findSecretsForRepository(db, { ...owner, names, keyRing: settings.secretsKey }),
      describe: (owner, names) => findDestinationsForRepository(db, { ...owner, names }),
      listFrozen: (owner, names) => listFrozenSecrets(db, { ...owner, names }),
    },
    keyRing: settings.secretsKey,
    hookSecrets: createHookSecrets(settings.secretsKey),
    judgeAddress: (url) => judgeUrl(url, settings.outboundAllow),
    actions,
    github: made.github,
    destinations: new DestinationBook({
      db,
      log,
      policy: { failures: settings.destinationFailures, restMs: settings.destinationRest },
      tell: (trx, news) => tellDestination(context, trx, news),
    }),
    reconcileSeconds: settings.reconcileInterval / 1000,
    whyNotDays: settings.whyNotDays,
    presenceTimeoutMs: settings.presenceTimeout,
    bulkCooldownMs: settings.bulkCooldown,
    loops: { runs: settings.loopRuns, windowMs: settings.loopWindow },
    recovery: {
      appId: settings.appId,
      intervalMs: settings.recoveryInterval ?? recoveryIntervalMs[settings.intake],
      deliveries: made.deliveries,
    },
  };
  return context;
}

/** What is told on GitHub. Links lead to the address for people; strangers are not told one that nobody chose for them. */
function createFeedback({ settings }: AppOptions, context: Context, made: { clients: Clients; port: () => number }): FeedbackContext {
  const { publicUrl, host, appId, configIssueAfter } = settings;
  return {
    ...context,
    writer: createWriter({ clients: made.clients, db: context.db, host: context.host, appId }),
    linkTo(path, { isStrange }) {
      const own = isStrange || made.port() === 0 ? undefined : `http://${host}:${made.port()}`;
      const base = publicUrl ?? own;
      return base === undefined ? undefined : `${base}${path}`;
    },
    issueAfterMs: configIssueAfter,
  };
}

async function startHttp(
  options: AppOptions,
  context: Context,
  looks: { github: GitHubHealth; queue: Queue; clients: Clients },
): Promise<HttpServer> {
  const { settings, log, version } = options;
  const metrics = new Registry();
  const answers = new Counter({
    name: 'repowatch_intake_answers_total',
    help: 'Answers at the door for deliveries, by code',
    labelNames: ['code'],
    registers: [metrics],
  });
  const health = () => readHealth(context.db, looks);
  const { setupReturn, people, ...setupActions } = createSetupActions(context, { settings, clients: looks.clients });
  const actions = { ...createHttpActions(context, settings.secretsKey), ...setupActions };
  const secrets = [settings.webhookSecret, settings.webhookSecretPrevious].filter((secret) => secret !== undefined);
  const door = { accept: createAcceptDelivery(context), log, answers };
  return await createHttpServer({
    db: context.db,
    settings,
    keyRing: settings.secretsKey,
    log,
    version,
    metrics,
    intake: createIntake({ secrets, ...door, appId: settings.appId, off: settings.intake === 'poll' }),
    triggerIntake: createTriggerIntake({
      ...door,
      open: (id) => openTrigger({ db: context.db, keyRing: settings.secretsKey }, id),
      now: () => context.clock.now(),
    }),
    actions,
    people,
    health,
    kinds: context.actions.list(),
    pages: createPages({
      db: context.db,
      setupReturn,
      people,
      adminToken: settings.adminToken,
      publicUrl: settings.publicUrl,
      version,
      log,
    }),
  });
}

/** Whether the last question to GitHub reached it; undefined while nobody has asked. */
interface GitHubHealth {
  reachable: boolean | undefined;
}

async function readHealth(db: Db, { github: { reachable }, queue: { open } }: { github: GitHubHealth; queue: Queue }): Promise<Health> {
  const details: Record<string, string> = {};
  if (reachable === false) details['github'] = 'GitHub could not be reached when it was asked last.';
  const github = reachable === undefined ? {} : { github: reachable };
  try {
    await db.raw('select 1');
    if (!open) details['queue'] = 'The queue is being prepared.';
    return { database: true, queue: open, ...github, details };
  } catch {
    return { database: false, queue: false, ...github, details: { ...details, database: 'Postgres cannot be reached.' } };
  }
}
