import type { Db } from '../db/connect.ts';

/** Which repositories reconcile may touch. */
export const comparable = `r.removed_at is null and not r.disabled and r.enabled
  and i.deleted_at is null and i.suspended_at is null and i.allowed and i.enabled and i.refusal is null`;

/** Makes sure that the refs of these repositories are read at `at` at the latest, whatever a listing says about them. */
export async function hastenReconcile(db: Db, repositoryIds: string[], at: Date): Promise<void> {
  await db.raw(
    `update repositories set reconcile_due_at = least(reconcile_due_at, ?), refs_due_at = least(refs_due_at, ?)
     where id = any(?::bigint[])`,
    [at, at, repositoryIds],
  );
}

/** Which repositories somebody wants compared: one, some, those of an installation, or all. */
export interface ReconcileTarget {
  repositoryId?: string;
  /** Some of an installation, such as those of a project. */
  repositoryIds?: readonly string[];
  installationId?: string;
}

/**
 * Makes repositories that can be compared due now; answers their ids here and on GitHub. Those that are named have their refs read,
 * also when they are archived; of all others, those whose listing shows no push since the last time are cleared by it (docs/reconcile.md).
 */
export async function requestReconcile(db: Db, target: ReconcileTarget): Promise<{ id: string; githubId: string }[]> {
  const { repositoryId, repositoryIds, installationId } = target;
  const named = repositoryId === undefined ? repositoryIds : [repositoryId];
  const ofInstallation = installationId === undefined ? 'not r.archived' : 'not r.archived and r.installation_id = ?';
  const which = named === undefined ? ofInstallation : 'r.id = any(?::bigint[])';
  const { rows } = await db.raw<{ rows: { id: string; githubId: string }[] }>(
    `update repositories r set reconcile_due_at = now(), refs_due_at = ${named ? 'now()' : 'r.refs_due_at'} from installations i
     where i.id = r.installation_id and ${comparable} and ${which} returning r.id, r.github_id as "githubId"`,
    [named ? [...named] : installationId].filter((value) => value !== undefined),
  );
  return rows;
}

/** Lists repositories about which GitHub has to be asked, because deliveries contradicted what is known; their GitHub ids. */
export async function listDueFacts(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select r.github_id from repositories r join installations i on i.id = r.installation_id
     where r.facts_due_at <= now() and ${comparable} order by r.facts_due_at limit ?`,
    [limit],
  );
  return rows.map((row) => row.github_id);
}

/** Lists repositories whose configuration is due, the longest waiting first; their GitHub ids. What has to be compared is the sweeper's. */
export async function listDueConfigs(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select r.github_id from repositories r join installations i on i.id = r.installation_id
     where r.config_due_at <= now() and ${comparable} order by r.config_due_at limit ?`,
    [limit],
  );
  return rows.map((row) => row.github_id);
}

/** Keeps how fresh a repository's configuration wants it to be; a new wish counts from now on. Seconds; null leaves it to us. */
export async function recordOwnInterval(trx: Db, repositoryId: string, seconds: number | null): Promise<void> {
  await trx.raw(
    `update repositories set config_interval_seconds = ?,
       reconcile_due_at = case when reconcile_failures > 0 then reconcile_due_at
         else least(reconcile_due_at, now() + make_interval(secs => ?)) end
     where id = ? and config_interval_seconds is distinct from ?`,
    [seconds, seconds, repositoryId, seconds],
  );
}

/** Puts a comparison off that was not begun. */
export async function postponeReconcile(db: Db, repositoryId: string, at: Date): Promise<void> {
  await db.raw('update repositories set reconcile_due_at = ?, refs_due_at = ? where id = ?', [at, at, repositoryId]);
}

/** How a comparison went. */
export interface ReconcileOutcome {
  /** What went wrong; null when it was made. */
  error: string | null;
  /** When the next one is due. */
  dueAt: Date;
  /** When refs have to be read whatever a listing says; after an error that is at `dueAt`. */
  refsDueAt?: Date;
  /** The push that it covers; null when that is not sure. */
  pushedAt?: Date | null;
  /** True for the first one. */
  baseline: boolean;
}

/** Writes down how a comparison went and when the next one is due. */
export async function recordReconcile(db: Db, repositoryId: string, outcome: ReconcileOutcome): Promise<void> {
  await db.raw(
    `update repositories set reconcile_error = ?, reconcile_due_at = ?, refs_due_at = ?,
       compared_pushed_at = case when ?::text is null then ?::timestamptz else compared_pushed_at end,
       reconcile_failures = case when ?::text is null then 0 else reconcile_failures + 1 end,
       reconciled_at = case when ?::text is null then now() else reconciled_at end,
       baseline_at = case when ? then coalesce(baseline_at, now()) else baseline_at end
     where id = ?`,
    [
      outcome.error,
      outcome.dueAt,
      outcome.refsDueAt ?? outcome.dueAt,
      outcome.error,
      outcome.pushedAt ?? null,
      outcome.error,
      outcome.error,
      outcome.baseline,
      repositoryId,
    ],
  );
}
