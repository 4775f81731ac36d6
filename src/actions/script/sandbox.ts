import { scriptLimits, type CallHost, type HostCall, type RunLimits, type ScriptLimits } from './messages.ts';
import { createGitHub, createState } from './sandbox-tools.ts';

/** The three things a sandbox can tell its host: strings and numbers only, and none of them can fail. */
type Finish = (code: string, text: string) => void;
type WriteLine = (line: string) => void;
type Ask = (what: HostCall, call: number, request: string) => void;

/** Enters the sandbox: says what the run may do, starts the module's default export, or delivers the answer to a call. */
type Enter = (...values: ['limits', string] | ['start', { default?: unknown }, string, string | null] | ['answer', number, string]) => void;

interface FetchAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * What surrounds a user's script inside its isolate. It runs before the script and keeps its own references to the built-ins it
 * needs; a script that bends the rest only harms its own run. The caps are held here so that a flood never leaves the isolate.
 */
function createSandbox(fixed: ScriptLimits, host: { finish: Finish; writeLine: WriteLine; ask: Ask }): Enter {
  const { parse, stringify } = JSON;
  const { defineProperty } = Object;
  const scope = globalThis as Record<string, unknown>;
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly']) delete scope[name];
  const limits: ScriptLimits & RunLimits = { ...fixed, fetches: 0, requests: 0, logLength: 0, outputLength: 0 };
  const log = createLogger(limits, host.writeLine);
  scope['console'] = { log, info: log, warn: log, error: log, debug: log };
  const { call, answer, codeOf } = createCalls(limits, host.ask);
  const fetch = createFetch(call);
  const fail = (code: string, error: unknown) => host.finish(codeOf(error) ?? code, describeThrown(error, limits.messageLength));

  const start = async (namespace: { default?: unknown }, input: string, event: string | null) => {
    try {
      const main = readDefault(namespace);
      if (typeof main !== 'function')
        return fail(
          'script_invalid',
          'The script has no default export that is a function; write export default async ({ change }) => { … }.',
        );
      const given = parse(input);
      given.log = log;
      given.fetch = fetch;
      given.github = createGitHub(call);
      given.state = createState(call);
      const readEvent = () => {
        if (event === null) throw new Error('The payload of this event is larger than 1 MiB and is not given to scripts');
        return parse(event);
      };
      defineProperty(given, 'event', { enumerable: true, configurable: true, get: readEvent });
      const outputs = await main(given);
      if (outputs !== undefined && (typeof outputs !== 'object' || outputs === null || Array.isArray(outputs)))
        return fail('script_failed', 'The script returned something that is not an object; return an object of outputs, or nothing.');
      const text = stringify(outputs ?? {});
      if (typeof text !== 'string' || text[0] !== '{') return fail('script_failed', 'The outputs cannot be written as a JSON object.');
      if (text.length > limits.outputLength)
        return fail('script_output_too_large', `The outputs are larger than ${limits.outputLength / 1024} KB; return less.`);
      host.finish('', text);
    } catch (error) {
      fail('script_failed', error);
    }
  };
  return (...values) => {
    if (values[0] === 'limits') Object.assign(limits, parse(values[1]));
    else if (values[0] === 'start') void start(values[1], values[2], values[3]);
    else answer(values[1], parse(values[2]));
  };
}

/** The default export. A module that still waits at its top level will never have one: nothing it could wait for exists there. */
function readDefault(namespace: { default?: unknown }): unknown {
  try {
    return namespace.default;
  } catch {
    return undefined;
  }
}

/** Lines from log() and console.log(), capped in number and length; the line that breaks a cap is dropped whole. */
function createLogger(limits: ScriptLimits & RunLimits, writeLine: WriteLine): (...values: unknown[]) => void {
  const { stringify } = JSON;
  let lines = 0;
  let length = 0;
  const show = (value: unknown) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return typeof value === 'object' && value !== null ? (stringify(value) ?? '') : String(value);
  };
  return (...values) => {
    if (lines > limits.logLines) return;
    lines += 1;
    let line = '';
    for (let index = 0; index < values.length && line.length <= limits.logLineLength; index += 1)
      line += (index === 0 ? '' : ' ') + show(values[index]);
    length += line.length;
    if (lines > limits.logLines || length > limits.logLength) {
      lines = limits.logLines + 1;
      const code = 'script_log_limit';
      writeLine(`… further lines are dropped (${code})`);
    } else writeLine(line.length > limits.logLineLength ? '… a line longer than 4,000 characters is dropped' : line);
  };
}

