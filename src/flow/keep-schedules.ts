import { describeError } from '../core/errors.ts';
import { transaction } from '../db/transaction.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { nextDue } from '../watches/schedule-times.ts';
import {
  askForSchedules,
  listScheduleLooks,
  noteScheduleLook,
  replaceSchedules,
  type ScheduleLook,
  type WatchTime,
} from '../watches/schedules.ts';
import type { Context } from './context.ts';

/** How many repositories one look takes; the next tick goes on. */
const atOnce = 200;

/**
 * Makes the schedules of repositories equal to what is in force, where their configuration was looked at since. A new or
 * changed time is due from now on; one that was there before keeps its place.
 */
export async function keepSchedules(context: Context): Promise<void> {
  const looks = await listScheduleLooks(context.db, context.host, atOnce);
  if (looks.length === 0) return;
  const githubIds = looks.map((look) => look.repositoryGithubId);
  const repositories = await findRepositories(context.db, context.host, githubIds);
  await context.configs.prepare([...repositories.values()]);
  for (const look of looks) {
    const repository = repositories.get(look.repositoryGithubId);
    if (!repository) continue;
    await keepOne(context, look, repository).catch((error: unknown) => {
      context.log.warn(
        { repository: repository.fullName, error: describeError(error) },
        'Schedules could not be made anew; it is tried again',
      );
    });
  }
}

async function keepOne(context: Context, look: ScheduleLook, repository: Repository): Promise<void> {
  const now = context.clock.now();
  const times = listTimes(context, repository).map((time) => Object.assign(time, { nextAt: nextDue(time, now) }));
  await transaction(context.db, async (trx) => {
    await replaceSchedules(trx, { repositoryId: repository.id, installationId: repository.installationId }, times);
    // What the owner's `.github` repository says can be in force for all of them.
    if (look.isHome) await askForSchedules(trx, { installationId: look.installationId, except: look.repositoryId });
    await noteScheduleLook(trx, look);
  });
}

/** The times that the watches in force wait for, each once. Needs `prepare`. */
export function listTimes(context: Pick<Context, 'configs'>, repository: Repository): WatchTime[] {
  const watches = repository.removedAt === null ? (context.configs.inForce(repository)?.compiled.watches ?? []) : [];
  const times = watches
    .filter((watch) => watch.mode !== 'off')
    .flatMap((watch) =>
      watch.triggers.flatMap(({ schedules }) => schedules.map(({ cron, timezone }) => ({ watch: watch.id, cron, timezone }))),
    );
  return [...new Map(times.map((time) => [JSON.stringify([time.watch, time.cron, time.timezone]), time])).values()];
}

/** Has every repository's schedules made anew, a few at a time: the net below everything that can change what is in force. */
export async function reviewSchedules(context: Context): Promise<void> {
  await askForSchedules(context.db);
}
