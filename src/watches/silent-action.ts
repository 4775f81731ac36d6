import type { Db } from '../db/connect.ts';
import { followsSql } from '../db/follows.ts';

/**
 * True for a run that was made for an action of a project which is switched off by now, or gone, or whose project does not follow the
 * repository any more: what ends, ends at once (features.md R040). A file may have a watch of the same key, so the run's version counts.
 */
export async function isActionSilent(db: Db, run: { configId: string; repositoryId: string; watchKey: string }): Promise<boolean> {
  if (!run.watchKey.startsWith('project-')) return false;
  const { rows } = await db.raw<{ rows: { silent: boolean }[] }>(
    `select not exists (
       select 1 from projects p join project_actions a on a.project_id = p.id join repositories r on r.id = ?
       where p.id = g.project_id and p.enabled and a.enabled and ? = concat('project-', p.id, '-', a.id) and ${followsSql('p', 'r')}
     ) as silent from configs g where g.id = ? and g.managed_by = 'project'`,
    [run.repositoryId, run.watchKey, run.configId],
  );
  return rows[0]?.silent === true;
}
