import type { Db } from '../db/connect.ts';

/** A step whose try did not leave because its destination rests or has its hands full. */
export interface HeldStep {
  runId: string;
  installationId: string;
  position: number;
  destinationId: string | null;
  /** Tries before the run was redriven last: a redriven run may be held anew for all of the time. */
  attemptsBefore: number;
}

/** Notes what a run waits for. Answers since when this step is held back, again and again, since the run began or was redriven. */
export async function noteHeldRun(db: Db, held: HeldStep): Promise<Date> {
  const { rows } = await db.raw<{ rows: { since: Date }[] }>(
    `insert into held_runs as h (run_id, position, installation_id, destination_id, attempts_before) values (?, ?, ?, ?, ?)
     on conflict (run_id, position) do update set destination_id = excluded.destination_id, attempts_before = excluded.attempts_before,
       since = case when h.attempts_before = excluded.attempts_before then h.since else excluded.since end
     returning since`,
    [held.runId, held.position, held.installationId, held.destinationId, held.attemptsBefore],
  );
  return rows[0]!.since;
}

/** Lets the runs go on that wait for a destination, since it works again. Answers how many. */
export async function wakeHeldRuns(trx: Db, destinationId: string): Promise<number> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update runs set due_at = now()
     where id in (select run_id from held_runs where destination_id = ?) and status = 'waiting' and code = 'destination_resting' and due_at > now()`,
    [destinationId],
  );
  return rowCount;
}

/** Forgets what held runs that are over long since. */
export async function pruneHeldRuns(db: Db): Promise<void> {
  await db.raw(
    `delete from held_runs h using runs r where r.id = h.run_id and h.since < now() - interval '10 days'
       and r.status in ('succeeded', 'failed', 'cancelled', 'dead')`,
  );
}
