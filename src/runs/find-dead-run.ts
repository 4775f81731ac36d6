import type { Db } from '../db/connect.ts';

/** A run that was given up, with the step that it ended at. */
export interface DeadRun {
  id: string;
  repositoryId: string;
  changeId: string;
  watchKey: string;
  code: string | null;
  message: string | null;
  step: string | null;
  attempts: number;
  /** How often it was redriven: each death is news. */
  redrives: number;
}

/** Reads a run that was given up; undefined when it is not. */
export async function findDeadRun(db: Db, id: string): Promise<DeadRun | undefined> {
  const { rows } = await db.raw<{ rows: DeadRun[] }>(
    `select r.id, r.repository_id as "repositoryId", r.change_id as "changeId", r.watch_key as "watchKey", r.code, r.message,
       coalesce(s.key, s.name) as step, coalesce(s.attempts, 0) as attempts, r.redrives
     from runs r left join lateral (
       select key, name, attempts from steps where run_id = r.id and status = 'dead' order by position limit 1
     ) s on true
     where r.id = ? and r.status = 'dead'`,
    [id],
  );
  return rows[0];
}
