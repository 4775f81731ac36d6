import type { Db } from '../db/connect.ts';

/** Notes that nothing after `from` is proven, unless that was noted already; answers true when it is new. */
export async function openGap(db: Db, recoveryId: string, gap: { from: Date; at: Date }): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into recovery_gaps (recovery_id, from_at, noticed_at)
     select ?, ?, ? where not exists (select 1 from recovery_gaps where recovery_id = ? and closed_at is null)`,
    [recoveryId, gap.from, gap.at, recoveryId],
  );
  return rowCount === 1;
}

/** Closes the open gap after a listing that reached its end. With `unprovenUntil`, GitHub's record did not reach back to its beginning. */
export async function closeGap(trx: Db, recoveryId: string, end: { at: Date; unprovenUntil: Date | null }): Promise<void> {
  await trx.raw('update recovery_gaps set closed_at = ?, unproven_until = ? where recovery_id = ? and closed_at is null', [
    end.at,
    end.unprovenUntil,
    recoveryId,
  ]);
}
