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
  latest_path: string | null;
  latest_content: string | null;
}

/** What a repository's own file says, and whether it is good. */
export async function findConfig(db: Db, repositoryId: string): Promise<Omit<RepositoryConfig, 'layers' | 'watches'> | undefined> {
  const [row] = await queryRows<ConfigRow>(
    db,
    `select r.full_name, r.config_status, r.config_problems, r.config_blob_sha, r.config_checked_at, g.path, g.blob_sha, g.content, g.created_at,
       l.path as latest_path, l.content as latest_content
     from repositories r left join configs g on g.id = r.config_id
       left join configs l on l.repository_id = r.id and l.blob_sha = r.config_blob_sha and l.managed_by in ('file', 'organization')
     where r.id = :repositoryId`,
    { repositoryId },
  );
  if (row === undefined) return undefined;
  const {
    path,
    blob_sha: sha,
    content,
    created_at: since,
    latest_path: latestPath,
    latest_content: latestContent,
    config_blob_sha: latestSha,
  } = row;
  return {
    repository: row.full_name,
    status: row.config_status,
    checked_at: isoTimeOrNull(row.config_checked_at),
    config_sha: row.config_blob_sha,
    problems: Array.isArray(row.config_problems) ? (row.config_problems as RepositoryConfig['problems']) : [],
    latest:
      latestPath === null || latestContent === null || latestSha === null
        ? null
        : { path: latestPath, config_sha: latestSha, content: latestContent },
    in_force:
      path === null || sha === null || content === null || since === null
        ? null
        : { path, config_sha: sha, content, since: isoTime(since) },
  };
}
