import { createHash } from 'node:crypto';
import type { AttemptOutcome } from '../actions/action.ts';
import { describeError } from '../core/errors.ts';
import { readProgress, type StoredStep } from '../runs/read-progress.ts';
import { confirmRun } from '../runs/cancel-run.ts';
import { isHeld, postponedCodes } from '../runs/postponed.ts';
import type { FinishedAttempt, Progress, RunState, StepState } from '../runs/record-progress.ts';
import type { Turn } from '../queue/lane-dispatcher.ts';
import type { CompiledStep } from '../watches/compile-config.ts';
import { judgeStep } from '../watches/match.ts';
import { nextRetryAt, postponeTo } from '../watches/retry.ts';
import { attemptStep } from './attempt-step.ts';
import type { Context } from './context.ts';
import { prepareRun } from './prepare-run.ts';
import { createRunScope, type RunScope } from './run-scope.ts';
import type { LoadedRun, RecordRun } from './loaded-run.ts';

/** What working on a run needs beside the context. */
interface RunWork {
  turn: Turn;
  record: RecordRun;
  /** Aborted when the run is cancelled while it is worked on. */
  cancelled: AbortSignal;
}

/** Where a run stands while it is worked on, and what has not been written down yet. */
interface Draft {
  work: RunWork;
  loaded: LoadedRun;
  steps: StepState[];
  finished: FinishedAttempt | undefined;
  startedAt: Date | undefined;
  /** True when a newer run may take this one's place at any moment until it has begun. */
  replaceable: boolean;
  /** The first step that failed decides what the run is called. */
  failure: { status: 'failed' | 'dead'; code: string; message: string } | undefined;
}

/** The end of working on a run. `recorded` resolves once it is written down; the next run may start before that. */
interface Worked {
  recorded: Promise<unknown>;
  /** True when somebody else ended the run or has it now. */
  lost?: boolean;
  /** True when the run waits for its next try or was given up: in a strict order nothing may pass it. */
  holds?: boolean;
  /** True when the try was held back before anything was sent: the rows say whether what comes behind it may go. */
  held?: boolean;
}

/** Tries beyond the schedule for attempts that died with the process: their outcome is unknown, but not for ever. */
const maxInterruptions = 10;

/** How long a first attempt may take until its run and step are marked as running. Milliseconds. */
const markAfterMs = 250;

/**
 * The story of a run: step by step, each attempt stored before and after, until it succeeds, waits for its next try, or is
 * given up visibly. A dead process's attempt is closed as `interrupted` and made again under the same idempotency key.
 */
export async function runWatch(context: Context, loaded: LoadedRun, work: RunWork): Promise<Worked> {
  const draft: Draft = { work, loaded, steps: [], finished: undefined, startedAt: undefined, replaceable: false, failure: undefined };
  const watch = await context.configs.readWatch(loaded.run);
  if (!watch) return end(draft, { status: 'failed', code: 'not_found', message: 'The watch is not in the stored configuration any more.' });
  draft.replaceable = watch.onBusy === 'latest' || watch.settleMs > 0;
  const stored = !loaded.run.begun ? [] : await readProgress(context.db, loaded.run.id);
  const preparation = await prepareRun(context, loaded, watch);
  if (!preparation.ready) return end(draft, preparation.state);
  const scope = await createRunScope(context, preparation.prepared, watch);
  for (const [position, step] of watch.steps.entries()) {
    const before = stored.find((entry) => entry.position === position);
    const next =
      before && isOver(before) ? restore(draft, scope, { step, before }) : await runStep(context, { draft, scope, step, position, before });
    if (next) return next;
  }
  return end(draft, draft.failure ?? { status: 'succeeded', code: null, message: null });
}

function isOver(step: StoredStep): boolean {
  return step.status !== 'running' && step.status !== 'waiting';
}

function restore(draft: Draft, scope: RunScope, done: { step: CompiledStep; before: StoredStep }): undefined {
  const { before } = done;
  scope.remember(done.step, before.outputs);
  if (before.status === 'failed' || before.status === 'dead')
    noteFailure(draft, scope, { status: before.status, code: before.code ?? 'internal_error', message: before.message ?? '' });
  return undefined;
}

interface StepWork {
  draft: Draft;
  scope: RunScope;
  step: CompiledStep;
  position: number;
  before: StoredStep | undefined;
}

