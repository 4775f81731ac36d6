import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { readCursor, pageLimit, toPage, type Page } from '../paging.ts';
import type { Breaker, BreakerQuery, Lane, LaneQuery } from '../schemas/lane.ts';
import { PageQuery } from './page-query.ts';
import { listRepositoryIds } from './repositories.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

interface LaneRow {
  lane: string;
  installation_id: string;
  open: number;
  oldest_at: Date | null;
  running: string | null;
  blocked: {
    run: string;
    watch: string;
    repository: string;
    repository_id: string | null;
    code: string | null;
    message: string | null;
    since: string | null;
  } | null;
}

/** What a cursor of lanes holds. */
const laneKey = /^[^\0]{1,400}$/;

/** How many runs of a lane are counted. */
const countedAtMost = 1_000;

/**
 * A page of the lanes that have something to do, by their keys; whoever sees no run of one does not see it. Several repositories can share
 * a key: of a run in one that somebody does not see they learn that it is in the way, not what it is.
 */
export async function listLanes(db: Db, query: LaneQuery, requester: Requester): Promise<Page<Lane>> {
  const limit = pageLimit(query);
  const cursor = readCursor(query, laneKey);
  const seen = visibleTo(requester, { installation: 'r.installation_id', repository: 'r.repository_id' });
  const repositories = query.repository === undefined ? undefined : await listRepositoryIds(db, query.repository);
  const open = `r.status in ('queued', 'running', 'waiting')`;
  const states = {
    all: [open, 'r.blocks'],
    true: ['r.blocks'],
    false: [`${open} and not exists (select 1 from runs d where d.lane = r.lane and d.blocks)`],
  }[query.blocked ?? 'all'];
  // Each state by its own index: with an "or" between them, every lane would be sorted for every step.
  const first = (after: string) =>
    `select min(z.lane) as lane from (${states.map((state) => `(select r.lane from runs r where ${mine(state)} ${after} order by r.lane limit 1)`).join(' union all ')}) z`;
  const rows = await queryRows<LaneRow>(
    db,
    `with recursive found as (
       (${first(cursor === undefined ? '' : 'and r.lane > :cursor')})
       union all
       select (${first('and r.lane > f.lane')}) from found f where f.lane is not null
     ), page as (
       select f.lane from found f where f.lane is not null limit :limit
     )
     select p.lane, l.installation_id, o.open, o.oldest_at, o.running, b.blocked
     from page p join lanes l on l.key = p.lane
     cross join lateral (
       select count(*)::int as open, min(q.created_at) as oldest_at, max(q.id) filter (where q.status = 'running') as running
       from (select r.id, r.created_at, r.status from runs r where r.lane = p.lane and r.status in ('queued', 'running', 'waiting')
         order by r.seq limit ${countedAtMost}) q
     ) o
     left join lateral (
       select json_build_object('run', r.id::text, 'watch', case when s.seen then r.watch_key else '' end,
         'repository', case when s.seen then coalesce(y.full_name, '') else '' end, 'repository_id', case when s.seen then r.repository_id::text end,
         'code', r.code, 'message', case when s.seen then r.message end,
         'since', r.finished_at) as blocked
       from runs r left join repositories y on y.id = r.repository_id cross join lateral (select ${seen.sql} as seen) s
       where r.lane = p.lane and r.blocks order by r.seq limit 1
     ) b on true
     order by p.lane`,
    { limit: limit + 1, ...(cursor === undefined ? {} : { cursor }), ...seen.values, repositories, installation: query.installation },
  );
  return toPage(rows, limit, { item: laneItem, key: (row) => row.lane });

  function mine(state: string): string {
    const parts = [state, seen.sql];
    if (repositories !== undefined) parts.push('r.repository_id = any(:repositories)');
    if (query.installation !== undefined) parts.push('r.installation_id = :installation');
    return parts.join(' and ');
  }
}

function laneItem({ lane, installation_id, open, oldest_at, running, blocked }: LaneRow): Lane {
  const by = blocked && { ...blocked, since: blocked.since === null ? null : isoTime(new Date(blocked.since)) };
  return { lane, installation_id, open, oldest_at: isoTimeOrNull(oldest_at), running, blocked_by: by };
}

/** Whose the dead run is that holds up a lane; undefined when none does. */
export async function findBlockerPlace(db: Db, lane: string): Promise<{ installation: string; repository: string } | undefined> {
  const [row] = await queryRows<{ installation: string; repository: string }>(
    db,
    `select r.installation_id as installation, r.repository_id as repository from runs r where r.lane = :lane and r.blocks order by r.seq limit 1`,
    { lane },
  );
  return row;
}

interface BreakerRow {
  id: string;
  repository_id: string;
  installation_id: string;
  full_name: string;
  watch_key: string;
  loop_key: string;
  stopped: number;
  tripped_at: Date;
  last_at: Date;
  reset_at: Date | null;
}

/** A page of the watches that were taken for a loop, the latest first. */
export async function listBreakers(
  db: Db,
  query: BreakerQuery,
  { requester, windowMs }: { requester: Requester; windowMs: number },
): Promise<Page<Breaker>> {
  const list = new PageQuery<BreakerRow>('k.id', query);
  const seen = visibleTo(requester, { installation: 'k.installation_id', repository: 'k.repository_id' });
  list.where(seen.sql, seen.values);
  list.whereEqual('k.installation_id', query.installation);
  if (query.repository !== undefined)
    list.where('k.repository_id = any(:repositories)', { repositories: await listRepositoryIds(db, query.repository) });
  return await list.read(
    db,
    `select k.id, k.repository_id, k.installation_id, y.full_name, w.key as watch_key, k.loop_key, k.stopped, k.tripped_at, k.last_at, k.reset_at
     from loop_breakers k join repositories y on y.id = k.repository_id join watches w on w.id = k.watch_id`,
    (row) => breakerItem(row, windowMs),
  );
}

function breakerItem(row: BreakerRow, windowMs: number): Breaker {
  const [who = '', ...about] = row.loop_key.split(':');
  const isReset = row.reset_at !== null && row.reset_at >= row.last_at;
  return {
    id: row.id,
    repository: { id: row.repository_id, full_name: row.full_name },
    installation_id: row.installation_id,
    watch: row.watch_key,
    about: about.join(':'),
    made_by: who === 'own' ? 'repowatch' : 'bot',
    open: !isReset && row.last_at.getTime() + windowMs > Date.now(),
    stopped: row.stopped,
    tripped_at: isoTime(row.tripped_at),
    last_at: isoTime(row.last_at),
    reset_at: isoTimeOrNull(row.reset_at),
  };
}

/** Whose a breaker is; undefined when there is none. */
export async function findBreakerPlace(db: Db, id: string): Promise<{ installation: string; repository: string } | undefined> {
  const [row] = await queryRows<{ installation: string; repository: string }>(
    db,
    'select k.installation_id as installation, k.repository_id as repository from loop_breakers k where k.id = :id',
    { id },
  );
  return row;
}
