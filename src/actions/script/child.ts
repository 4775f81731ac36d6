import type ivm from 'isolated-vm';
import { childCodes, type ChildEnd, type ChildMessage, type HostCall, type ParentMessage, type RunMessage } from './messages.ts';
import { describeLines, linesOf } from './sandbox.ts';

/** What the child knows after init. */
interface ChildState {
  ivm: typeof ivm;
  /** The text of sandbox.ts, and its code cache after the first isolate. */
  sandbox: string;
  compiled: ivm.ExternalCopy<ArrayBuffer> | undefined;
  defaultMemoryMb: number;
  /** An isolate made while nothing else was to do, for the next run. */
  spare: Sandbox | undefined;
  active: ActiveRun | undefined;
}

/** A fresh isolate with its surroundings, not yet used. What it tells goes to `run` once that is set. */
interface Sandbox {
  isolate: ivm.Isolate;
  context: ivm.Context;
  enter: ivm.Reference;
  memoryMb: number;
  run: ActiveRun | undefined;
}

interface ActiveRun {
  number: number;
  sandbox: Sandbox;
  end: ChildEnd | undefined;
}

/** Begins: one init message, then runs, one at a time. The channel's end is the child's end, whatever a script is doing. */
function serve(): void {
  let state: ChildState | undefined;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.on('message', (message: ParentMessage) => {
    if (message.type === 'init') {
      try {
        const loaded = { exports: {} as { ivm: typeof ivm } };
        process.dlopen(loaded, message.addon);
        const { sandbox, defaultMemoryMb } = message;
        state = { ivm: loaded.exports.ivm, sandbox, compiled: undefined, defaultMemoryMb, spare: undefined, active: undefined };
        state.spare = createIsolate(state, defaultMemoryMb);
        tell({ type: 'ready' });
      } catch (error) {
        tell({ type: 'unavailable', message: String(error) });
      }
    } else if (state && message.type === 'run') void run(state, message);
    else if (state?.active && message.type === 'answer' && state.active.number === message.run)
      void enter(state, state.active, ['answer', message.call, message.text]);
  });
}

function tell(message: ChildMessage): void {
  // A callback instead of an exception when the parent is gone.
  process.send?.(message, undefined, undefined, () => {});
}

/** V8 lost an isolate for good. The parent reads the last words to tell memory from other deaths. */
function giveUp(message: string): void {
  process.stderr.write(message);
  process.abort();
}

