import type { Db } from '../db/connect.ts';

/** Which repositories reconcile may touch. */
const comparable = 'r.removed_at is null and not r.disabled and r.enabled and i.deleted_at is null and i.suspended_at is null';

/** Makes repositories due for reconcile at `at` at the latest. */
export async function hastenReconcile(db: Db, repositoryIds: string[], at: Date): Promise<void> {
  await db.raw('update repositories set reconcile_due_at = least(reconcile_due_at, ?) where id = any(?::bigint[])', [at, repositoryIds]);
}

/** Makes one repository, or all that can be compared, due now; answers their GitHub ids. An archived one is only compared when it is named. */
export async function requestReconcile(db: Db, repositoryId?: string): Promise<string[]> {
  const which = repositoryId === undefined ? 'not r.archived' : 'r.id = ?';
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `update repositories r set reconcile_due_at = now() from installations i
     where i.id = r.installation_id and ${comparable} and ${which} returning r.github_id`,
    repositoryId === undefined ? [] : [repositoryId],
  );
  return rows.map((row) => row.github_id);
}

/** Lists repositories whose baseline, configuration or comparison is due, the longest waiting first; their GitHub ids. */
export async function listDueRepositories(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `(select r.github_id from repositories r join installations i on i.id = r.installation_id
      where r.reconcile_due_at <= now() and not r.archived and ${comparable} order by r.reconcile_due_at limit ?)
     union
     (select r.github_id from repositories r join installations i on i.id = r.installation_id
      where r.config_due_at <= now() and ${comparable} order by r.config_due_at limit ?)`,
    [limit, limit],
  );
  return rows.map((row) => row.github_id);
}

/** Puts a comparison off that was not begun. */
export async function postponeReconcile(db: Db, repositoryId: string, at: Date): Promise<void> {
  await db.raw('update repositories set reconcile_due_at = ? where id = ?', [at, repositoryId]);
}

/** Writes down how a comparison went and when the next one is due. */
export async function recordReconcile(
  db: Db,
  repositoryId: string,
  outcome: { error: string | null; dueAt: Date; baseline: boolean },
): Promise<void> {
  await db.raw(
    `update repositories set reconcile_error = ?, reconcile_due_at = ?,
       reconcile_failures = case when ?::text is null then 0 else reconcile_failures + 1 end,
       reconciled_at = case when ?::text is null then now() else reconciled_at end,
       baseline_at = case when ? then coalesce(baseline_at, now()) else baseline_at end
     where id = ?`,
    [outcome.error, outcome.dueAt, outcome.error, outcome.error, outcome.baseline, repositoryId],
  );
}
