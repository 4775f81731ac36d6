import type { Db } from '../db/connect.ts';
import type { InstallationRefusal } from './installation.ts';

/** Notes that a listing of an installation's repositories has begun. */
export async function beginListing(db: Db, id: string): Promise<void> {
  await db.raw('update installations set list_started_at = now() where id = ?', [id]);
}

/** How a listing failed, and when the next one may begin. */
interface ListingFailure {
  code: string;
  message: string;
  dueAt: Date;
}

/** Notes how the last listing of an installation's repositories went: complete, or with an error that people can read. A complete one shows that the door is open. */
export async function recordListing(db: Db, id: string, failure: ListingFailure | null): Promise<void> {
  if (failure === null) {
    await db.raw(
      `update installations set listed_at = now(), list_error = null, list_code = null, list_failures = 0, list_due_at = null,
         refusal = null, refusal_message = null, refused_at = null where id = ?`,
      [id],
    );
    return;
  }
  const refused = failure.code === 'github_ip_not_allowed';
  await db.raw(
    `update installations set list_error = :message, list_code = :code, list_failures = list_failures + 1, list_due_at = :dueAt,
       refusal = case when :refused then 'ip_allow_list' else refusal end,
       refusal_message = case when :refused then :message else refusal_message end,
       refused_at = case when :refused then coalesce(refused_at, now()) else refused_at end
     where id = :id`,
    { ...failure, refused, id } as unknown as Record<string, string>,
  );
}

/** Notes that GitHub lets nobody in (handbook B19), and makes the next listing the one that tries again at `dueAt`. */
export async function recordRefusal(
  db: Db,
  of: { host: string; githubId: string },
  refusal: { word: InstallationRefusal; message: string; dueAt: Date },
): Promise<void> {
  await db.raw(
    `update installations set refusal = ?, refusal_message = ?, refused_at = coalesce(refused_at, now()),
       list_due_at = coalesce(list_due_at, ?) where host = ? and github_id = ?`,
    [refusal.word, refusal.message, refusal.dueAt, of.host, of.githubId],
  );
}

/** Notes that GitHub lets us in again; answers whether it did not before. Then everything that was not looked at is due. */
export async function clearRefusal(db: Db, of: { host: string; githubId: string }): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update installations set refusal = null, refusal_message = null, refused_at = null, list_due_at = now()
     where host = ? and github_id = ? and refusal is not null`,
    [of.host, of.githubId],
  );
  return rowCount > 0;
}

/** Which living installations are listed by the clock: never done, gone wrong and due again, asked for, or a day old. */
const listable = `i.deleted_at is null and i.suspended_at is null and i.allowed and i.enabled
  and (i.list_due_at <= now() or (i.list_due_at is null and i.updated_at < now() - interval '1 minute'
    and (i.listed_at is null or i.listed_at < now() - interval '1 day')))`;

/** Lists installations whose repositories should be listed now; their GitHub ids. */
export async function listInstallationsToList(db: Db): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(`select i.github_id from installations i where ${listable}`);
  return rows.map((row) => row.github_id);
}
