import type { Db } from '../db/connect.ts';
import { findHook } from './hooks.ts';

interface ApiFile {
  watches: Record<string, Record<string, unknown>>;
}

/**
 * True for a run that was made for a hook which is inactive by now, or gone: it never fires, queued or not (features.md R097). The run's
 * own version says whether its watch stood for a hook, the repository's present one how that stands.
 */
export async function isHookSilent(db: Db, run: { configId: string; repositoryId: string; watchKey: string }): Promise<boolean> {
  if (!run.watchKey.startsWith('hook-')) return false;
  const { rows } = await db.raw<{ rows: { made: string; present: string | null }[] }>(
    `select c.content as made, a.content as present from configs c
       join repositories r on r.id = ? left join configs a on a.id = r.api_config_id
     where c.id = ? and c.managed_by = 'api'`,
    [run.repositoryId, run.configId],
  );
  const [row] = rows;
  if (!row || findHook((JSON.parse(row.made) as ApiFile).watches[run.watchKey]) === undefined) return false;
  const present = row.present === null ? undefined : (JSON.parse(row.present) as ApiFile);
  return findHook(present?.watches[run.watchKey])?.active !== true;
}
