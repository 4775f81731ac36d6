import type { ConfigStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { RepositoryConfig } from '../schemas/repository.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface ConfigRow {
  full_name: string;
  config_status: ConfigStatus;
  config_problems: unknown;
  config_blob_sha: string | null;
  config_checked_at: Date | null;
  path: string | null;
  blob_sha: string | null;
  content: string | null;
  created_at: Date | null;
}

type Watch = RepositoryConfig['watches'][number];

async function listWatches(db: Db, repositoryId: string): Promise<Watch[]> {
  const rows = await queryRows<Omit<Watch, 'origin'>>(
    db,
    `select w.id, w.key, w.name, w.managed_by, g.path, w.line from watches w join configs g on g.id = w.config_id
     where w.repository_id = :repositoryId and w.removed_at is null order by w.line nulls last, w.key`,
    { repositoryId },
  );
  return rows.map((row) => Object.assign(row, { origin: row.line === null ? row.path : `${row.path}:${row.line}` }));
}

/** What a repository's file says, whether it is good, and which watches it declares. */
export async function findConfig(db: Db, repositoryId: string): Promise<RepositoryConfig | undefined> {
  const [row] = await queryRows<ConfigRow>(
    db,
    `select r.full_name, r.config_status, r.config_problems, r.config_blob_sha, r.config_checked_at, g.path, g.blob_sha, g.content, g.created_at
     from repositories r left join configs g on g.id = r.config_id where r.id = :repositoryId`,
    { repositoryId },
  );
  if (row === undefined) return undefined;
  const { path, blob_sha: sha, content, created_at: since } = row;
  return {
    repository: row.full_name,
    status: row.config_status,
    checked_at: isoTimeOrNull(row.config_checked_at),
    config_sha: row.config_blob_sha,
    problems: Array.isArray(row.config_problems) ? (row.config_problems as RepositoryConfig['problems']) : [],
    in_force:
      path === null || sha === null || content === null || since === null
        ? null
        : { path, config_sha: sha, content, since: isoTime(since) },
    watches: await listWatches(db, repositoryId),
  };
}
