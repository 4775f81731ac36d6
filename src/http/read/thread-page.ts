import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { pageLimit, readCursor, type Page } from '../paging.ts';
import type { ThreadListQuery } from '../schemas/thread.ts';
import { listRepositoryGithubIds, listRepositoryIds } from './repositories.ts';
import { queryRows } from './rows.ts';
import { listChangeHeads, type ChangeQuestion } from './thread-changes.ts';
import { threadGroups, type ThreadHead } from './thread-heads.ts';
import { readThreads, type Thread } from './threads.ts';
import { visibleDeliveries, visibleTo } from './visible-to.ts';

/** Where a page ends in both lists that threads are made of: the ids of the last delivery and the last change shown, or before it. */
interface Mark {
  delivery: string | null;
  change: string | null;
}

function readMark(query: ThreadListQuery): Mark {
  const [delivery = '', change = ''] = readCursor(query, /^\d{0,18}\.\d{0,18}$/)?.split('.') ?? [];
  return { delivery: delivery === '' ? null : delivery, change: change === '' ? null : change };
}

/** A page of threads, the newest first. Each of the two lists goes by its own ids, so that nothing is doubled or lost by what comes in meanwhile. */
export async function listThreadPage(db: Db, query: ThreadListQuery, requester: Requester): Promise<Page<Thread>> {
  const limit = pageLimit(query);
  const mark = readMark(query);
  const asked = { query, named: await readAsked(db, query, requester), requester, mark, limit: limit + 1 };
  const [deliveries, changes] = await Promise.all([listDeliveryHeads(db, asked), listChangeHeads(db, changesOf(asked))]);
  const shown: ThreadHead[] = [];
  const next: Mark = { ...mark };
  while (shown.length < limit) {
    const [delivery, change] = [deliveries[0], changes[0]];
    if (delivery === undefined && change === undefined) break;
    if (change === undefined || (delivery !== undefined && delivery.at >= change.at)) {
      shown.push(deliveries.shift()!);
      next.delivery = delivery!.id;
    } else {
      shown.push(changes.shift()!);
      next.change = change.change;
    }
  }
  const isMore = deliveries.length + changes.length > 0;
  const cursor = isMore ? Buffer.from(`${next.delivery ?? ''}.${next.change ?? ''}`).toString('base64url') : null;
  return { data: await readThreads(db, shown), meta: { next: cursor } };
}

interface Asked {
  query: ThreadListQuery;
  named: Named | undefined;
  requester: Requester;
  mark: Mark;
  limit: number;
}

function changesOf({ query, named, requester, mark, limit }: Asked): ChangeQuestion {
  const event = query.repository === undefined ? query.q : undefined;
  return { status: query.status, repositories: named?.ids, event, requester, before: mark.change, limit };
}

/** How many repositories may match a part of a name; whoever types more of it finds the others. */
const mostNamed = 200;

/** GitHub's and our ids of the repositories that threads were asked of; undefined where all are meant. */
async function readAsked(db: Db, { repository, q }: ThreadListQuery, requester: Requester): Promise<Named | undefined> {
  if (repository === undefined && q === undefined) return undefined;
  const named =
    repository === undefined
      ? undefined
      : { ids: await listRepositoryIds(db, repository), githubIds: await listRepositoryGithubIds(db, repository) };
  if (q === undefined) return named;
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.id' });
  const rows = await queryRows<{ id: string; github_id: string }>(
    db,
    `select r.id, r.github_id from repositories r where strpos(lower(r.full_name), lower(:q)) > 0 and ${seen.sql} order by r.id desc limit ${mostNamed}`,
    { q, ...seen.values },
  );
  const fits = named === undefined ? rows : rows.filter(({ id }) => named.ids.includes(id));
  return { ids: fits.map(({ id }) => id), githubIds: fits.map(({ github_id: githubId }) => githubId) };
}

interface Named {
  ids: string[];
  githubIds: string[];
}

async function listDeliveryHeads(db: Db, { query, named, requester, mark, limit }: Asked): Promise<ThreadHead[]> {
  const { repository, status, q } = query;
  const seen = visibleDeliveries(requester);
  const own = status === undefined ? [] : threadGroups[status].deliveries;
  if (status !== undefined && own.length === 0) return [];
  const newest = (condition: string) => `select d.id, d.received_at from deliveries d
     where ${seen.sql} and (cast(:before as bigint) is null or d.id < :before) and ${condition}
       ${own.length === 0 ? '' : `and d.status in (${own.map((word) => `'${word}'`).join(', ')})`} order by d.id desc limit :limit`;
  // Of each repository its newest by the index on it: with a rare one, going back through all of them would not end.
  const ofNamed = `select n.* from unnest(cast(:githubIds as bigint[])) g (id) cross join lateral (${newest('d.repository_github_id = g.id')}) n`;
  const ofEvent = q === undefined || repository !== undefined ? '' : ` union (${newest('d.event = lower(:q)')})`;
  return await queryRows<ThreadHead>(
    db,
    named === undefined
      ? `select 'delivery' as kind, n.id, n.received_at as at from (${newest('true')}) n order by n.id desc`
      : `select 'delivery' as kind, n.id, n.received_at as at from ((${ofNamed})${ofEvent}) n order by n.id desc limit :limit`,
    { before: mark.delivery, githubIds: named?.githubIds ?? [], q: q ?? '', limit, ...seen.values },
  );
}
