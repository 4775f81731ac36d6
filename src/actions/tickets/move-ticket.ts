import { catalogue, type ErrorCode } from '../../core/error-catalogue.ts';
import {
  aliasOf,
  isCategoryFurther,
  isFurther,
  isSameName,
  judgeEvent,
  listWay,
  stateOf,
  type TicketMachine,
} from '../../tickets/machine.ts';
import type { RunTickets, TicketEntry, TicketOccasion } from '../ticket-book.ts';
import type { TicketAnswer, TicketFailure, TicketProvider, TicketState } from './provider.ts';
import { walk, type Walked } from './walk.ts';

/** How one ticket is moved. */
export interface MoveWork {
  provider: TicketProvider;
  tickets: RunTickets;
  machine: TicketMachine;
  /** The names under which the machine may have the event. */
  events: readonly string[];
  occasion: TicketOccasion;
  /** True to say what would be done and do nothing. */
  dryRun: boolean;
  /** Waits before a conflict is tried again. */
  pause(): Promise<void>;
}

/** What came of one ticket. */
export type Moved =
  | { status: 'moved' | 'planned'; from: string; to: string; message: string | null }
  | { status: 'unchanged'; from: string | null; to: string | null; code: ErrorCode; message: string }
  | { status: 'failed'; from: string | null; to: string | null; failure: TicketFailure };

/** Where a ticket is to go. */
type Goal = { state: string; status: string; /** True when the machine leads back on purpose. */ back: boolean } | { done: Moved };

/**
 * Moves one ticket as its machine says, once for each occasion (handbook K2 to K5). Where it is to go is written down before
 * anything is sent, so that a second try goes to the same place. It never goes back because of something that came late.
 */
export async function moveTicket(work: MoveWork, key: string): Promise<Moved> {
  const { provider, tickets, occasion, machine } = work;
  const place = provider.placeOf(key);
  const entry = await tickets.find(place, occasion);
  if (entry?.settled) return alreadyDone(entry);
  const read = await provider.read(key);
  if (!read.ok) return failure(null, read);
  const goal = entry?.toState ? continueTo(work, read.value, entry) : await decide(work, { key, now: read.value });
  const from = entry?.fromStatus ?? read.value.status;
  if ('done' in goal) return await close(work, key, { ...goal.done, from });
  const way = listWay(machine, stateOf(machine, read.value.status) ?? machine.initial, goal.state);
  if (work.dryRun) return await rehearse(work, { key, now: read.value, goal, way });
  await tickets.plan(place, occasion, { fromStatus: read.value.status, toState: goal.state, toStatus: goal.status });
  return await close(work, key, toMoved(await walk(work, { key, now: read.value, goal: goal.state, back: goal.back }), from));
}

function alreadyDone({ fromStatus, toStatus }: TicketEntry): Moved {
  const message = 'What happened has moved this ticket before; it is not moved twice for one thing.';
  return { status: 'unchanged', from: fromStatus, to: toStatus ?? fromStatus, code: 'ticket_already_moved', message };
}

/** A try before this one decided where it goes; meanwhile it may have got there, or beyond. */
function continueTo({ machine }: MoveWork, now: TicketState, entry: TicketEntry): Goal {
  const goal = entry.toState ?? machine.initial;
  const start = stateOf(machine, entry.fromStatus ?? '');
  const back = start !== undefined && isFurther(machine, start, goal);
  const state = stateOf(machine, now.status);
  const status = aliasOf(machine, goal);
  if (state === goal) return { done: { status: 'moved', from: now.status, to: now.status, message: 'An earlier try had moved it.' } };
  if (!back && state !== undefined && isFurther(machine, state, goal))
    return { done: stay(now, 'ticket_already_further', 'It was moved on meanwhile.') };
  return { state: goal, status, back };
}

