import type { ErrorCode } from '../../core/error-catalogue.ts';

/** What one run of a script may do, whatever its step says; held inside the isolate, and again by the parent. Lengths in UTF-16 units. */
export const scriptLimits = {
  fetchRequestLength: 256 * 1024,
  fetchBodyBytes: 1024 * 1024,
  stateCalls: 500,
  logLines: 1000,
  logLineLength: 4000,
  messageLength: 4000,
} as const;
export type ScriptLimits = typeof scriptLimits;

/** What the step of a run lets it do. Lengths in UTF-16 units. */
export interface RunLimits {
  fetches: number;
  /** Calls of github.request. */
  requests: number;
  logLength: number;
  outputLength: number;
}

/** What a script can ask its host for. */
export type HostCall = 'fetch' | 'github' | 'state';

/** How often a run may ask for each of them. */
export function countOf(limits: RunLimits): Record<HostCall, number> {
  return { fetch: limits.fetches, github: limits.requests, state: scriptLimits.stateCalls };
}

/** Asks the host for something from inside the isolate; the answer is plain data. */
export type CallHost = (what: HostCall, request: object) => Promise<unknown>;

/** To the child: how to begin. `addon` is the path of isolated-vm's binary, `sandbox` the program of sandbox.ts. */
interface InitMessage {
  type: 'init';
  addon: string;
  sandbox: string;
  defaultMemoryMb: number;
}

/** To the child: run this. `input` and `event` are JSON texts. */
export interface RunMessage {
  type: 'run';
  run: number;
  source: string;
  input: string;
  event: string | null;
  memoryMb: number;
  limits: RunLimits;
}

/** To the child: the JSON answer to one call. */
interface AnswerMessage {
  type: 'answer';
  run: number;
  call: number;
  text: string;
}

export type ParentMessage = InitMessage | RunMessage | AnswerMessage;

/** The codes that a child itself can give to the end of a run. */
export const childCodes = [
  'script_failed',
  'script_invalid',
  'script_memory',
  'script_output_too_large',
  'script_fetch_limit',
  'script_request_limit',
  'script_state_limit',
] as const satisfies ErrorCode[];
type ChildCode = (typeof childCodes)[number];

/** How a run ended inside the child: the outputs as JSON text, or why not. */
export type ChildEnd = { ok: true; text: string } | { ok: false; code: ChildCode; message: string };

export type ChildMessage =
  | { type: 'ready' }
  | { type: 'unavailable'; message: string }
  | { type: 'log'; run: number; line: string }
  | { type: 'ask'; run: number; what: HostCall; call: number; request: string }
  | { type: 'end'; run: number; end: ChildEnd };
