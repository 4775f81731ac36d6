import type { ErrorCode } from '../../core/error-catalogue.ts';
import type { TicketProvider as ProviderName } from '../../core/statuses.ts';
import type { StatusCategory } from '../../tickets/machine.ts';
import type { TicketPlace } from '../ticket-book.ts';

/** Why a ticket could not be read or changed. */
export interface TicketFailure {
  ok: false;
  code: ErrorCode;
  message: string;
  retryable: boolean;
  retryAfterSeconds?: number | undefined;
  /** True when the next ticket would meet the same: it is not tried. */
  stopsAll?: boolean;
}

/** What a question to a provider comes to. */
export type TicketAnswer<T> = { ok: true; value: T } | TicketFailure;

/** A ticket as it is now. */
export interface TicketState {
  status: string;
  category?: StatusCategory | undefined;
  /** When the ticket last came into another category, as far as the provider says. */
  categorySince?: Date | undefined;
}

/** A step that a ticket can take from where it is. */
export interface TicketTransition {
  id: string;
  name: string;
  to: { name: string; category?: StatusCategory | undefined };
}

/** What a try to take a step comes to. `conflict`: somebody else moved it at the same time. `stale`: this step is not there any more. */
export type TicketMove = TicketAnswer<null> | { ok: false; code: 'conflict' | 'stale'; message: string };

/** Where tickets are kept, as the engine works with it: the same for Jira, GitHub and RepoWatch's own. */
export interface TicketProvider {
  name: ProviderName;
  /** Where it is; the same for everybody who reaches it. */
  connection: string;
  /** Where the ledger has a ticket. */
  placeOf(key: string): TicketPlace;
  read(key: string): Promise<TicketAnswer<TicketState>>;
  /** The steps that are open from where the ticket is now. Never kept: they depend on workflow, status and who asks (handbook K2). */
  listTransitions(key: string): Promise<TicketAnswer<TicketTransition[]>>;
  move(key: string, transition: TicketTransition): Promise<TicketMove>;
  /** Adds a comment. `look`: first see whether one of this occasion is there, since a try's answer was lost. */
  comment(key: string, comment: { text: string; mark: string; look: boolean }): Promise<TicketAnswer<null>>;
}
