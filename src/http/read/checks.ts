import type { RefKind } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Page } from '../paging.ts';
import type { Check, CheckQuery } from '../schemas/check.ts';
import { PageQuery } from './page-query.ts';
import { isoTime, isoTimeOrNull } from './rows.ts';

/** A record of a check as it is stored. */
export interface CheckRow {
  id: string;
  result: Check['result'];
  trigger: Check['trigger'];
  requested_by: string | null;
  job_id: string | null;
  ref_kind: RefKind | null;
  ref_name: string | null;
  before: string | null;
  sha: string | null;
  message: string | null;
  author: string | null;
  committed_at: Date | null;
  changes: number;
  code: string | null;
  error: string | null;
  times: number;
  first_checked_at: Date;
  checked_at: Date;
}

/** A record of a check as the API shows it. */
export function checkItem(row: CheckRow): Check {
  const { ref_kind: kind, ref_name: name, code } = row;
  return {
    id: row.id,
    result: row.result,
    trigger: row.trigger,
    requested_by: row.requested_by,
    job_id: row.job_id,
    branch: kind === 'branch' ? name : null,
    ref: kind === null || name === null ? null : { kind, name },
    before: row.before,
    sha: row.sha,
    message: row.message,
    author: row.author,
    date: isoTimeOrNull(row.committed_at),
    changes: row.changes,
    error: code === null ? null : { code, message: row.error ?? '' },
    times: row.times,
    first_checked_at: isoTime(row.first_checked_at),
    checked_at: isoTime(row.checked_at),
  };
}

/** A page of what comparing a repository found, newest first. */
export async function listChecks(db: Db, repositoryId: string, query: CheckQuery): Promise<Page<Check>> {
  const list = new PageQuery<CheckRow>('c.id', query);
  list.where('c.repository_id = :repository', { repository: repositoryId });
  list.whereEqual('c.result', query.result);
  list.whereEqual('c.trigger', query.trigger);
  if (query.branch !== undefined) list.where(`c.ref_kind = 'branch' and c.ref_name = :branch`, { branch: query.branch });
  if (query.since !== undefined) list.where('c.checked_at >= :since', { since: new Date(query.since) });
  // A record of several checks counts from its first one.
  if (query.until !== undefined) list.where('c.first_checked_at < :until', { until: new Date(query.until) });
  return await list.read(db, 'select c.* from check_records c', checkItem);
}
