import { toStorableText } from '../core/storable.ts';
import type { TicketResultStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** What is to happen to a ticket once: the cause, and the wish in its machine's words. */
export interface Occasion {
  ticketId: string;
  cause: string;
  action: string;
}

/** What the ledger says of one occasion. */
export interface MoveRow {
  fromStatus: string | null;
  toState: string | null;
  toStatus: string | null;
  settledAt: Date | null;
  commentBegunAt: Date | null;
  commentSentAt: Date | null;
}

async function query<Row>(db: Db, sql: string, values: Record<string, unknown>): Promise<Row[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(sql, values as Record<string, string>);
  return rows;
}

/** What the ledger says of an occasion of a ticket. */
export async function findMove(db: Db, occasion: Occasion): Promise<MoveRow | undefined> {
  const rows = await query<MoveRow>(
    db,
    `select from_status as "fromStatus", to_state as "toState", to_status as "toStatus", settled_at as "settledAt",
       comment_begun_at as "commentBegunAt", comment_sent_at as "commentSentAt"
     from ticket_moves where ticket_id = :ticketId and cause = :cause and action = :action`,
    { ...occasion },
  );
  return rows[0];
}

/** What the ledger says of a ticket as a whole. */
export interface LastMove {
  /** When the latest other thing happened for which the ticket was moved; null for none. */
  happenedAt: Date | null;
  /** Where the last step left it, whatever it was about; null when none moved it. */
  leftIn: string | null;
}

/** What moved a ticket before an occasion, and where it was left. */
export async function findLastMove(db: Db, { ticketId, cause }: Occasion): Promise<LastMove> {
  const rows = await query<LastMove>(
    db,
    `select max(happened_at) filter (where cause <> :cause) as "happenedAt", (array_agg(to_status order by settled_at desc, id desc))[1] as "leftIn"
     from ticket_moves where ticket_id = :ticketId and settled_at is not null and to_status is not null`,
    { ticketId, cause },
  );
  return rows[0]!;
}

/** What is written down of an occasion; what is left out stays as it is. */
export interface MoveNote {
  installationId: string;
  happenedAt: Date;
  fromStatus?: string | null;
  toState?: string;
  toStatus?: string | null;
  settled?: boolean;
  comment?: 'begun' | 'sent';
}

/** Writes down how far an occasion of a ticket is. Where it was to go at the first try is where it goes. */
export async function upsertMove(db: Db, { ticketId, cause, action }: Occasion, note: MoveNote): Promise<void> {
  await query(
    db,
    `insert into ticket_moves (installation_id, ticket_id, cause, action, happened_at, from_status, to_state, to_status, settled_at,
       comment_begun_at, comment_sent_at)
     values (:installationId, :ticketId, :cause, :action, :happenedAt, :fromStatus, :toState, :toStatus,
       case when :settled then now() end, case when :begun then now() end, case when :sent then now() end)
     on conflict (ticket_id, cause, action) do update set
       from_status = coalesce(ticket_moves.from_status, excluded.from_status), to_state = coalesce(ticket_moves.to_state, excluded.to_state),
       to_status = coalesce(excluded.to_status, ticket_moves.to_status), settled_at = coalesce(ticket_moves.settled_at, excluded.settled_at),
       comment_begun_at = coalesce(ticket_moves.comment_begun_at, excluded.comment_begun_at),
       comment_sent_at = coalesce(ticket_moves.comment_sent_at, excluded.comment_sent_at)`,
    {
      ticketId,
      cause,
      action,
      installationId: note.installationId,
      happenedAt: note.happenedAt,
      fromStatus: note.fromStatus ?? null,
      toState: note.toState ?? null,
      toStatus: note.toStatus ?? null,
      settled: note.settled === true,
      begun: note.comment === 'begun',
      sent: note.comment === 'sent',
    },
  );
}

/** Where a result belongs: the run with its change, and the step by the key that all its tries share. */
export interface ResultPlace {
  installationId: string;
  repositoryId: string;
  changeId: string;
  runId: string;
  ticketId: string;
  step: string;
  event: string | null;
}

/** Keeps what a step made of a ticket; of several tries of the step the last counts. */
export async function upsertResult(
  db: Db,
  place: ResultPlace,
  result: { from: string | null; to: string | null; status: TicketResultStatus; code: string | null; message: string | null },
): Promise<void> {
  await query(
    db,
    `insert into ticket_results (installation_id, repository_id, change_id, run_id, ticket_id, step, event, from_status, to_status, status,
       code, message)
     values (:installationId, :repositoryId, :changeId, :runId, :ticketId, :step, :event, :from, :to, :status, :code, :message)
     on conflict (run_id, step, ticket_id) do update set from_status = excluded.from_status, to_status = excluded.to_status,
       status = excluded.status, code = excluded.code, message = excluded.message, updated_at = now()`,
    { ...place, ...result, message: result.message === null ? null : toStorableText(result.message).slice(0, 2000) },
  );
}
