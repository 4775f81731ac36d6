import { repositoryOwner, rowText, type AttentionQuestion, type AttentionSource } from './attention-source.ts';
import { visibleDeliveries, visibleTo } from './visible-to.ts';

/** What is older has been seen, or nobody misses it. */
const days = 7;

/** Runs and deliveries that are looked at; a count of this many also means more. */
const looked = 1_000;

const plural = (count: number, one: string, many: string): string =>
  `${count >= looked ? 'At least ' : ''}${count.toLocaleString('en')} ${count === 1 ? one : many}`;

const ofRun = { installation: 'n.installation_id', repository: 'n.repository_id' };

/** The first run that slots know of in these days; 0 while they know of none. The time is looked at all the same. */
const firstRun = `(select coalesce(least(min(x.first_run_id), (select m.runs from rate_marks m where m.name = 'rates')), 0)
  from rates x where x.seconds = 3600 and x.repository_id = 0 and x.slot >= now() - interval '${days} days 1 hour')`;

/** Lanes that a dead run holds up, and watches whose runs died and were not run again. */
export const runSources: readonly ((question: AttentionQuestion) => AttentionSource)[] = [blockedLanes, deadRuns];

function blockedLanes({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleTo(requester, ofRun);
  return {
    sql: `select x.run, x.lane, x.watch, x.since, x.message, (select count(*)::int from (select 1 from runs o where o.lane = x.lane and o.seq > x.seq
          and o.status in ('queued', 'running', 'waiting') limit ${looked}) w) as count, ${repositoryOwner}
        join (select distinct on (n.lane) n.lane, n.seq, n.id as run, n.watch_key as watch, n.repository_id, n.finished_at as since, n.message
          from (select b.* from runs b where b.blocks limit ${looked}) n where ${seen.sql} order by n.lane, n.seq limit 20) x on x.repository_id = r.id`,
    values: seen.values,
    item: (row) => ({
      kind: 'lane_blocked',
      title: `${rowText(row['watch'])} in ${row.full_name} stands still`,
      detail: `A dead run holds up its order; ${row.count === 0 ? 'nothing waits behind it yet' : `${plural(row.count, 'run waits', 'runs wait')} behind it`}. Let it go on, or let the others pass.`,
      target: { run: rowText(row['run']), lane: rowText(row['lane']), watch: rowText(row['watch']) },
    }),
  };
}

/** A run that holds up its lane is told of above; one that was run again is dealt with. */
function deadRuns({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleTo(requester, ofRun);
  return {
    sql: `select x.watch, x.run, x.since, x.count, (select n.message from runs n where n.id = x.run) as message, ${repositoryOwner} join (
        select n.repository_id, n.watch_key as watch, max(n.id) as run, max(n.finished_at) as since, count(*)::int as count
        from (select n.* from runs n where n.status = 'dead' and n.id >= ${firstRun} and n.created_at > now() - interval '${days} days' and not n.blocks and ${seen.sql}
          order by n.id desc limit ${looked}) n
        where not exists (select 1 from runs again where again.replay_of = n.id)
        group by 1, 2 order by count(*) desc limit 20
      ) x on x.repository_id = r.id`,
    values: seen.values,
    item: (row) => ({
      kind: 'runs_dead',
      title: `${plural(row.count, 'run', 'runs')} of ${rowText(row['watch'])} in ${row.full_name} died`,
      detail: `${rowText(row['message']) || 'No reason was kept.'} Nothing tries them again by itself: let them go on when the cause is gone.`,
      target: { run: rowText(row['run']), watch: rowText(row['watch']) },
    }),
  };
}

/** Deliveries that could not be processed, by repository and code. */
export function deliverySource({ requester }: AttentionQuestion): AttentionSource {
  const seen = visibleDeliveries(requester);
  return {
    sql: `select x.count, x.since, x.delivery, x.code, (select d.reason from deliveries d where d.id = x.delivery) as reason, coalesce(r.full_name, x.name) as about,
        i.id as installation_id, a.login, r.id as repository_id, r.full_name
      from (select d.installation_github_id, d.repository_github_id, d.code, max(d.repository_full_name) as name, max(d.id) as delivery, max(d.received_at) as since, count(*)::int as count
        from (select d.* from deliveries d where d.status = 'errored' and d.received_at > now() - interval '${days} days' and ${seen.sql} order by d.id desc limit ${looked}) d
        group by 1, 2, 3 order by count(*) desc limit 20) x
      left join lateral (select i.* from installations i where i.github_id = x.installation_github_id order by i.id limit 1) i on true
      left join accounts a on a.id = i.account_id
      left join lateral (select r.* from repositories r where r.github_id = x.repository_github_id order by r.id limit 1) r on true`,
    values: seen.values,
    item: (row) => ({
      kind: 'deliveries_errored',
      title: `${plural(row.count, 'delivery', 'deliveries')}${row['about'] === null ? '' : ` for ${rowText(row['about'])}`} could not be processed`,
      detail: `${rowText(row['reason']) || rowText(row['code'])} Nothing tries them again by itself; try them again when the cause is gone.`,
      target: { delivery: rowText(row['delivery']) },
    }),
  };
}
