import { parseDuration } from '../../core/durations.ts';
import { catalogue, isErrorCode, type ErrorCode } from '../../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../../core/outcome.ts';
import { toStorableText } from '../../core/storable.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome, AttemptRecord } from '../action.ts';
import { cutText, parsePlainJson } from '../plain-json.ts';
import { scriptLimits, type HostCall, type RunLimits } from './messages.ts';
import { buildScriptArguments } from './script-arguments.ts';
import { answerScriptFetch } from './script-fetch.ts';
import { answerScriptGitHub } from './script-github.ts';
import { maxSourceLength, maxTimeoutMs, scriptInput, type ScriptInput } from './script-input.ts';
import { answerScriptState } from './script-state.ts';

type Context = AttemptContext<ScriptInput>;

/** Runs JavaScript or TypeScript in an isolate inside a process of its own (threat-model.md D10). */
export const kind: ActionKind<typeof scriptInput> = {
  name: 'script',
  title: 'Run a script',
  schema: scriptInput,
  secretFields: [],
  literalFields: ['run', 'file'],
  permissions: {},
  defaultTimeoutMs: 30_000,
  run: runScript,
};

async function runScript(context: Context, tools: ActionTools): Promise<AttemptOutcome> {
  const { input, facts } = context;
  if (context.signal.aborted) return failure(context, { code: 'interrupted', message: 'The script was stopped before it began.' });
  const source = await readSource(context, tools);
  if (!source.ok) return failure(context, source);
  const timeoutMs = Math.min(parseDuration(input.timeout) ?? maxTimeoutMs, context.timeoutMs);
  const limits = limitsOf(input);
  const log: string[] = [];
  const end = await tools.scripts.run({
    tenant: JSON.stringify(facts.installation['id'] ?? null),
    source: source.value,
    typed: (input.language ?? (/\.[cm]?ts$/.test(input.file ?? '') ? 'ts' : 'js')) === 'ts',
    ...buildScriptArguments(context),
    timeoutMs,
    cpuMs: input.cpu === undefined ? Math.max(50, Math.ceil(timeoutMs / 2)) : (parseDuration(input.cpu) ?? maxTimeoutMs),
    memoryMb: Number.parseInt(input.memory, 10),
    limits,
    signal: context.signal,
    answer: createAnswers(context, { tools, timeoutMs }),
    onLine(line) {
      log.push(cutText(context.mask(toStorableText(line)), 2000));
      context.showLog?.(log);
    },
  });
  if (!end.ok) return failure(context, { ...end, message: nameFile(end.message, input.file) }, log);
  const outputs = parsePlainJson(end.text);
  if (Buffer.byteLength(end.text) <= limits.outputLength && typeof outputs === 'object' && outputs !== null)
    return { result: 'succeeded', outputs: outputs as Record<string, unknown>, record: recordLog(log) };
  const message = `The outputs are larger than ${input.output} or nested deeper than 64 levels; return less.`;
  return failure(context, { code: 'script_output_too_large', message }, log);
}

/** The script's text: what the step says, or the file of the default branch. */
async function readSource({ input, facts }: Context, tools: ActionTools): Promise<Outcome<string, ErrorCode>> {
  const source = input.run === undefined ? await tools.readFile(facts, input.file ?? '') : ok(input.run);
  if (!source.ok) return failed(isErrorCode(source.code) ? source.code : 'script_invalid', source.message);
  return source.value.length > maxSourceLength ? failed('script_invalid', 'The script is larger than 128 KB.') : source;
}

function limitsOf({ fetches, requests, log, output }: ScriptInput): RunLimits {
  const bytes = (text: string) => Number.parseInt(text, 10) * 1024;
  return { fetches, requests, logLength: bytes(log), outputLength: bytes(output) };
}

/** What a script asks for is done here, on copies of its words, and never throws back at it. */
function createAnswers(context: Context, { tools, timeoutMs }: { tools: ActionTools; timeoutMs: number }) {
  const { facts, input } = context;
  const checkDestination = (url: URL) => context.checkDestination(url);
  return (what: HostCall, request: string, signal: AbortSignal): Promise<string> => {
    if (what === 'fetch') return answerScriptFetch(request, signal, { door: tools.door, timeoutMs, checkDestination });
    if (what === 'state') return answerScriptState(request, { state: tools.state, facts, mask: (text) => context.mask(text) });
    const { permissions } = input;
    return answerScriptGitHub(request, signal, { github: tools.narrowGitHub, facts, permissions, checkDestination });
  };
}

/** Lines are those of the file. */
function nameFile(message: string, file: string | undefined): string {
  return file === undefined ? message : message.replace(/ \((line \d+[\d, a-z]*)\)$/, (_whole, where: string) => ` (${file}, ${where})`);
}

function failure(context: Context, end: { code: ErrorCode; message: string }, log: string[] = []): AttemptOutcome {
  const message = cutText(context.mask(toStorableText(end.message)), 1000);
  return { result: 'failed', code: end.code, message, retryable: catalogue[end.code].retryable, record: recordLog(log) };
}

function recordLog(lines: string[]): AttemptRecord {
  return lines.length === 0 ? {} : { log: lines.slice(0, scriptLimits.logLines + 1) };
}
