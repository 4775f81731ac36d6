import type { AttemptStatus, StepStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { postponedCodes } from './postponed.ts';

/** A step of a run that was worked on before, with its last try. */
export interface StoredStep {
  position: number;
  key: string | null;
  status: StepStatus;
  outputs: Record<string, unknown>;
  code: string | null;
  message: string | null;
  attempts: number;
  /** How many of them were made before the run was redriven: they do not count against the schedule. */
  attemptsBefore: number;
  /** How many since then were postponed (postponed.ts): they do not count either. */
  postponed: number;
  lastAttempt: AttemptStatus | null;
}

/**
 * Reads how far a run got: its steps in order, each with the state of its last attempt. A step that was only just begun when
 * the process died has an attempt and no row of its own yet.
 */
export async function readProgress(db: Db, runId: string): Promise<StoredStep[]> {
  const { rows } = await db.raw<{ rows: StoredStep[] }>(
    `select coalesce(s.position, a.position) as position, s.key, coalesce(s.status, 'running') as status, coalesce(s.outputs, '{}') as outputs,
       s.code, s.message, greatest(s.attempts, a.number) as attempts,
       coalesce(s.attempts_before, 0) as "attemptsBefore", a.status as "lastAttempt",
       (select count(*)::int from attempts p where p.run_id = ? and p.position = coalesce(s.position, a.position)
          and p.number > coalesce(s.attempts_before, 0) and p.status = 'failed' and p.code = any(?::text[])) as postponed
     from (select * from steps where run_id = ?) s
     full join (select distinct on (position) position, number, status from attempts where run_id = ? order by position, number desc) a
       on a.position = s.position
     order by 1`,
    [runId, postponedCodes as string[], runId, runId],
  );
  return rows;
}
