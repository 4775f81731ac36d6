import { createHash } from 'node:crypto';
import { catalogue } from '../../core/error-catalogue.ts';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { toStorableText } from '../../core/storable.ts';
import type { TicketMachine } from '../../tickets/machine.ts';
import type { AttemptContext, AttemptOutcome, AttemptRecord } from '../action.ts';
import { cutText } from '../plain-json.ts';
import type { RunTickets, TicketOccasion, TicketResult } from '../ticket-book.ts';
import { describeCause, namesOfEvent } from './cause.ts';
import { moveTicket, type Moved } from './move-ticket.ts';
import type { TicketFailure, TicketProvider } from './provider.ts';

/** A step on tickets, after its provider was reached and its keys were found. */
export interface TicketStep {
  provider: TicketProvider;
  tickets: RunTickets;
  keys: readonly string[];
  /** Undefined to comment only. */
  machine: { name: string; machine: TicketMachine } | undefined;
  /** Undefined for the change's own word. */
  event: string | undefined;
  comment: { text: string; when: 'always' | 'moved' | 'otherwise' } | undefined;
  onlyAfterAllPulls: boolean;
  dryRun: boolean;
  /** What is logged before the tickets. */
  notes: readonly string[];
  /** The last exchange with the provider, for the attempt's record. */
  exchange?: () => AttemptRecord;
  pause?: () => Promise<void>;
}

type Context = AttemptContext<unknown>;
type Handled = TicketResult & { failure?: TicketFailure };

/** More tickets than this are not touched by one step. */
const maxTickets = 50;

/** Failures after which the ticket could not be moved, and a comment may say so instead. */
const unmovable: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ticket_unreachable',
  'ticket_event_missing',
  'ticket_status_unknown',
  'ticket_field_required',
  'ticket_refused',
  'ticket_forbidden',
]);

/** Works on the tickets of a step one after the other, and tells of each what came of it (features.md R122). */
export async function runTickets(context: Context, step: TicketStep): Promise<AttemptOutcome> {
  const { keys, tickets, provider } = step;
  const occasion = describeOccasion(context, step);
  const started = performance.now();
  const handled: Handled[] = [];
  const notes = [...step.notes];
  if (keys.length > maxTickets) notes.push(`${keys.length} tickets are named; only the first ${maxTickets} are looked at.`);
  if (keys.length === 0) notes.push('No ticket is named.');
  let stopped: TicketFailure | undefined;
  for (const key of keys.slice(0, maxTickets)) {
    const timeoutMs = Math.max(1, context.timeoutMs - (performance.now() - started));
    const limits = { signal: context.signal, timeoutMs };
    const result = stopped
      ? toResult(key, { status: 'failed', from: null, to: null, failure: stopped })
      : await tickets.hold(provider.placeOf(key), limits, () => handle(step, { key, occasion }));
    const known = result === 'busy' ? busy(context, key) : result;
    if (known.failure?.stopsAll === true) stopped = known.failure;
    handled.push(known);
    const { failure: _failure, ...kept } = { ...known, message: known.message === null ? null : context.mask(known.message) };
    await tickets.record(provider.placeOf(key), { key: context.idempotencyKey, event: step.event ?? occasion.events.at(-1) ?? null }, kept);
  }
  return toOutcome(context, { handled, notes, exchange: step.exchange?.() ?? {} });
}

type Occasion = TicketOccasion & { events: string[] };

function describeOccasion({ facts }: Context, { machine, event }: TicketStep): Occasion {
  const cause = describeCause(facts);
  const events = event === undefined ? cause.events : namesOfEvent(event, cause);
  const action = machine === undefined ? 'comment' : `${machine.name} ${event ?? events[0] ?? ''}`;
  return { cause: cause.cause, happenedAt: cause.happenedAt, action, events };
}

async function handle(step: TicketStep, { key, occasion }: { key: string; occasion: Occasion }): Promise<Handled> {
  const moved = step.machine === undefined ? undefined : await move(step, step.machine.machine, { key, occasion });
  const wanted = wantsComment(step, moved);
  if (!wanted) return moved ? toResult(key, moved) : { key, from: null, to: null, status: 'unchanged', code: null, message: null };
  if (step.dryRun) {
    const result = moved ? toResult(key, moved) : { key, from: null, to: null, status: 'planned' as const, code: null, message: null };
    return { ...result, message: `${result.message ?? ''} It would be commented on.`.trim() };
  }
  const said = await comment(step, { key, occasion });
  if (!said.ok) return toResult(key, { status: 'failed', from: moved?.from ?? null, to: moved?.to ?? null, failure: said });
  if (moved === undefined) return { key, from: null, to: null, status: 'commented', code: null, message: null };
  const { failure, ...result } = toResult(key, moved);
  return failure && step.comment?.when === 'otherwise' ? { ...result, status: 'commented' } : failure ? { ...result, failure } : result;
}

