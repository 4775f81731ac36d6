import type { TicketProvider, TicketResultStatus } from '../core/statuses.ts';
import type { RunFacts } from './run-facts.ts';

/** Where a ticket is: the same wherever it is named, whatever secret reaches it. */
export interface TicketPlace {
  provider: TicketProvider;
  /** The address of a Jira, the repository's id on GitHub; empty for RepoWatch's own, whose keys are their own. */
  connection: string;
  key: string;
}

/** What is to happen to a ticket once (handbook K5): the same happening and the same wish are the same entry of the ledger. */
export interface TicketOccasion {
  cause: string;
  /** The machine and the event. */
  action: string;
  happenedAt: Date;
}

/** What the ledger says of one occasion of one ticket. */
export interface TicketEntry {
  fromStatus: string | null;
  /** The state it is on its way to, since the first try. */
  toState: string | null;
  toStatus: string | null;
  /** True when nothing is left to do. */
  settled: boolean;
  /** `begun` when a comment was sent and its answer is not known. */
  comment: 'none' | 'begun' | 'sent';
}

/** What a step made of one ticket, as it is stored and shown (features.md R122). */
export interface TicketResult {
  key: string;
  from: string | null;
  to: string | null;
  status: TicketResultStatus;
  code: string | null;
  message: string | null;
}

/** One of RepoWatch's own tickets. */
export interface OwnTicket {
  key: string;
  status: string;
  issueNumber: number | null;
  prNumber: number | null;
  updatedAt: Date;
}

/** The book of tickets as one run sees it; everything in it belongs to the run's installation. */
export interface RunTickets {
  /** Does the work while nobody else, in no process, works on the same ticket; `busy` when it does not get free in time. */
  hold<T>(place: TicketPlace, limits: { signal: AbortSignal; timeoutMs: number }, work: () => Promise<T>): Promise<T | 'busy'>;
  find(place: TicketPlace, occasion: TicketOccasion): Promise<TicketEntry | undefined>;
  /** When the latest other thing happened that moved the ticket by a step, and the status in which the last step left it; null for none. */
  lastMove(place: TicketPlace, occasion: TicketOccasion): Promise<{ happenedAt: Date | null; leftIn: string | null }>;
  /** Writes down where the ticket is to go, before anything is sent. What was planned first stays. */
  plan(place: TicketPlace, occasion: TicketOccasion, move: { fromStatus: string; toState: string; toStatus: string }): Promise<void>;
  /** Writes down that nothing is left to do. */
  settle(place: TicketPlace, occasion: TicketOccasion, end: { fromStatus: string | null; toStatus: string | null }): Promise<void>;
  noteComment(place: TicketPlace, occasion: TicketOccasion, state: 'begun' | 'sent'): Promise<void>;
  /** Keeps what a step made of a ticket; of several tries the last counts. */
  record(place: TicketPlace, step: { key: string; event: string | null }, result: TicketResult): Promise<void>;
  /** Notes that a connection was used and when its token ends. */
  noteConnection(url: string, expiresAt: Date | undefined): Promise<void>;
  /** RepoWatch's own tickets of this repository by their keys, or linked to one of these issues and pull requests. */
  listOwn(wish: { keys: readonly string[]; numbers: readonly number[] }): Promise<OwnTicket[]>;
  /** Makes a ticket of this repository, unless one is linked to the issue or pull request; answers which one it is. */
  createOwn(ticket: {
    title: string;
    status: string;
    issueNumber: number | null;
    prNumber: number | null;
    url: string | null;
  }): Promise<OwnTicket>;
  moveOwn(key: string, status: string, prNumber: number | null): Promise<void>;
  /** Pull requests of the installation that name the key and are open, as far as events tell; the run's own is left out. */
  listOpenPulls(key: string): Promise<{ repository: string; number: number }[]>;
}

/** Tickets for steps: the ledger of what was moved for what, and RepoWatch's own tickets. */
export interface TicketBook {
  open(facts: RunFacts): Promise<RunTickets>;
}
