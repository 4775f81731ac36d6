import type { AttemptStatus, StepStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** A step of a run that was worked on before, with its last try. */
export interface StoredStep {
  position: number;
  key: string | null;
  status: StepStatus;
  outputs: Record<string, unknown>;
  code: string | null;
  message: string | null;
  attempts: number;
  lastAttempt: AttemptStatus | null;
}

/**
 * Reads how far a run got: its steps in order, each with the state of its last attempt. A step that was only just begun when
 * the process died has an attempt and no row of its own yet.
 */
export async function readProgress(db: Db, runId: string): Promise<StoredStep[]> {
  const { rows } = await db.raw<{ rows: StoredStep[] }>(
    `select coalesce(s.position, a.position) as position, s.key, coalesce(s.status, 'running') as status, coalesce(s.outputs, '{}') as outputs,
       s.code, s.message, greatest(s.attempts, a.number) as attempts, a.status as "lastAttempt"
     from (select * from steps where run_id = ?) s
     full join (select distinct on (position) position, number, status from attempts where run_id = ? order by position, number desc) a
       on a.position = s.position
     order by 1`,
    [runId, runId],
  );
  return rows;
}
