import type { ErrorCode } from '../../core/error-catalogue.ts';

/** What one run of a script may do; held inside the isolate, and again by the parent. Lengths in UTF-16 units. */
export const scriptLimits = {
  fetches: 20,
  fetchRequestLength: 256 * 1024,
  fetchBodyBytes: 1024 * 1024,
  logLines: 200,
  logLineLength: 4000,
  logLength: 64 * 1024,
  outputLength: 64 * 1024,
  messageLength: 4000,
} as const;
export type ScriptLimits = typeof scriptLimits;

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
}

/** To the child: the JSON answer to one fetch. */
interface AnswerMessage {
  type: 'answer';
  run: number;
  call: number;
  text: string;
}

export type ParentMessage = InitMessage | RunMessage | AnswerMessage;

/** The codes that a child itself can give to the end of a run. */
type ChildCode = Extract<ErrorCode, 'script_failed' | 'script_invalid' | 'script_memory' | 'script_output_too_large'>;

/** How a run ended inside the child: the outputs as JSON text, or why not. */
export type ChildEnd = { ok: true; text: string } | { ok: false; code: ChildCode; message: string };

export type ChildMessage =
  | { type: 'ready' }
  | { type: 'unavailable'; message: string }
  | { type: 'log'; run: number; line: string }
  | { type: 'fetch'; run: number; call: number; request: string }
  | { type: 'end'; run: number; end: ChildEnd };
