import type { Db } from '../db/connect.ts';
import type { ScheduleTime } from './schedule-times.ts';

/** A time that a watch in force waits for. */
export interface WatchTime extends ScheduleTime {
  watch: string;
}

/** A row of a watch's schedule. */
export interface Schedule extends WatchTime {
  id: string;
  /** GitHub's id of its repository, and the host it is on. */
  repositoryGithubId: string;
  nextAt: Date;
}

/** A repository whose schedules have to be made equal to its configuration in force. */
export interface ScheduleLook {
  repositoryId: string;
  repositoryGithubId: string;
  installationId: string;
  /** True for the owner's `.github` repository: what lies in it may count for all of the owner's. */
  isHome: boolean;
  /** Which look at the configuration is seen; compared as text, because a moment of JavaScript is too coarse. */
  seen: string | null;
}

/** Lists repositories of a host whose configuration was looked at since their schedules were made. */
export async function listScheduleLooks(db: Db, host: string, limit: number): Promise<ScheduleLook[]> {
  const { rows } = await db.raw<{ rows: ScheduleLook[] }>(
    `select id as "repositoryId", github_id as "repositoryGithubId", installation_id as "installationId", lower(name) = '.github' as "isHome",
       config_checked_at::text as seen
     from repositories where config_checked_at is distinct from schedules_seen_at and host = ? order by id limit ?`,
    [host, limit],
  );
  return rows;
}

/** Notes that a repository's schedules are those of the look that was seen; a later one is seen next. */
export async function noteScheduleLook(trx: Db, { repositoryId, seen }: ScheduleLook): Promise<void> {
  await trx.raw('update repositories set schedules_seen_at = ?::timestamptz where id = ?', [seen, repositoryId]);
}

/** Has the schedules of all repositories, or of those of an installation, made anew. */
export async function askForSchedules(db: Db, which: { installationId?: string; except?: string } = {}): Promise<void> {
  await db.raw(
    `update repositories set schedules_seen_at = null
     where schedules_seen_at is not null and (?::bigint is null or installation_id = ?::bigint) and id is distinct from ?::bigint`,
    [which.installationId ?? null, which.installationId ?? null, which.except ?? null],
  );
}

/** Makes these the times that a repository's watches wait for. One that was there before keeps when it is due. */
export async function replaceSchedules(
  trx: Db,
  owner: { repositoryId: string; installationId: string },
  times: readonly (WatchTime & { nextAt: Date })[],
): Promise<void> {
  const items = JSON.stringify(times);
  const wanted = 'json_to_recordset(?::json) as item (watch text, cron text, timezone text, "nextAt" timestamptz)';
  await trx.raw(
    `delete from schedules s where s.repository_id = ? and not exists (
       select 1 from ${wanted} where item.watch = s.watch_key and item.cron = s.cron and item.timezone = s.timezone)`,
    [owner.repositoryId, items],
  );
  if (times.length === 0) return;
  await trx.raw(
    `insert into schedules (repository_id, installation_id, watch_key, cron, timezone, next_at)
     select ?, ?, item.watch, item.cron, item.timezone, item."nextAt" from ${wanted} order by item.watch, item.cron, item.timezone
     on conflict (repository_id, watch_key, cron, timezone) do nothing`,
    [owner.repositoryId, owner.installationId, items],
  );
}

/** Lists schedules of a host whose time has come, the longest waiting first; their ids. */
export async function listDueSchedules(db: Db, due: { host: string; now: Date; limit: number }): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select s.id from schedules s join repositories r on r.id = s.repository_id where s.next_at <= ? and r.host = ? order by s.next_at, s.id limit ?`,
    [due.now, due.host, due.limit],
  );
  return rows.map((row) => row.id);
}

/** Takes a schedule that is still due, for the length of the transaction; undefined when another process has it or had it. */
export async function claimSchedule(trx: Db, id: string, now: Date): Promise<Schedule | undefined> {
  const { rows } = await trx.raw<{ rows: Schedule[] }>(
    `select s.id, s.watch_key as watch, s.cron, s.timezone, s.next_at as "nextAt", r.github_id as "repositoryGithubId"
     from schedules s join repositories r on r.id = s.repository_id where s.id = ? and s.next_at <= ? for update of s skip locked`,
    [id, now],
  );
  return rows[0];
}

/** Writes down when a schedule is due next, and which time it fired for. */
export async function advanceSchedule(trx: Db, id: string, times: { nextAt: Date; firedFor: Date | null }): Promise<void> {
  await trx.raw('update schedules set next_at = ?, last_due_at = coalesce(?::timestamptz, last_due_at) where id = ?', [
    times.nextAt,
    times.firedFor,
    id,
  ]);
}

/** Forgets a schedule that no watch in force has. */
export async function deleteSchedule(trx: Db, id: string): Promise<void> {
  await trx.raw('delete from schedules where id = ?', [id]);
}
