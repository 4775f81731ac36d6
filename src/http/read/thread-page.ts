import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { pageLimit, readCursor, type Page } from '../paging.ts';
import type { ThreadListQuery } from '../schemas/thread.ts';
import { listRepositoryGithubIds, listRepositoryIds } from './repositories.ts';
import { queryRows } from './rows.ts';
import { threadGroups, unannouncedOrigins, type ThreadHead } from './thread-heads.ts';
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
  const asked = { query, requester, mark, limit: limit + 1 };
  const [deliveries, changes] = await Promise.all([listDeliveryHeads(db, asked), listChangeHeads(db, asked)]);
  const shown: ThreadHead[] = [];
  const next: Mark = { ...mark };
  while (shown.length < limit) {
    const [delivery, change] = [deliveries[0], changes[0]];
    if (delivery === undefined && change === undefined) break;
    const isDelivery = change === undefined || (delivery !== undefined && delivery.at >= change.at);
    const head = (isDelivery ? deliveries.shift() : changes.shift())!;
    shown.push(head);
    next[head.kind] = head.id;
  }
  const isMore = deliveries.length + changes.length > 0;
  const cursor = isMore ? Buffer.from(`${next.delivery ?? ''}.${next.change ?? ''}`).toString('base64url') : null;
  return { data: await readThreads(db, shown), meta: { next: cursor } };
}

interface Asked {
  query: ThreadListQuery;
  requester: Requester;
  mark: Mark;
  limit: number;
}

/** True for threads of which a run stands like this; `c` are their changes. Statuses come from the table, so they may stand in the text. */
function runsStand(status: ThreadListQuery['status'], changes: string): string | undefined {
  const runs = status === undefined ? [] : threadGroups[status].runs;
  if (runs.length === 0) return undefined;
  return `exists (select 1 from changes c join runs n on n.change_id = c.id where ${changes} and n.status in (${runs.map((word) => `'${word}'`).join(', ')}))`;
}

async function listDeliveryHeads(db: Db, { query, requester, mark, limit }: Asked): Promise<ThreadHead[]> {
  const { repository, status } = query;
  const seen = visibleDeliveries(requester);
  const own = status === undefined ? [] : threadGroups[status].deliveries;
  const stands = [
    ...(own.length === 0 ? [] : [`d.status in (${own.map((word) => `'${word}'`).join(', ')})`]),
    ...[runsStand(status, 'c.delivery_id = d.id') ?? []].flat(),
  ];
  return await queryRows<ThreadHead>(
    db,
    `select 'delivery' as kind, d.id, d.received_at as at from deliveries d
     where ${seen.sql} and (cast(:before as bigint) is null or d.id < :before)
       ${repository === undefined ? '' : 'and d.repository_github_id = any(:githubIds)'} ${stands.length === 0 ? '' : `and (${stands.join(' or ')})`}
     order by d.id desc limit :limit`,
    {
      before: mark.delivery,
      githubIds: repository === undefined ? [] : await listRepositoryGithubIds(db, repository),
      limit,
      ...seen.values,
    },
  );
}

async function listChangeHeads(db: Db, { query, requester, mark, limit }: Asked): Promise<ThreadHead[]> {
  const { repository, status } = query;
  const seen = visibleTo(requester, { installation: 'h.installation_id', repository: 'h.repository_id' });
  const stands = status === undefined ? 'true' : (runsStand(status, 'c.id = h.id') ?? 'false');
  const origins = unannouncedOrigins.map((origin) => `'${origin}'`).join(', ');
  return await queryRows<ThreadHead>(
    db,
    `select 'change' as kind, h.id, h.created_at as at from changes h
     where h.origin in (${origins}) and h.delivery_id is null and ${seen.sql} and (cast(:before as bigint) is null or h.id < :before)
       ${repository === undefined ? '' : 'and h.repository_id = any(:ids)'} and ${stands}
     order by h.id desc limit :limit`,
    { before: mark.change, ids: repository === undefined ? [] : await listRepositoryIds(db, repository), limit, ...seen.values },
  );
}
