import type { Db } from '../../src/db/connect.ts';
import type { SentPush } from './crash-world.ts';
import type { SinkRequest } from './sink.ts';

/** What became of acknowledged pushes. Everything but the first two is 0 when the promise holds; `extra` may be explained. */
export interface Audit {
  acknowledged: number;
  /** Effects beyond the first of a push. */
  extra: number;
  /** Acknowledged without exactly one row that was processed. */
  lost: number;
  /** Pushes with any other number of changes or runs than one. */
  doubled: number;
  /** Pushes whose effect never arrived. */
  missing: number;
  /** Pushes that arrived under more than one `webhook-id`, or ids that more than one push arrived under. */
  mixedKeys: number;
  /** Extra effects that no attempt explains whose end could not be written down. */
  unexplained: number;
  /** First effects of a branch that arrived after a later one's, and first attempts that began so. */
  inversions: number;
  /** Runs that did not end well. */
  failedRuns: number;
}

interface RunRow {
  guid: string;
  after: string;
  ref_name: string;
  deliveries: number;
  delivery_status: string;
  changes: number;
  runs: number;
  run_status: string | null;
  /** The statuses of the attempts in order. */
  attempts: string[] | null;
  first_attempt: string | null;
}

/** An audit in which the promise was kept, whatever had to be sent twice. */
export const kept = { lost: 0, doubled: 0, missing: 0, mixedKeys: 0, unexplained: 0, inversions: 0, failedRuns: 0 };

/** Compares what was acknowledged with what is recorded and what the sink received. */
export async function auditPushes(db: Db, sent: SentPush[], requests: SinkRequest[]): Promise<Audit> {
  const rows = new Map((await readRows(db, sent)).map((row) => [row.guid, row]));
  const arrived = groupByAfter(requests);
  const one = (push: SentPush) => rows.get(push.guid);
  const arrivals = (push: SentPush) => arrived.get(push.after) ?? [];
  const count = (holds: (push: SentPush) => boolean) => sent.filter(holds).length;
  const extras = (push: SentPush) => Math.max(0, arrivals(push).length - 1);
  const ids = new Map<string, Set<string>>();
  for (const push of sent) for (const request of arrivals(push)) ids.set(request.id, (ids.get(request.id) ?? new Set()).add(push.after));
  return {
    acknowledged: sent.length,
    extra: sum(sent.map(extras)),
    lost: count((push) => one(push)?.deliveries !== 1 || one(push)?.delivery_status !== 'processed'),
    doubled: count((push) => one(push)?.changes !== 1 || one(push)?.runs !== 1),
    missing: count((push) => arrivals(push).length === 0),
    mixedKeys:
      count((push) => new Set(arrivals(push).map((request) => request.id)).size > 1) +
      [...ids.values()].filter((pushes) => pushes.size > 1).length,
    unexplained: sum(sent.map((push) => Math.max(0, extras(push) - unfinished(one(push))))),
    inversions: countInversions(sent, requests) + countAttemptInversions(sent, rows),
    failedRuns: count((push) => one(push)?.run_status !== 'succeeded'),
  };
}

/** Attempts that a dead or frozen process left, so that whether they had an effect was unknown. */
function unfinished(row: RunRow | undefined): number {
  return (row?.attempts ?? []).filter((status) => status === 'interrupted').length;
}

async function readRows(db: Db, sent: SentPush[]): Promise<RunRow[]> {
  const { rows } = await db.raw<{ rows: RunRow[] }>(
    `select item.guid, item.after, max(c.ref_name) as ref_name, count(distinct d.id)::int as deliveries, max(d.status) as delivery_status,
       count(distinct c.id)::int as changes, count(distinct r.id)::int as runs, max(r.status) as run_status,
       array_agg(a.status order by a.number) filter (where a.id is not null) as attempts, min(a.id) as first_attempt
     from json_to_recordset(?::json) as item (guid text, branch text, before text, after text)
     left join deliveries d on d.guid = item.guid
     left join changes c on c.ref_name = item.branch and c.before = item.before and c.after = item.after
     left join runs r on r.change_id = c.id
     left join attempts a on a.run_id = r.id
     group by item.guid, item.after`,
    [JSON.stringify(sent)],
  );
  return rows;
}

function groupByAfter(requests: SinkRequest[]): Map<string, SinkRequest[]> {
  const groups = new Map<string, SinkRequest[]>();
  for (const request of requests) {
    const after = afterOf(request);
    groups.set(after, [...(groups.get(after) ?? []), request]);
  }
  return groups;
}

/** The head that a request to the sink tells of. */
function afterOf(request: SinkRequest): string {
  return String((request.json?.['data'] as Record<string, unknown> | undefined)?.['after']);
}

/** In the order of their first arrival, how often a push of a branch comes after a later one. */
function countInversions(sent: SentPush[], requests: SinkRequest[]): number {
  const pushes = new Map(sent.map((push) => [push.after, push]));
  const first = [...new Set(requests.map(afterOf))].flatMap((after) => pushes.get(after) ?? []);
  return countDescents(first);
}

function countAttemptInversions(sent: SentPush[], rows: Map<string, RunRow>): number {
  const begun = sent.flatMap((push) => {
    const id = rows.get(push.guid)?.first_attempt;
    return id === null || id === undefined ? [] : [{ push, id: BigInt(id) }];
  });
  return countDescents(begun.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((entry) => entry.push));
}

function countDescents(pushes: SentPush[]): number {
  const highest = new Map<string, number>();
  let descents = 0;
  for (const push of pushes) {
    if (push.number < (highest.get(push.branch) ?? -1)) descents += 1;
    else highest.set(push.branch, push.number);
  }
  return descents;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
