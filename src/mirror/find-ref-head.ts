import type { RefKind } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** Where a ref is as far as the mirror knows: its head, null when it was deleted, undefined when it is not known at all. */
export async function findRefHead(db: Db, ref: { repositoryId: string; kind: RefKind; name: string }): Promise<string | null | undefined> {
  const { rows } = await db.raw<{ rows: { sha: string | null; deleted_at: Date | null }[] }>(
    'select sha, deleted_at from refs where repository_id = ? and kind = ? and name = ?',
    [ref.repositoryId, ref.kind, ref.name],
  );
  const [row] = rows;
  if (!row) return undefined;
  return row.deleted_at === null ? row.sha : null;
}
