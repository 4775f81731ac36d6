import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { launchChild, type LaunchPlan } from './launch.ts';
import { countOf, scriptLimits, type ChildEnd, type ChildMessage, type HostCall, type ParentMessage, type RunLimits } from './messages.ts';
import { readUsage } from './process-usage.ts';
import { sandboxProgram } from './sandbox.ts';

/** One script to run, as a child takes it. */
export interface ChildJob {
  source: string;
  /** The JSON text of the script's argument, without `event`. */
  input: string;
  /** The JSON text of `event`, or null when it is too large to be given. */
  event: string | null;
  /** From its start to its end, its waiting included. */
  timeoutMs: number;
  /** What it may compute. */
  cpuMs: number;
  memoryMb: number;
  limits: RunLimits;
  signal: AbortSignal;
  /** Answers one call: JSON text in, JSON text out. Must not reject. */
  answer(what: HostCall, request: string, signal: AbortSignal): Promise<string>;
  /** Told each line as it is logged. */
  onLine?(line: string): void;
}

/** How a run ended, seen from the parent. */
export type ScriptEnd = { log: string[] } & ({ ok: true; text: string } | { ok: false; code: ErrorCode; message: string });

/** Isolates are made ahead with this limit; other limits cost their making at the start of the run. */
const defaultMemoryMb = 32;

/** How long a child may take from spawn to ready; a machine under load takes seconds. */
const startTimeoutMs = 20_000;
const watchIntervalMs = 20;
/** What a process may grow beyond the script's own limit before it is ended: code, stacks, the copies of messages. */
const headroomBytes = 64 * 1024 * 1024;

/** What Node and V8 write when they die of memory. */
const memoryDeath = /out[ -]of[ -]memory|heap limit|allocation failed|invalid (?:array|string|table|size)/i;

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

/** One child process that runs one script at a time. Any limit that is passed ends the process: nothing else stops native code. */
export class ScriptChild {
  /** Whose scripts this child has run; it never serves another tenant. */
  tenant: string | undefined;
  runs = 0;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  #stderr = '';
  #dead = false;
  #restingBytes = 0;
  #onMessage: (message: ChildMessage) => void = () => {};

  constructor(plan: LaunchPlan, addon: string) {
    this.#process = launchChild(plan, addon);
    this.#exited = new Promise((resolve) => {
      const end = () => {
        this.#dead = true;
        resolve();
      };
      this.#process.once('exit', end);
      this.#process.once('error', end);
    });
    this.#process.on('message', (message) => this.#onMessage(message as ChildMessage));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    // An idle child must not keep the parent alive; a running one does, by the timer of its run.
    this.#process.unref();
    this.#process.channel?.unref();
    (this.#process.stderr as Socket | null)?.unref();
    const init: ParentMessage = { type: 'init', addon, sandbox: sandboxProgram, defaultMemoryMb };
    this.#send(init);
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Resolves when the child can run scripts: undefined, or why it cannot. */
  async ready(): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#onMessage = (message) => {
      if (message.type === 'ready') resolve(undefined);
      if (message.type === 'unavailable') resolve(message.message);
    };
    const timer = setTimeout(() => resolve('the child process did not start in time'), startTimeoutMs);
    const problem = await Promise.race([
      promise,
      this.#exited.then(() => `the child process ended: ${this.#stderr.trim().split('\n')[0] ?? ''}`),
    ]);
    clearTimeout(timer);
    if (problem !== undefined) this.kill();
    else {
      this.#restingBytes = readUsage(this.#process.pid)?.residentBytes ?? 0;
      this.#rest();
    }
    return problem;
  }

  /** Runs one script. Unless it ended by itself, the child is dead afterwards. */
  async run(job: ChildJob): Promise<ScriptEnd> {
    this.runs += 1;
    const log: string[] = [];
    const ending = Promise.withResolvers<ChildEnd | { ok: false; code: ErrorCode; message: string }>();
    const stop = (code: ErrorCode, message: string) => {
      ending.resolve({ ok: false, code, message });
      this.kill();
    };
    const calls = new AbortController();
    this.#onMessage = this.#createListener({ job, log, end: ending.resolve, calls: calls.signal });
    const timer = setTimeout(() => stop('script_timeout', `The script ran longer than ${job.timeoutMs} ms.`), job.timeoutMs);
    const watch = this.#watchUsage(job, stop);
    const abort = () => {
      // The step's own time may be over before the script's.
      if (isTimeout(job.signal.reason)) stop('script_timeout', `The script ran longer than ${job.timeoutMs} ms.`);
      else stop('interrupted', 'The script was stopped before its end.');
    };
    job.signal.addEventListener('abort', abort, { once: true });
    void this.#exited.then(() => ending.resolve(this.#describeDeath()));
    const { source, input, event, memoryMb, limits } = job;
    this.#send({ type: 'run', run: this.runs, source, input, event, memoryMb, limits });
    const end = await ending.promise;
    clearTimeout(timer);
    clearInterval(watch);
    job.signal.removeEventListener('abort', abort);
    calls.abort();
    if (!end.ok && end.code === 'script_memory') this.kill();
    this.#rest();
    return { ...end, log };
  }

  /** Ends the process now. */
  kill(): void {
    this.#dead = true;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.ref();
    this.#process.kill('SIGKILL');
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#exited;
  }

  /** Looks at what the process uses, from outside of it: nothing that runs in it can lie about that. */
  #watchUsage({ cpuMs, memoryMb }: ChildJob, stop: (code: ErrorCode, message: string) => void): NodeJS.Timeout {
    const limit = this.#restingBytes + memoryMb * 2 * 1024 * 1024 + headroomBytes;
    const before = readUsage(this.#process.pid)?.cpuMs ?? 0;
    return setInterval(() => {
      const usage = readUsage(this.#process.pid);
      if (usage === undefined) return;
      if (usage.residentBytes > limit) stop('script_memory', 'The script used more memory than allowed.');
      else if (usage.cpuMs - before > cpuMs) stop('script_cpu', `The script computed for longer than ${cpuMs} ms.`);
    }, watchIntervalMs);
  }

  /** Takes messages of the current run only, and counts for itself: a child that was taken over must not get more than others. */
  #createListener(run: {
    job: ChildJob;
    log: string[];
    end: (end: ChildEnd) => void;
    calls: AbortSignal;
  }): (message: ChildMessage) => void {
    const number = this.runs;
    const { job, log } = run;
    const left = countOf(job.limits);
    return (message) => {
      if (!('run' in message) || message.run !== number) return;
      if (message.type === 'end') run.end(message.end);
      else if (message.type === 'log') {
        if (log.length > scriptLimits.logLines) return;
        const line = message.line.slice(0, scriptLimits.logLineLength);
        log.push(line);
        job.onLine?.(line);
      } else if (message.type === 'ask' && Object.hasOwn(left, message.what) && left[message.what] > 0) {
        const { what, call, request } = message;
        left[what] -= 1;
        void job.answer(what, request, run.calls).then((text) => this.#send({ type: 'answer', run: number, call, text }));
      }
    };
  }

  /** Between runs nothing that the child says counts. */
  #rest(): void {
    this.#onMessage = () => {};
  }

  #send(message: ParentMessage): void {
    // The callback keeps a child that just died from becoming an exception; its exit tells.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  #describeDeath(): { ok: false; code: ErrorCode; message: string } {
    if (memoryDeath.test(this.#stderr)) return { ok: false, code: 'script_memory', message: 'The script used more memory than allowed.' };
    return { ok: false, code: 'script_crashed', message: 'The process that ran the script died; the script is run again in a new one.' };
  }
}
