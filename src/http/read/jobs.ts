import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { Job, JobQuery } from '../schemas/job.ts';
import { PageQuery } from './page-query.ts';
import { listRepositoryIds } from './repositories.ts';
import { durationMs, isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

interface JobRow {
  id: string;
  kind: Job['kind'];
  status: Job['status'];
  target: string;
  installation_id: string | null;
  requested_by: string;
  total: number;
  done: number;
  failed: number;
  changes: number;
  replay_config: Job['replay_config'];
  last_repository: string | null;
  errors: Job['errors'];
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

/** A job of one repository belongs to it; one of several, or of several installations, to whoever sees all of them. */
export const jobOwner = {
  installation: `coalesce(j.installation_id,
    (select min(t.installation_id) from job_items t where t.job_id = j.id having count(distinct t.installation_id) = 1),
    (select min(t.installation_id) from job_runs t where t.job_id = j.id having count(distinct t.installation_id) = 1))`,
  repository: `coalesce((select min(t.repository_id) from job_items t where t.job_id = j.id having count(*) = 1),
    (select min(t.repository_id) from job_issues t where t.job_id = j.id))`,
};

/** A job that these repositories are part of. */
const isAboutSql = `(exists (select 1 from job_items t where t.job_id = j.id and t.repository_id = any(:repositories))
  or exists (select 1 from job_issues t where t.job_id = j.id and t.repository_id = any(:repositories))
  or exists (select 1 from job_runs t join runs n on n.id = t.run_id where t.job_id = j.id and n.repository_id = any(:repositories)))`;

const selectSql = 'select j.* from jobs j';

function jobItem(row: JobRow): Job {
  const { last_repository: repository, created_at: createdAt, started_at: startedAt, finished_at: finishedAt, errors, ...columns } = row;
  return {
    ...columns,
    progress: row.done + row.failed,
    repository,
    errors: errors.map(({ repository: name, code, message }) => ({ repository: name, code, message })),
    created_at: isoTime(createdAt),
    started_at: isoTimeOrNull(startedAt),
    finished_at: isoTimeOrNull(finishedAt),
    duration_ms: durationMs(createdAt, finishedAt ?? new Date()) ?? 0,
  };
}

/** A page of jobs, newest first. */
export async function listJobs(db: Db, query: JobQuery, requester: Requester): Promise<Page<Job>> {
  const list = new PageQuery<JobRow>('j.id', query);
  list.add(visibleTo(requester, jobOwner));
  list.whereEqual('j.kind', query.kind);
  list.whereAny('j.status', query.status);
  list.whereEqual('j.installation_id', query.installation);
  if (query.repository !== undefined) list.where(isAboutSql, { repositories: await listRepositoryIds(db, query.repository) });
  list.whereTime('j.created_at', query);
  return await list.read(db, selectSql, jobItem);
}

/** A job by its id. */
export async function findJob(db: Db, id: string): Promise<Job | undefined> {
  const [row] = await queryRows<JobRow>(db, `${selectSql} where j.id = :id`, { id });
  return row === undefined ? undefined : jobItem(row);
}
