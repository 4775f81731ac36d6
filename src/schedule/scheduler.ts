import { scheduleJob, type Job } from 'node-schedule';
import { describeError } from '../core/errors.ts';
import { wakeBulks } from '../flow/bulk-runs.ts';
import type { Context } from '../flow/context.ts';
import { moveToCurrentKey } from '../flow/key-jobs.ts';
import { fireSchedules } from '../flow/fire-schedules.ts';
import { sweepPresences } from '../flow/presence.ts';
import { keepRates } from '../flow/keep-rates.ts';
import { keepSchedules, reviewSchedules } from '../flow/keep-schedules.ts';
import { pruneWhyNot } from '../flow/prune-why-not.ts';
import { wakeRecovery } from '../flow/recover-deliveries.ts';
import { tendJobs } from '../flow/request-reconcile.ts';
import { syncApp } from '../flow/refresh-pending.ts';
import { syncInstallations } from '../flow/sync-installations.ts';
import { installationLane, repositoryLane } from '../inbox/lane.ts';
import { listStalledDeliveryLanes } from '../inbox/waiting-deliveries.ts';
import { applyAllowedAccounts } from '../mirror/allowed-accounts.ts';
import { noteBrokenConfigs } from '../mirror/config-alarms.ts';
import { listInstallationsToTell } from '../mirror/config-validations.ts';
import { listInstallationsToList } from '../mirror/installation-health.ts';
import { listDueMembers, planMembers } from '../mirror/members.ts';
import { listDueConfigs, listDueFacts } from '../mirror/reconcile-due.ts';
import { pruneDestinations } from '../destinations/destination-rows.ts';
import { pruneUsageSlots } from '../github/budget-rows.ts';
import { pruneRates } from '../runs/count-rates.ts';
import { pruneHeldRuns } from '../runs/hold-run.ts';
import { listDueSweeps } from '../mirror/sweeps.ts';
import { deleteEndedSessions } from '../people/sessions.ts';
import { listStalledRunLanes } from '../runs/list-due-runs.ts';

/** Rows younger than this have a ticket on its way. Seconds. */
const graceSeconds = 3;

const dayMs = 24 * 60 * 60 * 1000;

/** How many repositories or installations one tick makes tickets for; the next tick goes on. */
const dueAtOnce = 200;

/** How many repositories get a first listing of their people planned in a minute. */
const plannedAtOnce = 2_000;

/** Whatever is due by the clock. Every process with this role ticks; the rows say what is due, so replicas do no harm to each other. */
export interface Scheduler {
  /** Looks now, beside the clock's ticks, at what is looked at every few seconds anyway. */
  lookNow(): void;
  stop(): Promise<void>;
}

/** Starts the ticks: rescue and retries every second, reconcile every second, listings every minute, and everything once at once. */
export function startScheduler(context: Context): Scheduler {
  const installations = createDailyLook(context);
  const often = [
    createTick(context, { name: 'rescue', rule: '* * * * * *', work: () => rescue(context, graceSeconds) }),
    createTick(context, { name: 'reconcile', rule: '* * * * * *', work: () => wakeDueRepositories(context) }),
    createTick(context, { name: 'recovery', rule: '* * * * * *', work: () => wakeRecovery(context) }),
    createTick(context, { name: 'schedules', rule: '* * * * * *', work: () => runSchedules(context) }),
    createTick(context, { name: 'presences', rule: '*/5 * * * * *', work: () => sweepPresences(context) }),
    createTick(context, { name: 'feedback', rule: '* * * * * *', work: () => wakeFeedback(context) }),
    createTick(context, { name: 'jobs', rule: '*/5 * * * * *', work: () => tendJobs(context) }),
  ];
  const seldom = [
    createTick(context, { name: 'review of schedules', rule: '0 17 * * * *', work: () => reviewSchedules(context) }),
    createTick(context, { name: 'listing', rule: '30 * * * * *', work: () => wakeInstallations(context) }),
    createTick(context, { name: 'pruning', rule: '45 * * * * *', work: () => prune(context) }),
    createTick(context, { name: 'rates', rule: '*/10 * * * * *', work: () => keepRates(context) }),
    createTick(context, { name: 'keys', rule: '15 * * * * *', work: () => moveToCurrentKey(context) }),
    createTick(context, { name: 'installations', rule: '0 */5 * * * *', work: () => installations.look() }),
  ];
  // What a dead process left behind waits for nothing: rows whose tickets died with it are served at once.
  const first = Promise.all([applyAllowList(context).then(() => installations.look()), rescue(context, 0), wakeRecovery(context)]).catch(
    (error: unknown) => {
      context.log.warn({ error: describeError(error) }, 'The first look at what is due failed; the next follows in a second');
    },
  );
  return {
    lookNow() {
      for (const tick of often) tick.look();
    },
    async stop() {
      await Promise.all([first, ...[...often, ...seldom].map((tick) => tick.stop())]);
    },
  };
}