/** Makes one try of a step. Answers the end of the run's turn when it has to wait, was lost or is being stopped; undefined to go on. */
async function runStep(context: Context, stepWork: StepWork): Promise<Worked | undefined> {
  const { draft, scope, step, position, before } = stepWork;
  const { attempts = 0, attemptsBefore = 0, outputs: progress = {} } = before ?? {};
  const number = attempts + 1;
  const state = { ...describeStep(draft.loaded, { step, position, attempts: number, startedAt: context.clock.now() }), outputs: progress };
  const judged = judgeStep(step, scope.expressions());
  if (judged.ok && !judged.value) {
    draft.steps.push({ ...state, status: 'skipped', attempts: 0, outputs: {} });
    scope.remember(step, {});
    return undefined;
  }
  if (draft.work.turn.closing.aborted)
    return end(draft, { status: 'waiting', code: 'interrupted', message: null, dueAt: context.clock.now() });
  const interrupted = before?.lastAttempt === 'started';
  if (interrupted) draft.finished = closeInterrupted(position, number - 1);
  if (interrupted && triesOf(number, before) > step.retry.length + 1 + maxInterruptions) return giveUpInterrupted(stepWork, state);
  const unmarked = await beginAttempt(draft, state);
  if (!unmarked) return { recorded: Promise.resolve(), lost: true };
  if (draft.replaceable && number === 1 && !(await confirmRun(context.db, draft.loaded.run.id)))
    return endReplaced(draft, position, unmarked);
  const { turn, cancelled } = draft.work;
  const signal = AbortSignal.any([turn.signal, cancelled]);
  const owner = { run: draft.loaded.run, position, attemptsBefore };
  const outcome: AttemptOutcome = judged.ok
    ? await attemptStep(context, { scope, step, number, idempotencyKey: state.idempotencyKey, signal, owner, progress })
    : { result: 'failed', code: judged.code, message: judged.message, retryable: false, record: {} };
  clearTimeout(unmarked.timer);
  return finishStep(context, { ...stepWork, state, number, outcome: scope.maskOutcome(outcome) });
}

/**
 * Writes down that an attempt begins, before it is made; undefined when the run is not ours any more. The very first attempt
 * of a run is over in milliseconds as a rule: run and step only get to say `running` when it takes longer.
 */
async function beginAttempt(draft: Draft, state: StepState): Promise<{ timer?: NodeJS.Timeout } | undefined> {
  const { work, loaded } = draft;
  draft.startedAt ??= state.startedAt;
  const started = { position: state.position, number: state.attempts };
  const running = () => ({ ...take(draft, { status: 'running', code: null, message: null }), started });
  const isFirst = !loaded.run.begun && draft.finished === undefined && draft.steps.length === 0;
  if (!isFirst) {
    const progress = running();
    return (await work.record({ ...progress, steps: [...progress.steps, state] })) ? {} : undefined;
  }
  const { id: runId, installationId } = loaded.run;
  if (!(await work.record({ runId, installationId, steps: [], started }))) return undefined;
  const mark = () => work.record({ runId, installationId, steps: [state], run: { status: 'running', code: null, message: null } });
  return { timer: setTimeout(() => void (work.turn.signal.aborted || mark().catch(describeError)), markAfterMs) };
}

/** A newer run took this one's place in the moment in which it began: the attempt that was noted is not made. */
function endReplaced(draft: Draft, position: number, unmarked: { timer?: NodeJS.Timeout }): Worked {
  clearTimeout(unmarked.timer);
  draft.finished = { ...closeInterrupted(position, 1), message: 'A newer run took the place of this one; nothing was sent.' };
  return end(draft, { status: 'cancelled', code: 'superseded', message: null });
}

interface FinishedWork extends StepWork {
  state: StepState;
  number: number;
  outcome: AttemptOutcome;
}

