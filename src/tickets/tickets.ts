import { toStorableText } from '../core/storable.ts';
import type { TicketProvider } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** Where a ticket is, with the installation that it belongs to. */
export interface TicketKey {
  installationId: string;
  provider: TicketProvider;
  connection: string;
  key: string;
}

/** A ticket as it is stored. */
export interface Ticket extends TicketKey {
  id: string;
  repositoryId: string | null;
  title: string | null;
  body: string | null;
  status: string | null;
  issueNumber: number | null;
  prNumber: number | null;
  url: string | null;
  updatedAt: Date;
}

/** What one of RepoWatch's own tickets is made with. */
export interface NewTicket {
  installationId: string;
  repositoryId: string;
  title: string;
  body: string | null;
  status: string;
  issueNumber: number | null;
  prNumber: number | null;
  url: string | null;
}

const columns = `t.id, t.installation_id as "installationId", t.repository_id as "repositoryId", t.provider, t.connection, t.key, t.title, t.body,
  t.status, t.issue_number as "issueNumber", t.pr_number as "prNumber", t.url, t.updated_at as "updatedAt"`;

async function query<Row>(db: Db, sql: string, values: Record<string, unknown>): Promise<Row[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(sql, values as Record<string, string>);
  return rows;
}

/** Makes sure that a ticket has a row, and answers its id. The repository of the first step that touched it stays. */
export async function upsertTicket(
  db: Db,
  { installationId, provider, connection, key }: TicketKey,
  facts: { repositoryId: string; status?: string | null; url?: string | null },
): Promise<string> {
  const rows = await query<{ id: string }>(
    db,
    `insert into tickets (installation_id, repository_id, provider, connection, key, status, url)
     values (:installationId, :repositoryId, :provider, :connection, :key, :status, :url)
     on conflict (installation_id, provider, connection, key) do update
       set status = coalesce(excluded.status, tickets.status), url = coalesce(excluded.url, tickets.url), updated_at = now()
     returning id`,
    {
      installationId,
      provider,
      connection,
      key,
      repositoryId: facts.repositoryId,
      status: facts.status === undefined || facts.status === null ? null : toStorableText(facts.status),
      url: facts.url ?? null,
    },
  );
  return rows[0]!.id;
}

/** Finds a ticket by its row's id. */
export async function findTicket(db: Db, id: string): Promise<Ticket | undefined> {
  return (await query<Ticket>(db, `select ${columns} from tickets t where t.id = :id`, { id }))[0];
}

/** RepoWatch's own tickets of a repository: by their keys, or linked to an issue or a pull request of these numbers. */
export async function listOwnTickets(
  db: Db,
  wish: { repositoryId: string; keys: readonly string[]; numbers: readonly number[] },
): Promise<Ticket[]> {
  return await query<Ticket>(
    db,
    `select ${columns} from tickets t where t.repository_id = :repositoryId and t.provider = 'builtin'
       and (t.key = any(cast(:keys as text[])) or t.issue_number = any(cast(:numbers as int[])) or t.pr_number = any(cast(:numbers as int[])))
     order by t.id limit 100`,
    wish,
  );
}

/** Makes one of RepoWatch's own tickets; undefined when its issue has one already. */
export async function insertOwnTicket(db: Db, ticket: NewTicket): Promise<Ticket | undefined> {
  const [row] = await query<Ticket>(
    db,
    `with next as (select nextval(pg_get_serial_sequence('tickets', 'id')) as id),
       made as (insert into tickets (id, installation_id, repository_id, provider, connection, key, title, body, status, issue_number, pr_number, url)
         overriding system value
         select next.id, :installationId, :repositoryId, 'builtin', '', 'T-' || next.id, :title, :body, :status,
           :issueNumber, :prNumber, :url from next
         on conflict (repository_id, issue_number) where provider = 'builtin' and issue_number is not null do nothing returning *)
     select ${columns} from made t`,
    { ...ticket, title: toStorableText(ticket.title), body: ticket.body === null ? null : toStorableText(ticket.body) },
  );
  return row;
}

/** Gives one of RepoWatch's own tickets a status; a pull request is linked when none is. */
export async function moveOwnTicket(
  db: Db,
  ticket: { installationId: string; key: string; status: string; prNumber: number | null },
): Promise<void> {
  await query(
    db,
    `update tickets set status = :status, pr_number = coalesce(pr_number, :prNumber), updated_at = now()
     where installation_id = :installationId and provider = 'builtin' and key = :key`,
    ticket,
  );
}

/** Links one of RepoWatch's own tickets to an issue, unless it has one; answers whether it did. */
export async function linkIssue(db: Db, id: string, issue: { number: number; url: string | null }): Promise<boolean> {
  const rows = await query(
    db,
    `update tickets t set issue_number = :number, url = :url, updated_at = now()
     where t.id = :id and t.provider = 'builtin' and t.issue_number is null
       and not exists (select 1 from tickets o where o.repository_id = t.repository_id and o.provider = 'builtin' and o.issue_number = :number)
     returning t.id`,
    { id, ...issue },
  );
  return rows.length > 0;
}
