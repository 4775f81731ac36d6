import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { TicketConnection } from './schemas/ticket.ts';

/** RepoWatch's own tickets, and the connections to others. Ids are ours. */
export interface TicketActions {
  create(wish: {
    repositoryId: string;
    title: string;
    body: string | null;
    status: string | undefined;
  }): Promise<Outcome<{ id: string }, ErrorCode>>;
  /** Makes a ticket of an issue; `ticket_exists` when it has one. */
  createOfIssue(wish: { repositoryId: string; number: number }): Promise<Outcome<{ id: string }, ErrorCode>>;
  /** Makes an issue of a ticket; `created` is false when it has one. */
  createIssue(id: string): Promise<Outcome<{ created: boolean }, ErrorCode>>;
  /** Asks Jira who a connection belongs to. */
  testConnection(wish: { repositoryId: string; connection: string }): Promise<Outcome<TicketConnection, ErrorCode>>;
}
