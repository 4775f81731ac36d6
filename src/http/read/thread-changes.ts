import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { queryRows } from './rows.ts';
import { threadGroups, unannouncedOrigins, type ThreadHead, type ThreadStatus } from './thread-heads.ts';
import { visibleTo, type Condition } from './visible-to.ts';

/** A thread that was found by one of its changes: where the list of changes goes on after it. */
export interface ChangeHead extends ThreadHead {
  change: string;
}

/** Which changes are meant, before which, and how many. */
export interface ChangeQuestion {
  status: ThreadStatus | undefined;
  /** Our ids of the repositories asked for; undefined for all. */
  repositories: readonly string[] | undefined;
  /** Beside those: whatever came with this event of GitHub. */
  event: string | undefined;
  requester: Requester;
  before: string | null;
  limit: number;
}

const listOf = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

/**
 * The newest threads by their changes: without a status those that no delivery announced, with one those of which a run stands like that. Statuses come
 * from a table, so they may stand in the text, where partial indexes see them.
 */
export async function listChangeHeads(db: Db, question: ChangeQuestion): Promise<ChangeHead[]> {
  const { status } = question;
  if (status === undefined) return await listUnannounced(db, question);
  const runs = threadGroups[status].runs;
  if (runs.length === 0) return [];
  return await listByRuns(db, question, { runs: listOf(runs), own: listOf(threadGroups[status].deliveries), rare: status !== 'succeeded' });
}

/** Rows `column` of the repositories asked for, and of the others that somebody sees. */
function narrow({ requester, repositories }: ChangeQuestion, row: string): Condition {
  const seen = visibleTo(requester, { installation: `${row}.installation_id`, repository: `${row}.repository_id` });
  if (repositories === undefined) return seen;
  return { sql: `${row}.repository_id = g.id and ${seen.sql}`, values: { ...seen.values, repositories } };
}

/** Of each repository its newest by the index on it: with a rare one, going back through all of them would not end. */
function ofEach({ repositories }: ChangeQuestion, newest: string): string {
  if (repositories === undefined) return newest;
  return `select n.* from unnest(cast(:repositories as bigint[])) g (id) cross join lateral (${newest}) n order by n.id desc limit :limit`;
}

async function listUnannounced(db: Db, question: ChangeQuestion): Promise<ChangeHead[]> {
  const { sql, values } = narrow(question, 'h');
  // As a case, so that the planner does not take it for another sieve: nearly all that no delivery announced has such an origin.
  const newest = `select h.id, h.created_at from changes h where h.delivery_id is null and case when h.origin in (${listOf(unannouncedOrigins)}) then true end
    and (cast(:before as bigint) is null or h.id < :before) and ${sql} order by h.id desc limit :limit`;
  return await queryRows<ChangeHead>(
    db,
    `select 'change' as kind, n.id, n.created_at as at, n.id as change from (${ofEach(question, newest)}) n`,
    {
      before: question.before,
      limit: question.limit,
      ...values,
    },
  );
}

/** How many of the newest deliveries of an event are looked at, to see whether changes come of it at all. */
const lookedAt = 1_000;

/** Whether there is anything to be found by an event; what GitHub has no such word for, nor any change came of, is not searched for. */
async function bringsChanges(db: Db, event: string): Promise<boolean> {
  const rows = await queryRows(
    db,
    `select 1 as one from (select d.id from deliveries d where d.event = lower(:event) order by d.id desc limit ${lookedAt}) d join changes c on c.delivery_id = d.id limit 1`,
    { event },
  );
  return rows.length > 0;
}

/** Statuses of runs and of deliveries in words of SQL, and whether few runs have them. */
interface ByRuns {
  runs: string;
  own: string;
  rare: boolean;
}

/**
 * Few runs failed or wait: they are looked up by their status, in the order of their changes. Many succeeded: the newest changes have them. A delivery
 * with several such changes is found by the newest of them, and one that failed itself in the list of deliveries.
 */
function newestByRuns({ runs, own, rare }: ByRuns, narrowed: (change: string) => string): string {
  const change = rare ? 'n.change_id' : 'n.id';
  const once = `not exists (select 1 from changes me join changes o on o.delivery_id = me.delivery_id
      where me.id = ${change} and o.id > me.id and exists (select 1 from runs m where m.change_id = o.id and m.status in (${runs})))
    ${own === '' ? '' : `and not exists (select 1 from changes me join deliveries d on d.id = me.delivery_id where me.id = ${change} and d.status in (${own}))`}`;
  const conditions = `(cast(:before as bigint) is null or ${change} < :before) and ${narrowed(change)} and ${once} order by id desc limit :limit`;
  return rare
    ? `select distinct n.change_id as id from runs n where n.status in (${runs}) and ${conditions}`
    : `select n.id from changes n where exists (select 1 from runs m where m.change_id = n.id and m.status in (${runs})) and ${conditions}`;
}

async function listByRuns(db: Db, question: ChangeQuestion, which: ByRuns): Promise<ChangeHead[]> {
  const { before, limit, event } = question;
  const { sql, values } = narrow(question, 'n');
  const found = ofEach(
    question,
    newestByRuns(which, () => sql),
  );
  const seen = visibleTo(question.requester, { installation: 'n.installation_id', repository: 'n.repository_id' });
  const ofEvent = (change: string) =>
    `${seen.sql} and exists (select 1 from changes me join deliveries d on d.id = me.delivery_id where me.id = ${change} and d.event = lower(:event))`;
  const also = event !== undefined && (await bringsChanges(db, event)) ? ` union (${newestByRuns(which, ofEvent)})` : '';
  return await queryRows<ChangeHead>(
    db,
    `select case when d.id is null then 'change' else 'delivery' end as kind, coalesce(d.id, c.id) as id, coalesce(d.received_at, c.created_at) as at, c.id as change
     from ((${found})${also}) f join changes c on c.id = f.id left join deliveries d on d.id = c.delivery_id order by c.id desc limit :limit`,
    { before, limit, event: event ?? '', ...values },
  );
}