/** A fresh isolate with the sandbox in it. Its three host functions take strings, answer nothing and cannot fail. */
function createIsolate(state: ChildState, memoryMb: number): Sandbox {
  const isolate = new state.ivm.Isolate({ memoryLimit: memoryMb, onCatastrophicError: giveUp });
  const context = isolate.createContextSync();
  const sandbox: Partial<Sandbox> = { isolate, context, memoryMb };
  const host = (tellHost: (active: ActiveRun, values: unknown[]) => void) =>
    new state.ivm.Callback(
      (...values: unknown[]) => {
        if (sandbox.run) tellHost(sandbox.run, values);
      },
      { ignored: true },
    );
  const finish = host((active, [code, text]) => {
    if (code === '') active.end ??= { ok: true, text: String(text) };
    else active.end ??= toFailure(String(code), String(text));
  });
  const writeLine = host((active, [line]) => tell({ type: 'log', run: active.number, line: String(line) }));
  const ask = host((active, [what, call, request]) =>
    tell({ type: 'ask', run: active.number, what: what as HostCall, call: Number(call), request: String(request) }),
  );
  // Compiled once per process: the sandbox is our own text, and its code cache never leaves this process.
  const cache = state.compiled === undefined ? { produceCachedData: true } : { cachedData: state.compiled };
  const script = isolate.compileScriptSync(state.sandbox, { filename: 'sandbox.js', ...cache });
  state.compiled ??= (script as { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData;
  const create = script.runSync(context, { reference: true });
  sandbox.enter = create.applySync(undefined, [finish, writeLine, ask], { result: { reference: true } });
  return sandbox as Sandbox;
}

/** Runs one script to its end. User code only ever runs in the isolate's own thread, so that this one stays able to hear the parent. */
async function run(state: ChildState, message: RunMessage): Promise<void> {
  const spare = state.spare?.memoryMb === message.memoryMb ? state.spare : undefined;
  if (spare) state.spare = undefined;
  const sandbox = spare ?? createIsolate(state, message.memoryMb);
  const active: ActiveRun = { number: message.run, sandbox, end: undefined };
  sandbox.run = active;
  state.active = active;
  const invalid = (text: string) => conclude(state, active, { ok: false, code: 'script_invalid', message: text });
  let module: ivm.Module;
  try {
    await sandbox.enter.apply(undefined, ['limits', JSON.stringify(message.limits)]);
    module = await sandbox.isolate.compileModule(message.source, { filename: 'script.js' });
    const imported = module.dependencySpecifiers[0];
    if (imported !== undefined)
      return invalid(`The script imports ${JSON.stringify(imported).slice(0, 200)}; scripts cannot import anything.`);
    await module.instantiate(sandbox.context, () => {
      throw new Error('Scripts cannot import anything');
    });
  } catch (error) {
    const [, text, line] = /^(.*?)(?: \[script\.js:(\d+):\d+\])?$/s.exec(error instanceof Error ? error.message : String(error)) ?? [];
    const end = toFailure('script_invalid', `${text}${line === undefined ? '' : ` (line ${line})`}`);
    return conclude(state, active, end);
  }
  try {
    await module.evaluate();
  } catch (error) {
    return conclude(state, active, describeFailure(error));
  }
  await enter(state, active, ['start', module.namespace.derefInto(), message.input, message.event]);
}

/** Lets the isolate work until nothing is left to do but wait, and ends the run when it has said its last word. */
async function enter(state: ChildState, active: ActiveRun, values: unknown[]): Promise<void> {
  try {
    await active.sandbox.enter.apply(undefined, values);
  } catch (error) {
    // A result that was given before something else failed still counts; running out of memory always ends the run.
    active.end ??= describeFailure(error);
  }
  if (active.end && state.active === active) conclude(state, active, active.end);
}

/** Tells the end and makes the next isolate while the parent is busy with the answer. */
function conclude(state: ChildState, active: ActiveRun, end: ChildEnd): void {
  state.active = undefined;
  active.sandbox.run = undefined;
  tell({ type: 'end', run: active.number, end });
  if (!active.sandbox.isolate.isDisposed) active.sandbox.isolate.dispose();
  setImmediate(() => {
    if (!state.active) state.spare ??= createIsolate(state, state.defaultMemoryMb);
  });
}

/** An error that left the isolate: thrown at the top level, an unhandled rejection, or the memory limit. */
function describeFailure(error: unknown): ChildEnd {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return toFailure('script_failed', `${name}: ${message.slice(0, 3500)}${describeLines(linesOf(stack ?? '', message))}`);
}

function toFailure(code: string, message: string): ChildEnd {
  const outOfMemory = /memory limit|Array buffer allocation failed|Isolate was disposed|Isolate is disposed/.test(message);
  if (outOfMemory) return { ok: false, code: 'script_memory', message: 'The script used more memory than allowed.' };
  const known = childCodes.find((own) => own === code);
  return { ok: false, code: known ?? 'script_failed', message: message.slice(0, 4000) };
}

/**
 * The program of a child process, given to it as text: the child then needs to read nothing from disk but isolated-vm's binary, and
 * can run without the WebAssembly that Node's type stripping needs (--jitless). Its parts may use nothing but each other and Node's globals.
 */
export const childProgram = `'use strict';
const childCodes = ${JSON.stringify(childCodes)};
${[tell, giveUp, createIsolate, run, enter, conclude, describeFailure, describeLines, linesOf, toFailure, serve].map(String).join('\n')}
serve();`;
