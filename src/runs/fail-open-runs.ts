import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Db } from '../db/connect.ts';

/**
 * Ends every open run of an installation as failed: nothing may be done there any more, and a person must see why. An attempt that
 * is under way is closed as interrupted; whoever makes it cannot write its end down any more. Answers how many runs that were.
 */
export async function failOpenRuns(trx: Db, installationId: string, why: { code: ErrorCode; message: string }): Promise<number> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `update runs set status = 'failed', code = ?, message = ?, finished_at = now()
     where installation_id = ? and status in ('queued', 'running', 'waiting') returning id`,
    [why.code, why.message, installationId],
  );
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return 0;
  await trx.raw(
    `update attempts set status = 'interrupted', code = ?, message = ?, finished_at = now()
     where run_id = any(?::bigint[]) and status = 'started'`,
    [why.code, why.message, ids],
  );
  await trx.raw(
    `update steps set status = 'failed', code = ?, message = ?, finished_at = now()
     where run_id = any(?::bigint[]) and status in ('running', 'waiting')`,
    [why.code, why.message, ids],
  );
  return ids.length;
}
