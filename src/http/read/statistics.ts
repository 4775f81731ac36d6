import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Activity, RepositoryStatistics, Statistics } from '../schemas/statistics.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

/** The latest that changes told of each issue or pull request of a repository. */
const latestOf = (
  noun: 'issue' | 'pull_request',
) => `select distinct on (c.data->'${noun}'->>'number') c.data->'${noun}' as subject from changes c
  where c.repository_id = :id and c.type like '${noun === 'issue' ? 'issue.' : 'pull\\_request.'}%' and c.data->'${noun}'->>'number' is not null
  order by c.data->'${noun}'->>'number', c.happened_at desc, c.id desc`;

const repositorySql = `with issues as (${latestOf('issue')}), pulls as (${latestOf('pull_request')})
  select
    (select count(*)::int from issues) as issues_total,
    (select count(*)::int from issues where subject->>'state' = 'open') as issues_open,
    (select count(*)::int from pulls) as pulls_total,
    (select count(*)::int from pulls where subject->>'state' = 'open') as pulls_open,
    (select count(*)::int from pulls where subject->>'merged' = 'true') as pulls_merged,
    (select count(*)::int from refs f where f.repository_id = :id and f.kind = 'branch' and f.deleted_at is null) as branches,
    (select count(*)::int from refs f where f.repository_id = :id and f.kind = 'tag' and f.deleted_at is null) as tags,
    (select count(*)::int from members m where m.repository_id = :id) as members`;

/** How much there is in a repository. Issues and pull requests count as changes told of them: those that nothing happened to are not known. */
export async function readRepositoryStatistics(db: Db, id: string): Promise<RepositoryStatistics> {
  const [row] = await queryRows<Record<string, number>>(db, repositorySql, { id });
  const of = (name: string) => row?.[name] ?? 0;
  return {
    issues: { total: of('issues_total'), open: of('issues_open'), closed: of('issues_total') - of('issues_open') },
    pull_requests: {
      total: of('pulls_total'),
      open: of('pulls_open'),
      merged: of('pulls_merged'),
      closed: of('pulls_total') - of('pulls_open') - of('pulls_merged'),
    },
    branches: of('branches'),
    tags: of('tags'),
    members: of('members'),
  };
}

/** What activity is made of: changes, and where their commits lie. */
const kinds = {
  commits: "c.type in ('branch.updated', 'branch.created')",
  issues: "c.type = 'issue.opened'",
  pulls: "c.type = 'pull_request.opened'",
};

/** What happened in a repository in the last days, with the ten latest of each. */
export async function readActivity(db: Db, id: string, days: number): Promise<Activity> {
  const since = new Date(Date.now() - days * 86_400_000);
  const counts = Object.fromEntries(
    await Promise.all(
      Object.entries(kinds).map(async ([name, condition]) => {
        const rows = await queryRows<{
          id: string;
          type: string;
          ref_name: string | null;
          happened_at: Date;
          total: number;
          data: Subject;
        }>(
          db,
          `with counted as materialized (select count(*)::int as total from changes c where c.repository_id = :id and c.happened_at >= :since and ${condition})
           select c.id, c.type, c.ref_name, c.happened_at, c.data, counted.total from counted, lateral (
             select c.* from changes c where c.repository_id = :id and c.happened_at >= :since and ${condition} order by c.id desc limit case when counted.total = 0 then 0 else 10 end) c
           order by c.id desc`,
          { id, since },
        );
        const latest = rows.map(({ data, happened_at: at, total: _total, ...row }) => {
          const subject = data.issue ?? data.pull_request;
          return { ...row, number: subject?.number ?? null, title: subject?.title ?? null, happened_at: isoTime(at) };
        });
        return [name, { total: rows[0]?.total ?? 0, latest }] as const;
      }),
    ),
  ) as Pick<Activity, keyof typeof kinds>;
  return { period_days: days, since: isoTime(since), ...counts };
}

type Subject = Partial<Record<'issue' | 'pull_request', { number: number; title: string }>>;

/** How the comparing with GitHub stands, over everything that the requester sees. */
export async function readStatistics(db: Db, requester: Requester): Promise<Statistics> {
  const { sql, values } = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  const [row] = await queryRows<{ repositories: number; compared: number; failing: number; last: Date | null }>(
    db,
    `select count(*)::int as repositories, count(r.reconciled_at)::int as compared, count(*) filter (where r.reconcile_error is not null)::int as failing,
       max(r.reconciled_at) as last from repositories r where r.removed_at is null and ${sql}`,
    values,
  );
  const { repositories = 0, compared = 0, failing = 0, last = null } = row ?? {};
  return { repositories, compared, failing, last_compared_at: isoTimeOrNull(last) };
}