async function prune(context: Context): Promise<void> {
  await pruneWhyNot(context);
  await pruneDestinations(context.db);
  await pruneHeldRuns(context.db);
  await pruneRates(context.db);
  await pruneUsageSlots(context.db);
  await deleteEndedSessions(context.db);
}

/** Asks about the App and lists its installations once a day; a look that failed is repeated at the next tick. */
function createDailyLook(context: Context): { look(): Promise<void> } {
  let dueAt = 0;
  return {
    async look() {
      if (context.clock.now().getTime() < dueAt) return;
      const known = await syncApp(context);
      if ((await syncInstallations(context)) && known) dueAt = context.clock.now().getTime() + dayMs;
    },
  };
}

/** ALLOWED_ACCOUNTS may be another list since the last start: who is on it now comes to life as if it were new (handbook I14). */
async function applyAllowList(context: Context): Promise<void> {
  const admitted = await applyAllowedAccounts(context.db, context.host, context.isAllowed);
  if (admitted.length > 0) context.log.info({ installations: admitted.length }, 'Installations are on the list of allowed accounts now');
  await context.queue.send(context.db, 'sync', admitted.map(installationLane));
}

/** Sends tickets for rows that wait without one: after a crash, for retries whose time has come, or when a ticket was lost. */
async function rescue(context: Context, grace: number): Promise<void> {
  const deliveries = await listStalledDeliveryLanes(context.db, grace);
  await context.queue.send(context.db, 'deliveries', deliveries);
  const runs = await listStalledRunLanes(context.db, grace);
  await context.queue.send(context.db, 'runs', runs);
  await wakeBulks(context);
}

/** Has configurations read that are due, and installations swept that have something to compare (docs/reconcile.md). */
async function wakeDueRepositories(context: Context): Promise<void> {
  const githubIds = [...(await listDueConfigs(context.db, dueAtOnce)), ...(await listDueFacts(context.db, dueAtOnce))];
  githubIds.push(...(await listDueMembers(context.db, context.clock.now(), dueAtOnce)));
  await context.queue.send(context.db, 'sync', githubIds.map(repositoryLane));
  const swept = await listDueSweeps(context.db, context.clock.now(), dueAtOnce);
  await context.queue.send(context.db, 'sweeps', swept.map(installationLane));
}

/** Schedules first follow what came into force, then fire. */
async function runSchedules(context: Context): Promise<void> {
  await keepSchedules(context);
  await fireSchedules(context);
}

/** Has people told on GitHub what is due: validations, and configurations that stay broken. */
async function wakeFeedback(context: Context): Promise<void> {
  await noteBrokenConfigs(context.db, context.clock.now());
  const githubIds = await listInstallationsToTell(context.db, context.clock.now(), dueAtOnce);
  await context.queue.send(context.db, 'feedback', githubIds.map(installationLane));
}

async function wakeInstallations(context: Context): Promise<void> {
  await planMembers(context.db, plannedAtOnce);
  const githubIds = await listInstallationsToList(context.db);
  await context.queue.send(context.db, 'sync', githubIds.map(installationLane));
}

interface Tick {
  look(): void;
  stop(): Promise<void>;
}

/** A job that never overlaps with itself: a tick that finds the last one at work is left out. */
function createTick(context: Context, tick: { name: string; rule: string; work: () => Promise<void> }): Tick {
  let running: Promise<void> | undefined;
  let stopped = false;
  const look = (): void => {
    if (stopped) return;
    running ??= tick
      .work()
      .catch((error: unknown) =>
        context.log.warn({ tick: tick.name, error: describeError(error) }, 'A scheduled look failed; the next one follows'),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const job: Job = scheduleJob(tick.name, { rule: tick.rule, tz: 'UTC' }, look);
  return {
    look,
    async stop() {
      stopped = true;
      job.cancel();
      await running;
    },
  };
}
