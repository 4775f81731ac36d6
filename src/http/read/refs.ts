import type { RefKind } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import { pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { Ref, RefQuery } from '../schemas/repository.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface RefRow {
  name: string;
  sha: string | null;
  protected: boolean | null;
  observed_at: Date;
  deleted_at: Date | null;
}

/** A page of a repository's branches or tags by name, which is the order its index has. */
export async function listRefs(db: Db, of: { repositoryId: string; kind: RefKind }, query: RefQuery): Promise<Page<Ref>> {
  const limit = pageLimit(query);
  const after = readCursor(query, /^[^\0]{1,300}$/s) ?? '';
  const rows = await queryRows<RefRow>(
    db,
    `select f.name, f.sha, f.protected, f.observed_at, f.deleted_at from refs f
     where f.repository_id = :repositoryId and f.kind = :kind and f.name > :after and (f.deleted_at is null or :deleted)
     order by f.name limit :limit`,
    { ...of, after, deleted: query.include_deleted === 'true', limit: limit + 1 },
  );
  const prefix = of.kind === 'branch' ? 'refs/heads/' : 'refs/tags/';
  return toPage(rows, limit, {
    key: (row) => row.name,
    item: (row) => ({
      name: row.name,
      ref: `${prefix}${row.name}`,
      sha: row.sha,
      head_sha: row.sha,
      protected: row.protected,
      observed_at: isoTime(row.observed_at),
      deleted_at: isoTimeOrNull(row.deleted_at),
    }),
  });
}