async function move(step: TicketStep, machine: TicketMachine, { key, occasion }: { key: string; occasion: Occasion }): Promise<Moved> {
  const { provider, tickets, dryRun } = step;
  if (step.onlyAfterAllPulls) {
    const open = await tickets.listOpenPulls(key);
    const names = open.map(({ repository, number }) => `${repository}#${number}`).slice(0, 10);
    if (open.length > 0)
      return { status: 'unchanged', from: null, to: null, code: 'ticket_pulls_open', message: `It waits for ${names.join(', ')}.` };
  }
  const pause = step.pause ?? (() => new Promise<void>((resolve) => setTimeout(resolve, 100 + Math.random() * 400)));
  return await moveTicket({ provider, tickets, machine, events: occasion.events, occasion, dryRun, pause }, key);
}

/** Nothing is said while another try may still come to something else. */
function wantsComment({ comment: wish }: TicketStep, moved: Moved | undefined): boolean {
  if (wish === undefined) return false;
  if (moved === undefined) return true;
  if (moved.status === 'failed' && moved.failure.retryable) return false;
  if (moved.status === 'unchanged' && moved.code === 'ticket_pulls_open') return false;
  if (wish.when === 'always') return true;
  if (wish.when === 'moved') return moved.status === 'moved' || moved.status === 'planned';
  return moved.status === 'failed' && unmovable.has(moved.failure.code);
}

/** Comments once for one occasion. When the answer to a try was lost, what is there is looked at first. */
async function comment(step: TicketStep, { key, occasion }: { key: string; occasion: Occasion }): Promise<{ ok: true } | TicketFailure> {
  const { provider, tickets } = step;
  const place = provider.placeOf(key);
  const entry = await tickets.find(place, occasion);
  if (entry?.comment === 'sent') return { ok: true };
  await tickets.noteComment(place, occasion, 'begun');
  const digest = createHash('sha256').update(`${key} ${occasion.cause} ${occasion.action}`).digest('hex').slice(0, 32);
  const said = await provider.comment(key, {
    text: step.comment?.text ?? '',
    mark: `repowatch-${digest}`,
    look: entry?.comment === 'begun',
  });
  if (!said.ok) return said;
  await tickets.noteComment(place, occasion, 'sent');
  return { ok: true };
}

function toResult(key: string, moved: Moved): Handled {
  const { from, to } = moved;
  if (moved.status !== 'failed')
    return { key, from, to, status: moved.status, code: 'code' in moved ? moved.code : null, message: moved.message };
  const { failure } = moved;
  return { key, from, to, status: 'failed', code: failure.code, message: failure.message, failure };
}

function busy({ signal }: Context, key: string): Handled {
  const code = signal.aborted ? 'interrupted' : 'ticket_busy';
  const message = signal.aborted ? 'The step was stopped before this ticket.' : `Another step works on ${key} and did not end in time.`;
  return toResult(key, { status: 'failed', from: null, to: null, failure: { ok: false, code, message, retryable: true } });
}

function toOutcome(
  context: Context,
  { handled, notes, exchange }: { handled: Handled[]; notes: string[]; exchange: AttemptRecord },
): AttemptOutcome {
  const clean = (text: string, max: number) => cutText(context.mask(toStorableText(text)), max);
  const log = [...notes, ...handled.map(describe)].map((line) => clean(line, 2000));
  const record: AttemptRecord = { ...exchange, log };
  const failures = handled.flatMap(({ failure, key }) => (failure ? [{ ...failure, key }] : []));
  const [first] = failures;
  const tickets = handled.map(({ failure: _failure, ...result }) => ({
    ...result,
    message: result.message === null ? null : clean(result.message, 1000),
  }));
  const moved = handled.filter(({ status }) => status === 'moved').length;
  const outputs = { tickets, keys: handled.map(({ key }) => key), moved };
  if (first === undefined) return { result: 'succeeded', outputs, record };
  const worst = failures.find(({ retryable }) => retryable) ?? first;
  const waits = failures.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  const count = failures.length > 1 || handled.length > 1 ? `${failures.length} of ${handled.length} tickets failed. ` : '';
  return {
    result: 'failed',
    code: worst.code,
    message: clean(`${count}${worst.key}: ${worst.message}`, 1500),
    retryable: worst.retryable,
    ...(waits.length > 0 && { retryAfterSeconds: Math.max(...waits) }),
    progress: outputs,
    record,
  };
}

function describe({ key, from, to, status, code, message }: Handled): string {
  const way = status === 'moved' || status === 'planned' ? ` ${from ?? '?'} → ${to ?? '?'}` : from === null ? '' : ` in ${from}`;
  return `${key}: ${status}${way}${code === null ? '' : ` (${code})`}${message === null ? '' : `: ${message}`}`;
}

/** A step that did not get as far as its tickets. */
export function refuseStep(
  code: ErrorCode,
  message: string,
  more: { record?: AttemptRecord; retryAfterSeconds?: number | undefined } = {},
): AttemptOutcome {
  const { record = {}, retryAfterSeconds } = more;
  return {
    result: 'failed',
    code,
    message,
    retryable: catalogue[code].retryable,
    record,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