/** Decides what an attempt's end means for its step and run. */
function finishStep(context: Context, finished: FinishedWork): Worked | undefined {
  const { draft, scope, step, position, number, outcome } = finished;
  const reached = outcome.result === 'failed' ? outcome.progress : outcome.outputs;
  const state = { ...finished.state, outputs: reached ?? finished.state.outputs };
  const attempt = {
    position,
    number,
    request: outcome.record.request ?? null,
    response: outcome.record.response ?? null,
    log: outcome.record.log ?? null,
  };
  if (outcome.result === 'succeeded') {
    draft.finished = { ...attempt, status: 'succeeded', code: null, message: null, retryAt: null };
    draft.steps.push({ ...state, status: 'succeeded' });
    scope.remember(step, outcome.outputs);
    return undefined;
  }
  const { code, message } = outcome;
  if (draft.work.cancelled.aborted) {
    const ended = { code: 'cancelled', message: 'The run was cancelled during the attempt.' };
    draft.finished = { ...attempt, ...ended, status: 'interrupted', retryAt: null };
    return end(draft, { status: 'cancelled', ...ended });
  }
  if (draft.work.turn.signal.aborted) {
    // The lane is lost or the process ends: whoever takes over makes this try again, at once.
    draft.finished = {
      ...attempt,
      status: 'interrupted',
      code: 'interrupted',
      message: 'The process was stopped during the attempt.',
      retryAt: null,
    };
    draft.steps.push({ ...state, status: 'waiting', code: 'interrupted' });
    return end(draft, { status: 'waiting', code: 'interrupted', message: null, dueAt: context.clock.now() });
  }
  const retryAt = outcome.retryable && outcome.giveUp !== true ? whenAgain(context, finished, outcome) : undefined;
  draft.finished = { ...attempt, status: 'failed', code, message, retryAt: retryAt ?? null };
  if (retryAt) {
    draft.steps.push({ ...state, status: 'waiting', code, message });
    return end(draft, { status: 'waiting', code, message, dueAt: retryAt });
  }
  const status = outcome.retryable ? 'dead' : 'failed';
  draft.steps.push({ ...state, status, code, message });
  scope.remember(step, {});
  noteFailure(draft, scope, { status, code, message });
  return undefined;
}

/** How many of so many tries count against the schedule: those before a redrive and those that were postponed do not. */
function triesOf(number: number, before: StoredStep | undefined): number {
  return number - (before?.attemptsBefore ?? 0) - (before?.postponed ?? 0);
}

function whenAgain(
  context: Context,
  { step, number, before }: FinishedWork,
  { code, retryAfterSeconds }: { code: string; retryAfterSeconds?: number },
): Date | undefined {
  const now = context.clock.now();
  const postponed = before?.postponed ?? 0;
  const later = postponedCodes.includes(code) ? postponeTo({ postponed, now, retryAfterSeconds, random: Math.random }) : undefined;
  return later ?? nextRetryAt({ schedule: step.retry, attempt: triesOf(number, before), now, retryAfterSeconds, random: Math.random });
}

function giveUpInterrupted({ draft, scope, step }: StepWork, state: StepState): undefined {
  const failure = { status: 'dead' as const, code: 'interrupted', message: 'The process died during every attempt.' };
  draft.steps.push({ ...state, ...failure, attempts: state.attempts - 1 });
  scope.remember(step, {});
  noteFailure(draft, scope, failure);
  return undefined;
}

function noteFailure(draft: Draft, scope: RunScope, failure: NonNullable<Draft['failure']>): void {
  draft.failure ??= failure;
  scope.fail();
}

function closeInterrupted(position: number, number: number): FinishedAttempt {
  const message = 'The process died during the attempt; whether it had an effect is unknown.';
  return { position, number, status: 'interrupted', code: 'interrupted', message, request: null, response: null, log: null, retryAt: null };
}

/** The idempotency key of a step is derived from what it is for, so that it stays the same across attempts, crashes and replays. */
function describeStep(loaded: LoadedRun, facts: { step: CompiledStep; position: number; attempts: number; startedAt: Date }): StepState {
  const { run } = loaded;
  const digest = createHash('sha256').update(`${run.changeId} ${run.watchId} ${facts.position}`).digest('base64url');
  return {
    position: facts.position,
    key: facts.step.id ?? null,
    name: facts.step.name ?? null,
    kind: facts.step.kind,
    status: 'running',
    outputs: {},
    code: null,
    message: null,
    idempotencyKey: `msg_${digest}`,
    attempts: facts.attempts,
    startedAt: facts.startedAt,
  };
}

/** Takes what has not been written yet, to write it with this state of the run. */
function take(draft: Draft, run: RunState): Progress {
  const { id, installationId } = draft.loaded.run;
  const progress: Progress = {
    runId: id,
    installationId,
    steps: draft.steps,
    run: draft.startedAt ? { ...run, startedAt: draft.startedAt } : run,
    ...(draft.finished ? { finished: draft.finished } : {}),
  };
  draft.steps = [];
  draft.finished = undefined;
  return progress;
}

function end(draft: Draft, state: RunState): Worked {
  const recorded = draft.work.record(take(draft, state));
  // Whoever awaits it may come later than a failure does.
  recorded.catch(describeError);
  const isWaiting = state.status === 'waiting';
  return { recorded, holds: isWaiting || state.status === 'dead', held: isWaiting && isHeld(state.code) };
}
