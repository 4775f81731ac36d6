import type { ActionKind, AttemptContext, AttemptOutcome } from '../actions/action.ts';
import type { DueRun } from '../runs/list-due-runs.ts';
import { noteHeldRun } from '../runs/hold-run.ts';
import type { Context } from './context.ts';
import { openDestinationDoor, type Refusal } from './destination-door.ts';

/** Whose try it is: the step of a run, and how often it was tried before the run was redriven. */
export interface StepOwner {
  run: DueRun;
  position: number;
  attemptsBefore: number;
}

/** A step that is held back for longer is given up, counted from the first time. Milliseconds. */
const longestHoldMs = 3 * 24 * 60 * 60 * 1000;

/**
 * Lets a kind make its try behind what is known of destinations. A try that was refused because its destination rests, and sent nothing,
 * is none: the run comes back when the destination is tried again, for three days at most.
 */
export async function attemptBehindBook(
  context: Context,
  owner: StepOwner,
  attempt: { kind: ActionKind; action: AttemptContext<unknown> },
): Promise<AttemptOutcome> {
  const { kind, action } = attempt;
  const { id: runId, installationId, repositoryId } = owner.run;
  const sender = { runId, repositoryId, changeType: String(action.facts.change['type']) };
  const ways: ReturnType<typeof openDestinationDoor>[] = [];
  const outcome = await context.actions.attempt(kind, action, (door) => {
    const way = openDestinationDoor({ book: context.destinations, door, installationId, sender, now: () => context.clock.now() });
    ways.push(way);
    return way.door;
  });
  const way = ways.find((one) => one.refusal() !== undefined);
  const refusal = way?.refusal();
  if (outcome.result === 'succeeded' || refusal === undefined) return outcome;
  // A script that has sent something already would send it again; a kind that keeps count of what it sent says the code itself.
  if (outcome.code !== refusal.code && way?.hasSent() === true) return outcome;
  return await hold(context, owner, { outcome, refusal });
}

async function hold(
  context: Context,
  owner: StepOwner,
  { outcome, refusal }: { outcome: Extract<AttemptOutcome, { result: 'failed' }>; refusal: Refusal },
): Promise<AttemptOutcome> {
  const { id: runId, installationId } = owner.run;
  const { position, attemptsBefore } = owner;
  const { code, message, destinationId, retryAfterSeconds } = refusal;
  const since = await noteHeldRun(context.db, { runId, installationId, position, attemptsBefore, destinationId });
  const held = { ...outcome, code, message, retryable: true, retryAfterSeconds };
  if (context.clock.now().getTime() - since.getTime() < longestHoldMs) return held;
  return { ...held, message: `${message} It was held back for three days and is given up.`, giveUp: true };
}
