import { isZeroSha, zeroSha } from '../../changes/ref-change.ts';
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
  previous: string | null;
  changed_at: Date | null;
  actor: string | null;
  head_commit: { id: string; message: string; timestamp: string | null; author: { username?: string | null; name?: string | null } } | null;
}

/** The change that made the ref what it is. Its heads stand in the index of refs; `+ 0` keeps Postgres from walking all changes by id instead. */
const lastMove = `left join lateral (
    select c.before, c.happened_at, c.actor->>'login' as actor, c.data->'head_commit' as head_commit from changes c
    where c.ref_id = f.id and c.after = coalesce(f.sha, '${zeroSha}') order by c.id + 0 desc limit 1
  ) c on true`;

function lastCommit(commit: RefRow['head_commit']): Ref['last_commit'] {
  if (!commit) return null;
  const { id, message, timestamp, author } = commit;
  return { sha: id, message, author: author.username ?? author.name ?? null, date: timestamp ?? null };
}

const selectSql = `select f.name, f.sha, f.protected, f.observed_at, f.deleted_at, c.before as previous, c.happened_at as changed_at, c.actor,
  c.head_commit from refs f ${lastMove}`;

function refItem(row: RefRow, kind: RefKind): Ref {
  return {
    name: row.name,
    ref: `${kind === 'branch' ? 'refs/heads/' : 'refs/tags/'}${row.name}`,
    sha: row.sha,
    head_sha: row.sha,
    previous_sha: row.previous === null || isZeroSha(row.previous) ? null : row.previous,
    protected: row.protected,
    last_commit: lastCommit(row.head_commit),
    changed_at: isoTimeOrNull(row.changed_at),
    changed_by: row.actor,
    observed_at: isoTime(row.observed_at),
    deleted_at: isoTimeOrNull(row.deleted_at),
  };
}

/** A page of a repository's branches or tags by name, which is the order its index has. */
export async function listRefs(db: Db, of: { repositoryId: string; kind: RefKind }, query: RefQuery): Promise<Page<Ref>> {
  const limit = pageLimit(query);
  const after = readCursor(query, /^[^\0]{1,300}$/s) ?? '';
  const rows = await queryRows<RefRow>(
    db,
    `${selectSql} where f.repository_id = :repositoryId and f.kind = :kind and f.name > :after and (f.deleted_at is null or :deleted)
       and position(lower(:q) in lower(f.name)) > 0
     order by f.name limit :limit`,
    { ...of, after, deleted: query.include_deleted === 'true', q: query.q ?? '', limit: limit + 1 },
  );
  return toPage(rows, limit, { key: (row) => row.name, item: (row) => refItem(row, of.kind) });
}

/** One branch or tag by its name, also one that was deleted. */
export async function findRef(db: Db, of: { repositoryId: string; kind: RefKind; name: string }): Promise<Ref | undefined> {
  const [row] = await queryRows<RefRow>(db, `${selectSql} where f.repository_id = :repositoryId and f.kind = :kind and f.name = :name`, of);
  return row && refItem(row, of.kind);
}
