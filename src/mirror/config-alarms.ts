import type { Db } from '../db/connect.ts';

/** A repository whose configuration is broken on the default branch, or was until just now. */
export interface ConfigAlarm {
  repositoryId: string;
  repositoryGithubId: string;
  brokenSince: Date;
  /** True while it is broken. */
  isBroken: boolean;
  issueNumber: number | null;
  /** What the issue says, in short: it is written again when this is another text. */
  issueContent: string | null;
  attempts: number;
}

/** Repositories for which nothing is done now rest, and so do their alarms. */
const isServed = `r.removed_at is null and r.enabled and not r.archived and i.deleted_at is null and i.suspended_at is null and i.allowed and i.enabled`;

/**
 * Notes which configurations broke, and makes due what was noted and is mended, or is broken in another way now. A look that
 * failed changes nothing: `load_error` is neither.
 */
export async function noteBrokenConfigs(db: Db, now: Date): Promise<void> {
  await db.raw(
    `insert into config_alarms (repository_id, installation_id, broken_since, due_at)
     select r.id, r.installation_id, coalesce(r.config_checked_at, :now), :now from repositories r join installations i on i.id = r.installation_id
     where r.config_status = 'invalid' and ${isServed} and not exists (select 1 from config_alarms a where a.repository_id = r.id)
     on conflict (repository_id) do nothing`,
    { now } as unknown as Record<string, string>,
  );
  await db.raw(
    `update config_alarms a set due_at = :now, attempts = 0 from repositories r
     where r.id = a.repository_id and a.due_at > :now and a.attempts = 0 and (r.config_status in ('ok', 'absent')
       or (r.config_status = 'invalid' and a.issue_content is not null and a.issue_content <> coalesce(r.config_blob_sha, '')))`,
    { now } as unknown as Record<string, string>,
  );
}

/** Finds the alarm that is due next in an installation, by its id on GitHub. */
export async function findDueAlarm(
  db: Db,
  due: { host: string; installationGithubId: string; now: Date },
): Promise<ConfigAlarm | undefined> {
  const { rows } = await db.raw<{ rows: ConfigAlarm[] }>(
    `select a.repository_id as "repositoryId", r.github_id as "repositoryGithubId", a.broken_since as "brokenSince",
       r.config_status in ('invalid', 'load_error') as "isBroken", a.issue_number as "issueNumber", a.issue_content as "issueContent", a.attempts
     from config_alarms a join repositories r on r.id = a.repository_id join installations i on i.id = r.installation_id
     where i.host = ? and i.github_id = ? and a.due_at <= ? order by a.due_at limit 1`,
    [due.host, due.installationGithubId, due.now],
  );
  return rows[0];
}

/** What the configuration of a repository has wrong now, and a text that is another one when that changes. */
export async function readBrokenConfig(db: Db, repositoryId: string): Promise<{ problems: unknown; content: string }> {
  const { rows } = await db.raw<{ rows: { problems: unknown; content: string }[] }>(
    `select config_problems as problems, coalesce(config_blob_sha, '') as content from repositories where id = ?`,
    [repositoryId],
  );
  return rows[0] ?? { problems: [], content: '' };
}

/** Notes that an issue tells it, and when to look again. */
export async function recordAlarmIssue(
  db: Db,
  repositoryId: string,
  told: { issueNumber: number; content: string; again: Date },
): Promise<void> {
  await db.raw(
    `update config_alarms set issue_number = ?, issue_content = ?, code = null, reason = null, attempts = 0, due_at = ? where repository_id = ?`,
    [told.issueNumber, told.content, told.again, repositoryId],
  );
}

/** Puts an alarm off; `tries` counts what failed and must be tried again, and 0 is no failure. */
export async function postponeAlarm(
  db: Db,
  repositoryId: string,
  later: { at: Date; tries: number; code?: string; reason?: string },
): Promise<void> {
  await db.raw('update config_alarms set due_at = ?, attempts = ?, code = ?, reason = ? where repository_id = ?', [
    later.at,
    later.tries,
    later.code ?? null,
    later.reason ?? null,
    repositoryId,
  ] as string[]);
}

/** Forgets an alarm that is over. */
export async function deleteAlarm(db: Db, repositoryId: string): Promise<void> {
  await db.raw('delete from config_alarms where repository_id = ?', [repositoryId]);
}
