import type { RunFacts } from '../actions/run-facts.ts';
import type { OwnTicket, RunTickets, TicketBook, TicketEntry, TicketOccasion, TicketPlace } from '../actions/ticket-book.ts';
import { pullRequestChangeTypes } from '../changes/pull-request-change.ts';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { listOpenPullsNaming } from '../mirror/open-pulls.ts';
import { findRunPlace, type RunPlace } from '../runs/find-run-place.ts';
import { takeLease } from '../tickets/ticket-leases.ts';
import { findLastMove, findMove, upsertMove, upsertResult, type MoveNote, type MoveRow } from '../tickets/ticket-moves.ts';
import { insertOwnTicket, listOwnTickets, moveOwnTicket, upsertTicket, type Ticket } from '../tickets/tickets.ts';
import { upsertConnection } from '../tickets/ticket-connections.ts';

/** How much longer than its attempt a holder of a ticket is believed to live. Milliseconds. */
const graceMs = 5_000;

/** The book of tickets on the database. */
export function createTicketBook(db: Db): TicketBook {
  return {
    async open(facts) {
      const home = await findRunPlace(db, facts.run.id);
      if (!home)
        throw new RepoWatchError('not_found', `Run ${facts.run.id} is not there any more. Look at GET /api/runs for what there is.`);
      return openFor(db, home, facts);
    },
  };
}

function openFor(db: Db, home: RunPlace, facts: RunFacts): RunTickets {
  const { installationId, repositoryId } = home;
  const idOf = (place: TicketPlace) => upsertTicket(db, { installationId, ...place }, { repositoryId });
  const note = async (place: TicketPlace, occasion: TicketOccasion, written: Omit<MoveNote, 'installationId' | 'happenedAt'>) =>
    await upsertMove(db, { ...occasion, ticketId: await idOf(place) }, { installationId, happenedAt: occasion.happenedAt, ...written });
  return {
    async hold(place, { signal, timeoutMs }, work) {
      const name = [installationId, place.provider, place.connection, place.key].join(' ');
      const release = await takeLease(db, { name, installationId, holdMs: timeoutMs + graceMs, waitMs: timeoutMs, signal });
      if (!release) return 'busy';
      try {
        return await work();
      } finally {
        await release();
      }
    },
    async find(place, occasion) {
      const row = await findMove(db, { ...occasion, ticketId: await idOf(place) });
      return row && toEntry(row);
    },
    lastMove: async (place, occasion) => await findLastMove(db, { ...occasion, ticketId: await idOf(place) }),
    plan: (place, occasion, move) => note(place, occasion, move),
    settle: (place, occasion, end) => note(place, occasion, { ...end, settled: true }),
    noteComment: (place, occasion, state) => note(place, occasion, { comment: state }),
    async record(place, step, result) {
      const ticketId = await upsertTicket(db, { installationId, ...place }, { repositoryId, status: knownStatus(result) });
      await upsertResult(db, { ...home, runId: facts.run.id, ticketId, step: step.key, event: step.event }, result);
    },
    noteConnection: (url, expiresAt) => upsertConnection(db, { installationId, url, expiresAt: expiresAt ?? null }),
    ...openOwn(db, home),
    async listOpenPulls(key) {
      const { number } = (facts.change['pull_request'] ?? {}) as { number?: number };
      const found = await listOpenPullsNaming(db, { installationId, key, types: pullRequestChangeTypes });
      return found.filter((pull) => !(pull.repositoryId === repositoryId && pull.number === number));
    },
  };
}

/** RepoWatch's own tickets of the repository of a run. */
function openOwn(db: Db, { installationId, repositoryId }: RunPlace): Pick<RunTickets, 'listOwn' | 'createOwn' | 'moveOwn'> {
  const list = async (wish: { keys: readonly string[]; numbers: readonly number[] }) =>
    (await listOwnTickets(db, { repositoryId, ...wish })).map(toOwn);
  return {
    listOwn: list,
    async createOwn(ticket) {
      const made = await insertOwnTicket(db, { installationId, repositoryId, body: null, ...ticket });
      if (made) return toOwn(made);
      const [known] = await list({ keys: [], numbers: [ticket.issueNumber ?? -1] });
      if (known) return known;
      throw new RepoWatchError('conflict', `A ticket for issue ${ticket.issueNumber} was made and removed meanwhile. Try again.`);
    },
    moveOwn: (key, status, prNumber) => moveOwnTicket(db, { installationId, key, status, prNumber }),
  };
}

function toEntry(row: MoveRow): TicketEntry {
  return {
    fromStatus: row.fromStatus,
    toState: row.toState,
    toStatus: row.toStatus,
    settled: row.settledAt !== null,
    comment: row.commentSentAt !== null ? 'sent' : row.commentBegunAt !== null ? 'begun' : 'none',
  };
}

function toOwn({ key, status, issueNumber, prNumber, updatedAt }: Ticket): OwnTicket {
  return { key, status: status ?? 'Open', issueNumber, prNumber, updatedAt };
}

/** Where a ticket is after a step, as far as the step knows it. */
function knownStatus({ status, from, to }: { status: string; from: string | null; to: string | null }): string | null {
  if (status === 'planned') return from;
  return status === 'moved' ? to : (to ?? from);
}
