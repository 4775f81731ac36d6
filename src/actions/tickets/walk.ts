import { aliasOf, isFurther, isSameName, listWay, stateOf, type TicketMachine } from '../../tickets/machine.ts';
import type { TicketFailure, TicketProvider, TicketState, TicketTransition } from './provider.ts';

/** How a ticket's way ended. `hops` are the statuses it came to. */
export type Walked =
  | { end: 'there'; status: string; hops: string[] }
  | { end: 'further'; status: string; hops: string[] }
  | { end: 'failed'; status: string; hops: string[]; failure: TicketFailure };

/** What walking works with. */
interface Walk {
  provider: TicketProvider;
  machine: TicketMachine;
  /** Waits before a conflict is tried again. */
  pause(): Promise<void>;
}

/** More statuses than this are never passed in one go (handbook K4). */
const maxHops = 5;
/** How often somebody else may have been faster (handbook K3). */
const maxConflicts = 5;

/**
 * Walks a ticket to a state, over the states between when it is no neighbour: each time the furthest step on the way that is open at
 * this moment, then a look at where it came to. `back` for a machine that leads to an earlier state on purpose.
 */
export async function walk(work: Walk, from: { key: string; now: TicketState; goal: string; back: boolean }): Promise<Walked> {
  const { provider, machine } = work;
  const { key, goal, back } = from;
  let { status } = from.now;
  const hops: string[] = [];
  const fail = (failure: TicketFailure): Walked => ({ end: 'failed', status, hops, failure });
  let conflicts = 0;
  let refreshed = false;
  for (;;) {
    const state = stateOf(machine, status);
    if (state === goal) return { end: 'there', status, hops };
    if (!back && state !== undefined && isFurther(machine, state, goal)) return { end: 'further', status, hops };
    if (hops.length >= maxHops) return fail(unreachable(`It is in "${status}" after ${maxHops} steps and not where it should be.`));
    const open = await provider.listTransitions(key);
    if (!open.ok) return fail(open);
    const next = choose(machine, open.value, state === undefined ? [goal] : listWay(machine, state, goal));
    if (next === undefined) return fail(unreachable(explainNoWay(machine, { status, goal, open: open.value })));
    const moved = await provider.move(key, next);
    if (!moved.ok && moved.code === 'conflict') {
      if ((conflicts += 1) > maxConflicts)
        return fail({
          ok: false,
          code: 'ticket_conflict',
          message: `${key}: somebody else moved it at the same time, ${maxConflicts} times.`,
          retryable: true,
        });
      await work.pause();
    } else if (!moved.ok && moved.code === 'stale' && !refreshed) refreshed = true;
    else if (!moved.ok) return fail('retryable' in moved ? moved : { ...moved, code: 'ticket_refused', retryable: false });
    const now = await provider.read(key);
    if (!now.ok) return fail(now);
    ({ status } = now.value);
    if (moved.ok) hops.push(status);
  }
}

/** The step that leads furthest on the way; of several to the same status the one with the status's own name. */
function choose(machine: TicketMachine, open: readonly TicketTransition[], way: readonly string[]): TicketTransition | undefined {
  for (const state of way.toReversed()) {
    const alias = aliasOf(machine, state);
    const leading = open.filter((transition) => isSameName(transition.to.name, alias));
    const [first] = leading;
    if (first) return leading.find((transition) => isSameName(transition.name, alias)) ?? first;
  }
  return undefined;
}

function unreachable(message: string): TicketFailure {
  return { ok: false, code: 'ticket_unreachable', message, retryable: false };
}

function explainNoWay(machine: TicketMachine, at: { status: string; goal: string; open: readonly TicketTransition[] }): string {
  const { status, goal, open } = at;
  const names = open.map((transition) => `${transition.name} (to ${transition.to.name})`).join(', ');
  const hint =
    names === '' ? 'None is open: the workflow has none, or the user of the connection may not move tickets.' : `Open are: ${names}.`;
  return `No step towards "${aliasOf(machine, goal)}" is open from "${status}". ${hint}`.slice(0, 1500);
}
