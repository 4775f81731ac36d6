import { scriptLimits, type ScriptLimits } from './messages.ts';

/** The three things a sandbox can tell its host: strings and numbers only, and none of them can fail. */
type Finish = (code: string, text: string) => void;
type WriteLine = (line: string) => void;
type AskFetch = (call: number, request: string) => void;

/** Enters the sandbox: starts the module's default export, or delivers the answer to a fetch. */
type Enter = (...values: ['start', { default?: unknown }, string, string | null] | ['answer', number, string]) => void;

interface FetchAnswer {
  error?: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * What surrounds a user's script inside its isolate. It runs before the script and keeps its own references to the built-ins it
 * needs; a script that bends the rest only harms its own run. The caps are held here so that a flood never leaves the isolate.
 */
function createSandbox(limits: ScriptLimits, host: { finish: Finish; writeLine: WriteLine; askFetch: AskFetch }): Enter {
  const { parse, stringify } = JSON;
  const { defineProperty } = Object;
  const scope = globalThis as Record<string, unknown>;
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly']) delete scope[name];
  const log = createLogger(limits, host.writeLine);
  scope['console'] = { log, info: log, warn: log, error: log, debug: log };
  const { fetch, answer } = createFetch(limits, host.askFetch);
  const fail = (code: string, error: unknown) => host.finish(code, describeThrown(error, limits.messageLength));

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
      if (text.length > limits.outputLength) return fail('script_output_too_large', 'The outputs are larger than 64 KB; return less.');
      host.finish('', text);
    } catch (error) {
      fail('script_failed', error);
    }
  };
  return (...values) => {
    if (values[0] === 'start') void start(values[1], values[2], values[3]);
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
function createLogger(limits: ScriptLimits, writeLine: WriteLine): (...values: unknown[]) => void {
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
      writeLine('… further lines are dropped');
    } else writeLine(line.length > limits.logLineLength ? '… a line longer than 4,000 characters is dropped' : line);
  };
}

/** fetch(url, { method, headers, body }) by way of the host; asks at most so many times and never more than one message per call. */
function createFetch(limits: ScriptLimits, askFetch: AskFetch) {
  const { parse, stringify } = JSON;
  const LocalPromise = Promise;
  const pending: Record<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }> = Object.create(null);
  let calls = 0;
  // One error for a whole flood: a stack trace each would be most of its cost.
  let refusal: Error | undefined;
  const ask = (url: unknown, init: { method?: unknown; headers?: unknown; body?: unknown }) => {
    if (calls >= limits.fetches) throw (refusal ??= new Error(`A script may call fetch at most ${limits.fetches} times`));
    calls += 1;
    const body = init.body === undefined || typeof init.body === 'string' ? init.body : stringify(init.body);
    const request = stringify({ url: String(url), method: init.method, headers: init.headers, body });
    if (typeof request !== 'string' || request.length > limits.fetchRequestLength)
      throw new Error('The request of a fetch is larger than 256 KB');
    const call = calls;
    return new LocalPromise((resolve, reject) => {
      pending[call] = { resolve, reject };
      askFetch(call, request);
    });
  };
  const answer = (call: number, { error, status, headers, body }: FetchAnswer) => {
    const waiting = pending[call];
    delete pending[call];
    if (error !== undefined) waiting?.reject(new Error(error));
    else waiting?.resolve({ status, ok: status >= 200 && status < 300, headers, text: async () => body, json: async () => parse(body) });
  };
  const fetch = async (url: unknown, init: object | undefined) => {
    // A promise that rejects before anybody can listen costs isolated-vm a search through all of its kind.
    await undefined;
    return await ask(url, init ?? {});
  };
  return { fetch, answer };
}

/** A thrown value as one line, with the line of the user's source where the stack tells it. */
function describeThrown(error: unknown, maxLength: number): string {
  try {
    if (typeof error === 'string') return error.slice(0, maxLength);
    if (!(error instanceof Error)) return `The script threw ${JSON.stringify(error) ?? typeof error}`.slice(0, maxLength);
    const line = /script\.js:(\d+)/.exec(error.stack ?? '')?.[1];
    return `${error.name}: ${error.message}${line === undefined ? '' : ` (line ${line})`}`.slice(0, maxLength);
  } catch {
    return 'The script threw something that cannot be shown';
  }
}

const parts = [createSandbox, readDefault, createLogger, createFetch, describeThrown];

/**
 * The program that the child runs in every fresh isolate; its value is the function that makes the sandbox. Its parts may use nothing
 * but each other. The brackets around each part make V8 compile it at once, so that the child's code cache has it.
 */
export const sandboxProgram = `'use strict';
${parts.map((part) => `const ${part.name} = (${String(part)});`).join('\n')}
(finish, writeLine, askFetch) => createSandbox(${JSON.stringify(scriptLimits)}, { finish, writeLine, askFetch });`;