/** Questions to the host, counted by kind, never more than one message per call. */
function createCalls(limits: ScriptLimits & RunLimits, ask: Ask) {
  const { stringify } = JSON;
  const LocalPromise = Promise;
  const pending: Record<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }> = Object.create(null);
  const kinds: Record<HostCall, { used: number; most: () => number; name: string; code: string; refusal: Error | undefined }> = {
    fetch: { used: 0, most: () => limits.fetches, name: 'fetch', code: 'script_fetch_limit', refusal: undefined },
    github: { used: 0, most: () => limits.requests, name: 'github.request', code: 'script_request_limit', refusal: undefined },
    state: { used: 0, most: () => limits.stateCalls, name: 'state', code: 'script_state_limit', refusal: undefined },
  };
  let calls = 0;
  const start = (what: HostCall, request: object) => {
    const kind = kinds[what];
    // One error for a whole flood: a stack trace each would be most of its cost.
    if (kind.used >= kind.most()) throw (kind.refusal ??= new Error(`A script may call ${kind.name} at most ${kind.most()} times here`));
    const text = stringify(request);
    if (typeof text !== 'string' || text.length > limits.fetchRequestLength)
      throw new Error(`The request of a ${kind.name} is larger than 256 KB`);
    kind.used += 1;
    calls += 1;
    const number = calls;
    return new LocalPromise((resolve, reject) => {
      pending[number] = { resolve, reject };
      ask(what, number, text);
    });
  };
  const call: CallHost = async (what, request) => {
    // A promise that rejects before anybody can listen costs isolated-vm a search through all of its kind.
    await undefined;
    return await start(what, request);
  };
  const answer = (number: number, answered: { error?: string; code?: string }) => {
    const waiting = pending[number];
    delete pending[number];
    const { error, code } = answered;
    if (error === undefined) return waiting?.resolve(answered);
    const thrown = new Error(error) as Error & { code?: string };
    if (code !== undefined) thrown.code = code;
    waiting?.reject(thrown);
  };
  const codeOf = (error: unknown) =>
    error === undefined ? undefined : Object.values(kinds).find(({ refusal }) => refusal === error)?.code;
  return { call, answer, codeOf };
}

/** fetch(url, { method, headers, body }) by way of the host. */
function createFetch(call: CallHost) {
  const { parse, stringify } = JSON;
  return async (url: unknown, init: { method?: unknown; headers?: unknown; body?: unknown } | null | undefined) => {
    const { method, headers: sent, body: given } = init ?? {};
    const body = given === undefined || typeof given === 'string' ? given : stringify(given);
    const { status, headers, body: text } = (await call('fetch', { url: String(url), method, headers: sent, body })) as FetchAnswer;
    return { status, ok: status >= 200 && status < 300, headers, text: async () => text, json: async () => parse(text) };
  };
}

/** Where in the user's own source an error arose: its lines in `stack`, the innermost first. Other frames are not the script's. */
export function linesOf(stack: string, message: string): string[] {
  // What a script says about itself is no frame.
  const frames = message !== '' && stack.includes(message) ? stack.slice(stack.indexOf(message) + message.length) : stack;
  return [...frames.matchAll(/^ +at .*?\(?script\.js:(\d+):\d+\)?$/gm)].map((match) => match[1]!);
}

/** The lines as people read them: `(line 2, called from line 9)`. */
export function describeLines(lines: string[]): string {
  const [first, ...callers] = lines.filter((line, index) => line !== lines[index - 1]).slice(0, 5);
  if (first === undefined) return '';
  return ` (line ${first}${callers.length === 0 ? '' : `, called from line ${callers.join(', ')}`})`;
}

/** A thrown value as one line, with the lines of the user's source where the stack tells them. */
function describeThrown(error: unknown, maxLength: number): string {
  try {
    if (typeof error === 'string') return error.slice(0, maxLength);
    if (!(error instanceof Error)) return `The script threw ${JSON.stringify(error) ?? typeof error}`.slice(0, maxLength);
    const { message } = error;
    const where = describeLines(linesOf(error.stack ?? '', message));
    return `${error.name}: ${message}`.slice(0, maxLength - where.length) + where;
  } catch {
    return 'The script threw something that cannot be shown';
  }
}

const parts = [
  createSandbox,
  readDefault,
  createLogger,
  createCalls,
  createFetch,
  createGitHub,
  createState,
  linesOf,
  describeLines,
  describeThrown,
];

/**
 * The program that the child runs in every fresh isolate; its value is the function that makes the sandbox. Its parts may use nothing
 * but each other. The brackets around each part make V8 compile it at once, so that the child's code cache has it.
 */
export const sandboxProgram = `'use strict';
${parts.map((part) => `const ${part.name} = (${String(part)});`).join('\n')}
(finish, writeLine, ask) => createSandbox(${JSON.stringify(scriptLimits)}, { finish, writeLine, ask });`;
