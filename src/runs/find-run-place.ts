import type { Db } from '../db/connect.ts';

/** What a run belongs to, by our ids. */
export interface RunPlace {
  installationId: string;
  repositoryId: string;
  changeId: string;
}

/** Finds what a run belongs to. */
export async function findRunPlace(db: Db, runId: string): Promise<RunPlace | undefined> {
  const { rows } = await db.raw<{ rows: RunPlace[] }>(
    `select installation_id as "installationId", repository_id as "repositoryId", change_id as "changeId" from runs where id = ?`,
    [runId],
  );
  return rows[0];
}
