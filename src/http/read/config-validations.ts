import type { FeedbackChannel, ValidationConclusion, ValidationStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Page } from '../paging.ts';
import type { ConfigValidation, ConfigValidationDetail, ConfigValidationQuery } from '../schemas/config-validation.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';

interface ValidationRow {
  id: string;
  full_name: string;
  head_sha: string;
  ref_name: string | null;
  on_default_branch: boolean;
  pull_number: number | null;
  from_fork: boolean;
  status: ValidationStatus;
  conclusion: ValidationConclusion | null;
  blob_sha: string | null;
  title: string | null;
  channel: FeedbackChannel | null;
  check_run_id: string | null;
  code: string | null;
  reason: string | null;
  due_at: Date | null;
  created_at: Date;
  validated_at: Date | null;
  reported_at: Date | null;
}

interface DetailRow extends ValidationRow {
  problems: ConfigValidationDetail['problems'];
  preview: ConfigValidationDetail['preview'];
  summary: string | null;
  content: string | null;
  html_url: string | null;
}

const from = 'from config_validations v join repositories r on r.id = v.repository_id';
const columns = `v.id, r.full_name, v.head_sha, v.ref_name, v.on_default_branch, v.pull_number, v.from_fork, v.status, v.conclusion, v.blob_sha,
  v.title, v.channel, v.check_run_id, v.code, v.reason, v.due_at, v.created_at, v.validated_at, v.reported_at`;

function validationItem(row: ValidationRow): ConfigValidation {
  return {
    id: row.id,
    repository: row.full_name,
    sha: row.head_sha,
    ref: row.ref_name,
    default_branch: row.on_default_branch,
    pull_request: row.pull_number,
    from_fork: row.from_fork,
    status: row.status,
    conclusion: row.conclusion,
    config_sha: row.blob_sha,
    title: row.title,
    channel: row.channel,
    check_run_id: row.check_run_id,
    code: row.code,
    reason: row.reason,
    due_at: isoTimeOrNull(row.due_at),
    created_at: isoTime(row.created_at),
    validated_at: isoTimeOrNull(row.validated_at),
    reported_at: isoTimeOrNull(row.reported_at),
    url: `/api/repos/${row.full_name}/config/validations/${row.id}`,
  };
}

/** A page of what was said of a repository's proposed configurations, newest first. */
export async function listConfigValidations(db: Db, repositoryId: string, query: ConfigValidationQuery): Promise<Page<ConfigValidation>> {
  const list = new PageQuery<ValidationRow>('v.id', query);
  list.where('v.repository_id = :repository', { repository: repositoryId });
  list.whereEqual('v.status', query.status);
  list.whereEqual('v.conclusion', query.conclusion);
  list.whereEqual('v.head_sha', query.sha);
  list.whereEqual('v.ref_name', query.ref);
  list.whereEqual('v.pull_number', query.pull_request);
  return await list.read(db, `select ${columns} ${from}`, validationItem);
}

/** What was said of one commit's configuration; within a repository when one is given. */
export async function findConfigValidation(db: Db, id: string, repositoryId?: string): Promise<ConfigValidationDetail | undefined> {
  const [row] = await queryRows<DetailRow>(
    db,
    `select ${columns}, v.problems, v.preview, v.summary, g.content, r.html_url ${from}
       left join configs g on g.repository_id = r.id and g.blob_sha = v.blob_sha and g.managed_by in ('file', 'organization')
     where v.id = :id and (cast(:repositoryId as bigint) is null or v.repository_id = :repositoryId)`,
    { id, repositoryId: repositoryId ?? null },
  );
  if (!row) return undefined;
  return {
    ...validationItem(row),
    problems: row.problems,
    preview: row.preview,
    summary: row.summary,
    content: row.content,
    html_url: row.html_url,
  };
}
