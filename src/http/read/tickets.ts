import type { TicketProvider, TicketResultStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import type { TicketDetail, TicketQuery, TicketResult, TicketSummary } from '../schemas/ticket.ts';
import { PageQuery } from './page-query.ts';
import { listRepositoryIds } from './repositories.ts';
import { isoTime, queryRows } from './rows.ts';
import { visibleTo } from './visible-to.ts';

interface TicketRow {
  id: string;
  key: string;
  provider: TicketProvider;
  connection: string;
  title: string | null;
  body: string | null;
  status: string | null;
  repository_id: string | null;
  full_name: string | null;
  installation_id: string;
  issue_number: number | null;
  pr_number: number | null;
  url: string | null;
  created_at: Date;
  updated_at: Date;
}

const select = `select t.id, t.key, t.provider, t.connection, t.title, t.body, t.status, t.repository_id, r.full_name, t.installation_id, t.issue_number,
  t.pr_number, t.url, t.created_at, t.updated_at from tickets t left join repositories r on r.id = t.repository_id`;

function item(row: TicketRow): TicketSummary {
  const { repository_id: repositoryId, full_name: fullName, body: _body, created_at: created, updated_at: updated, ...ticket } = row;
  const repository = repositoryId === null || fullName === null ? null : { id: repositoryId, full_name: fullName };
  return { ...ticket, repository, created_at: isoTime(created), updated_at: isoTime(updated) };
}

/** A page of the tickets that the requester may see, newest first. */
export async function listTickets(db: Db, query: TicketQuery, requester: Requester): Promise<Page<TicketSummary>> {
  const list = new PageQuery<TicketRow>('t.id', query);
  const seen = visibleTo(requester, { installation: 't.installation_id', repository: 't.repository_id' });
  list.where(seen.sql, seen.values);
  list.whereEqual('t.provider', query.provider);
  list.whereEqual('t.key', query.key);
  list.whereEqual('t.status', query.status);
  list.whereEqual('t.installation_id', query.installation);
  list.whereTime('t.created_at', query);
  if (query.repository !== undefined)
    list.where('t.repository_id = any(:repositories)', { repositories: await listRepositoryIds(db, query.repository) });
  return await list.read(db, select, item);
}

/** A ticket with what steps made of it, as far as the requester may see that. */
export async function findTicketDetail(db: Db, id: string, requester: Requester): Promise<TicketDetail | undefined> {
  const [row] = await queryRows<TicketRow>(db, `${select} where t.id = :id`, { id });
  if (row === undefined) return undefined;
  const seen = visibleTo(requester, { installation: 's.installation_id', repository: 's.repository_id' });
  const history = await readResults(db, {
    sql: `s.ticket_id = :id and ${seen.sql} order by s.id desc limit 100`,
    values: { id, ...seen.values },
  });
  return { ...item(row), body: row.body, history };
}

interface ResultRow {
  key: string;
  from: string | null;
  to: string | null;
  status: TicketResultStatus;
  code: string | null;
  message: string | null;
  provider: TicketProvider;
  ticket_id: string;
  run_id: string;
  change_id: string;
  event: string | null;
  at: Date;
}

/** What steps on these changes made of tickets, in the order of their first tries (features.md R122). */
export async function listTicketResults(db: Db, changeIds: readonly string[]): Promise<TicketResult[]> {
  if (changeIds.length === 0) return [];
  return await readResults(db, { sql: 's.change_id = any(cast(:changeIds as bigint[])) order by s.id limit 500', values: { changeIds } });
}

/** What the steps of a run made of tickets, in the order of their first tries. */
export async function listTicketsOfRun(db: Db, runId: string): Promise<TicketResult[]> {
  return await readResults(db, { sql: 's.run_id = :runId order by s.id limit 500', values: { runId } });
}

async function readResults(db: Db, { sql, values }: { sql: string; values: Record<string, unknown> }): Promise<TicketResult[]> {
  const rows = await queryRows<ResultRow>(
    db,
    `select t.key, s.from_status as "from", s.to_status as "to", s.status, s.code, s.message, t.provider, s.ticket_id, s.run_id, s.change_id,
       s.event, s.updated_at as at
     from ticket_results s join tickets t on t.id = s.ticket_id where ${sql}`,
    values,
  );
  return rows.map((row) => Object.assign(row, { at: isoTime(row.at) }));
}
