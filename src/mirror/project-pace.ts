import type { Db } from '../db/connect.ts';
import { followsSql } from '../db/follows.ts';

/**
 * Keeps how fresh the projects that follow a repository want it to be: the smallest of their check intervals, as far as they are switched
 * on. A new wish counts from now on. For some repositories, or all of an installation.
 */
export async function refreshProjectPace(db: Db, which: { repositoryIds: readonly string[] } | { installationId: string }): Promise<void> {
  const [condition, value] =
    'installationId' in which ? ['r.installation_id = ?', which.installationId] : ['r.id = any(?::bigint[])', [...which.repositoryIds]];
  await db.raw(
    `update repositories t set reconcile_interval_seconds = wanted.seconds,
       reconcile_due_at = case when t.reconcile_failures > 0 then t.reconcile_due_at
         else least(t.reconcile_due_at, now() + make_interval(secs => wanted.seconds)) end
     from (select r.id, (select min(p.check_interval) * 60 from projects p where p.enabled and ${followsSql('p', 'r')}) as seconds
       from repositories r where ${condition}) wanted
     where t.id = wanted.id and t.reconcile_interval_seconds is distinct from wanted.seconds`,
    [value],
  );
}
