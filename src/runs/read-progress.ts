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
  idempotencyKey: string;
  attempts: number;
  lastAttempt: AttemptStatus | null;
}

/** Reads how far a run got: its steps in order, each with the state of its last attempt. */
export async function readProgress(db: Db, runId: string): Promise<StoredStep[]> {
  const { rows } = await db.raw<{ rows: StoredStep[] }>(
    `select s.position, s.key, s.status, s.outputs, s.code, s.message, s.idempotency_key as "idempotencyKey", s.attempts,
       (select a.status from attempts a where a.run_id = s.run_id and a.position = s.position order by a.number desc limit 1) as "lastAttempt"
     from steps s where s.run_id = ? order by s.position`,
    [runId],
  );
  return rows;
}
