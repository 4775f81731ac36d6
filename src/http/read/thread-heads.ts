import type { ChangeOrigin } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { queryRows } from './rows.ts';
import { visibleDeliveries, visibleTo } from './visible-to.ts';

/** Groups of statuses that a person looks for. */
export const threadStatuses = ['waiting', 'succeeded', 'failed', 'ignored'] as const;
export type ThreadStatus = (typeof threadStatuses)[number];

/** Where a thread begins: at a delivery, or at a change that no delivery announced. */
export interface ThreadHead {
  kind: 'delivery' | 'change';
  id: string;
  at: Date;
}

interface HeadQuery {
  /** Ids of the repositories asked for; undefined for all. */
  repositories: { ids: string[]; githubIds: string[] } | undefined;
  status: ThreadStatus | undefined;
  requester: Requester;
}

/** How changes become known that no delivery brings; one branch for each keeps the index on (origin, id). */
export const unannouncedOrigins: readonly ChangeOrigin[] = ['reconcile', 'trigger', 'manual'];

/** What a group of statuses means for deliveries and for runs. */
export const threadGroups: Record<ThreadStatus, { deliveries: string[]; runs: string[] }> = {
  waiting: { deliveries: ['unprocessed', 'processing', 'reprocessing'], runs: ['queued', 'running', 'waiting'] },
  succeeded: { deliveries: [], runs: ['succeeded'] },
  failed: { deliveries: ['errored'], runs: ['failed', 'dead'] },
  ignored: { deliveries: ['ignored'], runs: [] },
};

/** Statuses come from the table above, so they may stand in the text; one branch for each keeps the index on (status, id). */
function unionOf(statuses: readonly string[], branch: (condition: string) => string): string {
  return statuses.map((status) => `(${branch(`status = '${status}'`)})`).join(' union all ');
}

async function deliveryHeads(db: Db, { repositories, status, requester }: HeadQuery, limit: number): Promise<ThreadHead[]> {
  const seen = visibleDeliveries(requester);
  const inRepository = `and ${seen.sql} ${repositories === undefined ? '' : 'and d.repository_github_id = any(:githubIds)'}`;
  const branch = (condition: string) =>
    `select 'delivery' as kind, d.id, d.received_at as at from deliveries d where ${condition} ${inRepository} order by d.id desc limit :limit`;
  const sql = status === undefined ? branch('true') : unionOf(threadGroups[status].deliveries, (condition) => branch(`d.${condition}`));
  return sql === '' ? [] : queryRows<ThreadHead>(db, sql, { githubIds: repositories?.githubIds ?? [], limit, ...seen.values });
}

async function changeHeads(db: Db, { repositories, requester }: HeadQuery, limit: number): Promise<ThreadHead[]> {
  const seen = visibleTo(requester, { installation: 'c.installation_id', repository: 'c.repository_id' });
  const inRepository = `and ${seen.sql} ${repositories === undefined ? '' : 'and c.repository_id = any(:ids)'}`;
  const branches = unannouncedOrigins.map(
    (origin) =>
      `(select 'change' as kind, c.id, c.created_at as at from changes c
        where c.origin = '${origin}' and c.delivery_id is null ${inRepository} order by c.id desc limit :limit)`,
  );
  return queryRows<ThreadHead>(db, branches.join(' union all '), { ids: repositories?.ids ?? [], limit, ...seen.values });
}

async function runHeads(db: Db, { repositories, status, requester }: HeadQuery, limit: number): Promise<ThreadHead[]> {
  if (status === undefined || threadGroups[status].runs.length === 0) return [];
  const seen = visibleTo(requester, { installation: 'n.installation_id', repository: 'n.repository_id' });
  const inRepository = `and ${seen.sql} ${repositories === undefined ? '' : 'and n.repository_id = any(:ids)'}`;
  const newest = unionOf(
    threadGroups[status].runs,
    (condition) => `select n.change_id from runs n where n.${condition} ${inRepository} order by n.id desc limit :limit`,
  );
  return queryRows<ThreadHead>(
    db,
    `select distinct case when d.id is null then 'change' else 'delivery' end as kind, coalesce(d.id, c.id) as id,
       coalesce(d.received_at, c.created_at) as at
     from (${newest}) n join changes c on c.id = n.change_id left join deliveries d on d.id = c.delivery_id`,
    { ids: repositories?.ids ?? [], limit, ...seen.values },
  );
}

/** The newest heads first. */
export async function listThreadHeads(db: Db, query: HeadQuery, limit: number): Promise<ThreadHead[]> {
  const deliveries = await deliveryHeads(db, query, limit);
  const others = query.status === undefined ? await changeHeads(db, query, limit) : await runHeads(db, query, limit);
  const heads = new Map([...deliveries, ...others].map((head) => [`${head.kind}-${head.id}`, head]));
  const byTime = (a: ThreadHead, b: ThreadHead) => b.at.getTime() - a.at.getTime() || Number(b.id) - Number(a.id);
  return [...heads.values()].sort(byTime).slice(0, limit);
}
