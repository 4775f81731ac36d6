import { issueChangeTypes } from '../../changes/issue-change.ts';
import { pullRequestChangeTypes } from '../../changes/pull-request-change.ts';
import type { Db } from '../../db/connect.ts';
import { idKey, pageLimit, readCursor, toPage, type Page } from '../paging.ts';
import type { IssueItem, PullItem, WorkListQuery } from '../schemas/work-list.ts';
import { isoTime, queryRows } from './rows.ts';

interface Subject {
  title: string;
  state: 'open' | 'closed';
  html_url: string | null;
  author: { login: string } | null;
  labels: string[];
  assignees: string[];
}
type Issue = Subject & { comments: number };
type Pull = Subject & {
  draft: boolean;
  merged: boolean;
  base: { ref: string };
  head: { ref: string; repository: string | null };
  from_fork: boolean;
};

interface WorkRow<Of> {
  number: number;
  subject: Of;
  happened_at: Date;
  change_id: string;
}

/** What is gone from a repository: nothing of it is listed. */
const gone = ['issue.deleted', 'issue.transferred'];

/** The latest that changes told of each issue or pull request, by their numbers. Those that nothing happened to are not known. */
async function listLatest<Of>(
  db: Db,
  of: { repositoryId: string; noun: 'issue' | 'pull_request' },
  query: WorkListQuery,
): Promise<WorkRow<Of>[]> {
  const { repositoryId, noun } = of;
  const state = `case when subject->>'merged' = 'true' then 'merged' else subject->>'state' end`;
  return await queryRows<WorkRow<Of>>(
    db,
    `with latest as (
       select distinct on (number) (c.data->'${noun}'->>'number')::int as number, c.data->'${noun}' as subject, c.type, c.happened_at, c.id as change_id
       from changes c where c.repository_id = :repositoryId and c.type = any(:types) and c.data->'${noun}'->>'number' is not null
       order by number, c.happened_at desc, c.id desc)
     select number, subject, happened_at, change_id from latest
     where type <> all(:gone) and number < :before and (:state = 'all' or ${state} = :state)
       and position(lower(:q) in lower(subject->>'title')) > 0
     order by number desc limit :limit`,
    {
      repositoryId,
      types: noun === 'issue' ? issueChangeTypes : pullRequestChangeTypes,
      gone,
      before: readCursor(query, idKey) ?? '2147483647',
      state: query.state ?? 'open',
      q: query.q ?? '',
      limit: pageLimit(query) + 1,
    },
  );
}

function shared({ number, subject, happened_at: at, change_id: change }: WorkRow<Subject>) {
  const { title, author, labels, assignees, html_url: url } = subject;
  return { number, title, author: author?.login ?? null, labels, assignees, html_url: url, happened_at: isoTime(at), change_id: change };
}

/** A page of a repository's issues, the highest number first. */
export async function listIssues(db: Db, repositoryId: string, query: WorkListQuery): Promise<Page<IssueItem>> {
  const rows = await listLatest<Issue>(db, { repositoryId, noun: 'issue' }, query);
  const item = (row: WorkRow<Issue>) => ({ ...shared(row), state: row.subject.state, comments: row.subject.comments });
  return toPage(rows, pageLimit(query), { key: (row) => String(row.number), item });
}

/** A page of a repository's pull requests, the highest number first. */
export async function listPulls(db: Db, repositoryId: string, query: WorkListQuery): Promise<Page<PullItem>> {
  const rows = await listLatest<Pull>(db, { repositoryId, noun: 'pull_request' }, query);
  const item = (row: WorkRow<Pull>): PullItem => {
    const { merged, state, draft, base, head, from_fork: fork } = row.subject;
    const owner = fork ? `${head.repository?.split('/', 1)[0] ?? 'unknown'}:` : '';
    return { ...shared(row), state: merged ? 'merged' : state, draft, base: base.ref, head: `${owner}${head.ref}` };
  };
  return toPage(rows, pageLimit(query), { key: (row) => String(row.number), item });
}
