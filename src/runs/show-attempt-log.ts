import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';

/** A try that is under way. */
export interface OpenAttempt {
  runId: string;
  position: number;
  number: number;
}

/** Writes what a try has logged so far, masked, beside it. One that is over keeps what its end said. */
export async function showAttemptLog(db: Db, { runId, position, number }: OpenAttempt, lines: readonly string[]): Promise<void> {
  await db.raw(`update attempts set log = ?::jsonb where run_id = ? and position = ? and number = ? and status = 'started'`, [
    toStorableJson(lines),
    runId,
    position,
    number,
  ]);
}
