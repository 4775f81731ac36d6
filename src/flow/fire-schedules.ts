import { describeError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { lastDue, nextDue } from '../watches/schedule-times.ts';
import { advanceSchedule, claimSchedule, deleteSchedule, listDueSchedules, type Schedule } from '../watches/schedules.ts';
import { findDefaultBranch } from './branch-head.ts';
import type { Context } from './context.ts';
import { listTimes } from './keep-schedules.ts';
import { recordChange } from './record-change.ts';
import { refuseRepository } from './refuse.ts';

/** How many schedules one tick fires; the next goes on. */
const atOnce = 500;

/**
 * Fires the schedules whose time has come: each is taken by one process, and its change, its runs and its next time are one
 * commit. Times that went by while nobody looked fire once, as the last of them.
 */
export async function fireSchedules(context: Context): Promise<void> {
  const now = context.clock.now();
  for (const id of await listDueSchedules(context.db, { host: context.host, now, limit: atOnce })) {
    await transaction(context.db, (trx) => fireOne(context, trx, { id, now })).catch((error: unknown) => {
      // It stays due; the others must not wait for it.
      context.log.warn({ schedule: id, error: describeError(error) }, 'A schedule could not be fired; it is tried again');
    });
  }
}

async function fireOne(context: Context, trx: Db, due: { id: string; now: Date }): Promise<void> {
  const schedule = await claimSchedule(trx, due.id, due.now);
  if (!schedule) return;
  const repository = (await findRepositories(trx, context.host, [schedule.repositoryGithubId])).get(schedule.repositoryGithubId);
  if (!repository) return;
  await context.configs.prepare([repository]);
  const inForce = listTimes(context, repository).some(
    ({ watch, cron, timezone }) => watch === schedule.watch && cron === schedule.cron && timezone === schedule.timezone,
  );
  // Its watch is gone since, or waits for other times.
  if (!inForce) return await deleteSchedule(trx, schedule.id);
  const nextAt = nextDue(schedule, due.now);
  // Times that come while nothing is done for a repository are passed over, not made up for.
  const rests = refuseRepository(repository) !== undefined || repository.archived || repository.disabled;
  const dueAt = new Date(Math.max(schedule.nextAt.getTime(), lastDue(schedule, due.now).getTime()));
  await advanceSchedule(trx, schedule.id, { nextAt, firedFor: rests ? null : dueAt });
  if (!rests) await recordDue(context, trx, { repository, schedule, dueAt });
}

async function recordDue(context: Context, trx: Db, due: { repository: Repository; schedule: Schedule; dueAt: Date }): Promise<void> {
  const { repository, schedule, dueAt } = due;
  const { watch, cron, timezone } = schedule;
  const branch = await findDefaultBranch(trx, repository);
  await recordChange(context, trx, {
    type: 'schedule.due',
    data: { watch, cron, timezone, due_at: dueAt.toISOString(), ...branch },
    repository,
    actor: null,
    meaning: `schedule.due:${watch}:${dueAt.toISOString()}:${timezone}:${cron}`,
    origin: 'trigger',
    deliveryId: null,
    at: dueAt,
    event: {},
    ...(branch.ref ? { refName: branch.ref.name } : {}),
  });
}