async function decide(work: MoveWork, { key, now }: { key: string; now: TicketState }): Promise<Goal> {
  const { machine, provider, tickets, occasion } = work;
  const judged = judgeEvent(machine, now.status, work.events);
  if (!judged.ok)
    return { done: { status: 'failed', from: now.status, to: null, failure: { ...judged, retryable: catalogue[judged.code].retryable } } };
  const { value: verdict } = judged;
  if (verdict.result === 'stay') return { done: stay(now, verdict.code, verdict.message) };
  const { from, to } = verdict;
  const { happenedAt: later, leftIn } = await tickets.lastMove(provider.placeOf(key), occasion);
  if (later !== null && later > occasion.happenedAt && !isFurther(machine, to, from))
    return { done: stay(now, 'ticket_late', `It was moved for something of ${later.toISOString()}, after what this is about.`) };
  // Where no step left it a person has put it.
  const byPerson = leftIn === null || !isSameName(leftIn, now.status);
  if (byPerson && now.categorySince !== undefined && now.categorySince > occasion.happenedAt) {
    const open = await provider.listTransitions(key);
    if (!open.ok) return { done: failure(now.status, open) };
    const target = open.value.find((transition) => stateOf(machine, transition.to.name) === to);
    // The category of a status that is not open from here is not known; the machine's order has to do.
    if (target === undefined ? isFurther(machine, from, to) : isCategoryFurther(now.category, target.to.category))
      return {
        done: stay(now, 'ticket_late', `It came to "${now.status}" at ${now.categorySince.toISOString()}, after what this is about.`),
      };
  }
  return { state: to, status: aliasOf(machine, to), back: isFurther(machine, from, to) };
}

/** Nothing is sent: only whether the first step is open is looked up. */
async function rehearse(
  { provider, machine }: MoveWork,
  { key, now, goal, way }: { key: string; now: TicketState; goal: { status: string }; way: string[] },
): Promise<Moved> {
  const open = await provider.listTransitions(key);
  if (!open.ok) return failure(now.status, open);
  const first = way.toReversed().find((state) => open.value.some((transition) => stateOf(machine, transition.to.name) === state));
  if (first === undefined) {
    const names = open.value.map((transition) => transition.to.name).join(', ');
    const message = `No step towards "${goal.status}" is open from "${now.status}". Open are: ${names === '' ? 'none' : names}.`;
    return failure(now.status, { ok: false, code: 'ticket_unreachable', message, retryable: false });
  }
  const hops = way.slice(way.indexOf(first)).map((state) => aliasOf(machine, state));
  return { status: 'planned', from: now.status, to: goal.status, message: `It would go ${[now.status, ...hops].join(' → ')}.` };
}

/** Writes the end down, unless another try can come to another one. */
async function close({ provider, tickets, occasion, dryRun }: MoveWork, key: string, moved: Moved): Promise<Moved> {
  if (dryRun || moved.status === 'failed') return moved;
  const toStatus = moved.status === 'moved' ? moved.to : null;
  await tickets.settle(provider.placeOf(key), occasion, { fromStatus: moved.from, toStatus });
  return moved;
}

function toMoved(walked: Walked, from: string): Moved {
  if (walked.end === 'there') {
    const ways = walked.hops.length > 1 ? `It went ${[from, ...walked.hops].join(' → ')}.` : null;
    return { status: 'moved', from, to: walked.status, message: ways };
  }
  if (walked.end !== 'failed')
    return { ...stay({ status: walked.status }, 'ticket_already_further', 'Somebody else moved it on at the same time.'), from };
  return { status: 'failed', from, to: walked.status === from ? null : walked.status, failure: walked.failure };
}

function stay(now: TicketState, code: ErrorCode, message: string): Extract<Moved, { status: 'unchanged' }> {
  return { status: 'unchanged', from: now.status, to: now.status, code, message };
}

function failure(from: string | null, answer: Extract<TicketAnswer<never>, { ok: false }>): Moved {
  return { status: 'failed', from, to: null, failure: answer };
}
