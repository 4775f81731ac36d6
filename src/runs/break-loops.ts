import type { Db } from '../db/connect.ts';

/** How many runs of one watch on one subject are no loop yet, within how long. */
export interface LoopLimits {
  runs: number;
  /** Milliseconds. */
  windowMs: number;
}

/** How keys begin that tell of our own writes, and of other bots'. */
export const ownLoops = 'own:';
export const botLoops = 'bot:';

/**
 * What is no loop yet, in multiples of the limit: other bots often work for good reasons (a merge queue pushes all day), and a
 * watch that answers each issue with another one has a new subject each time.
 */
const allowance = { ofBot: 10, ofWatch: 10 };

/** A breaker that tripped just now, for the one notice. */
export interface Tripped {
  watchKey: string;
  loopKey: string;
}

/**
 * Ends those of these new runs that are too many on changes that machines made: a watch that answers its own effects would go on
 * for ever. What it stops still counts, so that only quiet lets it go on by itself. Answers the breakers that tripped with it.
 */
export async function breakLoops(trx: Db, ids: string[], limits: LoopLimits): Promise<Tripped[]> {
  const { rows } = await trx.raw<{ rows: Tripped[] }>(
    `with judged as (
       select n.id, n.watch_id, n.watch_key, n.loop_key, n.installation_id, n.repository_id, f.factor, same.count as same_count, own.count as own_count
       from runs n
       left join loop_breakers k on k.watch_id = n.watch_id and k.loop_key = n.loop_key
       cross join lateral (select case when n.loop_key like '${botLoops}%' then ${allowance.ofBot} else 1 end as factor) f
       cross join lateral (select greatest(now() - :window * interval '1 millisecond', coalesce(k.reset_at, '-infinity')) as since) w
       cross join lateral (
         select count(*)::int as count from (
           select 1 from runs o where o.watch_id = n.watch_id and o.loop_key = n.loop_key and o.created_at > w.since and o.id <= n.id
           limit :runs * ${allowance.ofBot} + 1) o
       ) same
       cross join lateral (
         select count(*)::int as count from (
           select 1 from runs o where o.watch_id = n.watch_id and o.loop_key like '${ownLoops}%' and f.factor = 1 and o.created_at > w.since
             and o.id <= n.id
           limit :runs * ${allowance.ofWatch} + 1) o
       ) own
       where n.id = any(:ids::bigint[]) and n.loop_key is not null and n.status in ('queued', 'running', 'waiting')
     ), ended as (
       update runs r set status = 'cancelled', code = 'loop_suspected', finished_at = now(),
         message = 'This watch ran ' || (:runs * case when j.same_count > :runs * j.factor then j.factor else ${allowance.ofWatch} end)::text
           || ' times within ' || :minutes || ' on changes that '
           || case when j.factor = 1 then 'RepoWatch itself made' else 'a bot made' end
           || case when j.same_count > :runs * j.factor then ' to the same thing' else '' end
           || ': that looks like a loop. It goes on after as long without any, or when it is reset (GET /api/breakers); this run can be replayed.'
       from judged j where r.id = j.id and (j.same_count > :runs * j.factor or j.own_count > :runs * ${allowance.ofWatch})
       returning j.watch_id, j.watch_key, j.loop_key, j.installation_id, j.repository_id
     ), tripped as (
       insert into loop_breakers as b (installation_id, repository_id, watch_id, loop_key, stopped)
       select e.installation_id, e.repository_id, e.watch_id, e.loop_key, count(*) from ended e
       group by e.installation_id, e.repository_id, e.watch_id, e.loop_key order by e.watch_id, e.loop_key
       on conflict (watch_id, loop_key) do update set last_at = now(),
         stopped = excluded.stopped + case when ${isQuiet('b')} then 0 else b.stopped end,
         tripped_at = case when ${isQuiet('b')} then now() else b.tripped_at end
       returning b.watch_id, b.loop_key, b.tripped_at = now() as news
     )
     select distinct e.watch_key as "watchKey", t.loop_key as "loopKey"
     from tripped t join ended e on e.watch_id = t.watch_id and e.loop_key = t.loop_key where t.news`,
    { ids, runs: limits.runs, window: limits.windowMs, minutes: describe(limits.windowMs) },
  );
  return rows;
}

/** True for a breaker whose stretch is over: reset, or nothing was stopped for a whole window. */
function isQuiet(name: string): string {
  return `(${name}.reset_at > ${name}.last_at or ${name}.last_at <= now() - :window * interval '1 millisecond')`;
}

function describe(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.round(ms / 1000)} s`;
}

/** Lets a watch run again at once: what was before does not count any more. Answers whether there is such a breaker. */
export async function resetBreaker(trx: Db, id: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>('update loop_breakers set reset_at = clock_timestamp() where id = ?', [id]);
  return rowCount > 0;
}
