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
    // Only rows that change are locked, in the order of their ids (docs/architecture.md, locks).
    `with wanted as (
       select r.id, pace.seconds from repositories r
       cross join lateral (select min(p.check_interval) * 60 as seconds from projects p where p.enabled and ${followsSql('p', 'r')}) pace
       where ${condition} and r.reconcile_interval_seconds is distinct from pace.seconds
       order by r.id for update of r
     )
     update repositories t set reconcile_interval_seconds = wanted.seconds,
       reconcile_due_at = case when t.reconcile_failures > 0 then t.reconcile_due_at
         else least(t.reconcile_due_at, now() + make_interval(secs => wanted.seconds)) end
     from wanted where t.id = wanted.id`,
    [value],
  );
}
