import { failed, ok, type Outcome } from '../core/outcome.ts';

/** The word that a transition leads to when the ticket is through. */
const end = '<end>';

/** A state machine for tickets as the configuration declares it. */
export interface TicketMachine {
  projects?: readonly string[] | undefined;
  initial: string;
  /** States by what they are called where the tickets are. */
  aliases: Readonly<Record<string, string>>;
  /** For each state what each event leads to: another state, or the end. */
  transitions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The states in their order from first to last, for ways over several states and for what is further. */
  path?: readonly string[] | undefined;
}

/** What an event means for a ticket in a state. */
export type Verdict =
  | { result: 'move'; from: string; to: string }
  /** Nothing is to be done, and why. */
  | { result: 'stay'; from: string; code: 'ticket_ended' | 'ticket_already_there' | 'ticket_already_further'; message: string };

/** How far a status is, in Jira's three categories. */
export type StatusCategory = 'new' | 'indeterminate' | 'done';
const categories: readonly StatusCategory[] = ['new', 'indeterminate', 'done'];

/** What a state is called where the tickets are; a state without an alias is called what it is. */
export function aliasOf(machine: TicketMachine, state: string): string {
  return own(machine.aliases, state) ?? state;
}

/** The state of a machine that a status is; by alias, in any case. */
export function stateOf(machine: TicketMachine, status: string): string | undefined {
  return listStates(machine).find((state) => isSameName(aliasOf(machine, state), status));
}

/** True for two names that differ in case and outer spaces only. */
export function isSameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/**
 * Says what an event means for a ticket (seed: the machines of unotify; handbook K4). `events` are the names under which it may
 * stand, the first that the state knows counts. An event that the state does not know is an error, unless the ticket is beyond
 * everything that the event leads to.
 */
export function judgeEvent(
  machine: TicketMachine,
  status: string,
  events: readonly string[],
): Outcome<Verdict, 'ticket_status_unknown' | 'ticket_event_missing'> {
  const from = stateOf(machine, status);
  if (from === undefined)
    return failed('ticket_status_unknown', `The status ${quote(status)} is no state of this machine. Add it under \`aliases\`.`);
  const known = own(machine.transitions, from) ?? {};
  const event = events.find((name) => own(known, name) !== undefined);
  const stay = (code: Extract<Verdict, { result: 'stay' }>['code'], message: string) =>
    ok<Verdict>({ result: 'stay', from, code, message });
  if (event !== undefined) {
    const to = known[event]!;
    if (to === end) return stay('ticket_ended', `In ${quote(status)} nothing is left to do on \`${event}\`.`);
    if (to === from) return stay('ticket_already_there', `It is in ${quote(status)} already.`);
    return ok<Verdict>({ result: 'move', from, to });
  }
  const targets = listStates(machine).flatMap((state) => {
    const transitions = own(machine.transitions, state) ?? {};
    return events.flatMap((name) => own(transitions, name) ?? []);
  });
  const states = targets.filter((target) => target !== end);
  if (states.includes(from)) return stay('ticket_already_there', `It is in ${quote(status)} already.`);
  if (states.some((target) => isFurther(machine, from, target)))
    return stay('ticket_already_further', `It is in ${quote(status)} already, further than \`${events[0]}\` leads.`);
  const names = Object.keys(known).join(', ');
  return failed(
    'ticket_event_missing',
    `The machine has no \`${events[0]}\` for the state \`${from}\`. Add it under \`transitions.${from}\`.${names === '' ? '' : ` Known there: ${names}.`}`,
  );
}

/** True when one state lies beyond another: by the declared path, else when only the way from the other to the one exists. */
export function isFurther(machine: TicketMachine, one: string, other: string): boolean {
  const [here, there] = [one, other].map((state) => machine.path?.indexOf(state) ?? -1);
  if (here !== undefined && there !== undefined && here >= 0 && there >= 0) return here > there;
  return reaches(machine, other, one) && !reaches(machine, one, other);
}

/** True when a status of one category lies beyond one of another. */
export function isCategoryFurther(one: StatusCategory | undefined, other: StatusCategory | undefined): boolean {
  return one !== undefined && other !== undefined && categories.indexOf(one) > categories.indexOf(other);
}

/** The states on the way from one to another, the goal last: the declared path's part, else the shortest way of the machine. */
export function listWay(machine: TicketMachine, from: string, to: string): string[] {
  const { path = [] } = machine;
  const [start, goal] = [path.indexOf(from), path.indexOf(to)];
  if (start >= 0 && goal > start) return path.slice(start + 1, goal + 1);
  return findWay(machine, from, to) ?? [to];
}

function reaches(machine: TicketMachine, from: string, to: string): boolean {
  return from !== to && findWay(machine, from, to) !== undefined;
}

/** The shortest way without the start; undefined when there is none. */
function findWay(machine: TicketMachine, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  // A map hands out what is added to it meanwhile.
  for (const state of cameFrom.keys())
    for (const next of Object.values(own(machine.transitions, state) ?? {}))
      if (next !== end && !cameFrom.has(next)) cameFrom.set(next, state);
  if (!cameFrom.has(to)) return undefined;
  const way: string[] = [];
  for (let state: string | undefined = to; state !== undefined && state !== from; state = cameFrom.get(state)) way.unshift(state);
  return way;
}

function listStates(machine: TicketMachine): string[] {
  return [...new Set([...Object.keys(machine.transitions), ...Object.keys(machine.aliases)])];
}

/** Names come from files: `constructor` must not be found where nobody wrote it. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function quote(text: string): string {
  return `"${text.slice(0, 100)}"`;
}
