import type { Db } from '../../db/connect.ts';
import type { AttemptStatus, RunStatus } from '../../core/statuses.ts';
import { queryRows } from './rows.ts';

/** What one attempt of a run has logged so far. */
export interface LoggedAttempt {
  step: number;
  attempt: number;
  status: AttemptStatus;
  lines: string[];
}

interface LogRow extends Omit<LoggedAttempt, 'lines'> {
  log: unknown;
}

/** The status of a run with what its attempts logged, in order, those under way included; undefined when there is no such run. */
export async function findRunLog(db: Db, id: string): Promise<{ status: RunStatus; attempts: LoggedAttempt[] } | undefined> {
  // The status first: an attempt that ends in between is then shown by the next look, never left out.
  const [run] = await queryRows<{ status: RunStatus }>(db, 'select n.status from runs n where n.id = :id', { id });
  if (run === undefined) return undefined;
  const rows = await queryRows<LogRow>(
    db,
    `select a.position as step, a.number as attempt, a.status, a.log from attempts a
     where a.run_id = :id and a.log is not null order by a.position, a.number limit 1000`,
    { id },
  );
  return { status: run.status, attempts: rows.map(toLogged) };
}

function toLogged({ step, attempt, status, log }: LogRow): LoggedAttempt {
  return { step, attempt, status, lines: Array.isArray(log) ? log.map(String) : [] };
}
