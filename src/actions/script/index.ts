import { z } from 'zod';
import { parseDuration } from '../../core/durations.ts';
import { catalogue, isErrorCode, type ErrorCode } from '../../core/error-catalogue.ts';
import { ok } from '../../core/outcome.ts';
import { toStorableText } from '../../core/storable.ts';
import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome, AttemptRecord } from '../action.ts';
import { cutText, parsePlainJson } from '../plain-json.ts';
import { buildScriptArguments } from './script-arguments.ts';
import { answerScriptFetch } from './script-fetch.ts';

const maxTimeoutMs = 60_000;
const maxSourceLength = 128 * 1024;
const maxOutputBytes = 64 * 1024;

const duration = z
  .string()
  .regex(/^\d+(?:ms|s|m)$/, 'Write a time such as 500ms or 2s.')
  .refine((text) => {
    const time = parseDuration(text) ?? 0;
    return time >= 10 && time <= maxTimeoutMs;
  }, 'A script may run from 10ms to 60s.');

const memory = z
  .string()
  .regex(/^\d{1,4}MB$/, 'Write an amount such as 32MB.')
  .refine((text) => {
    const amount = Number.parseInt(text, 10);
    return amount >= 8 && amount <= 128;
  }, 'A script may use from 8MB to 128MB.');

/** `with:` of a script step. */
export const scriptInput = z
  .strictObject({
    run: z.string().min(1).max(maxSourceLength).optional().describe('The script itself: an ES module with a default export.'),
    file: z.string().min(1).max(1000).optional().describe('The path of the script in the repository, read from its default branch.'),
    timeout: duration.default('2s').describe('The time for the script, its fetches included.'),
    memory: memory.default('32MB'),
  })
  .refine(({ run, file }) => (run === undefined) !== (file === undefined), 'Give either run, the script itself, or file, its path.');

type Context = AttemptContext<z.output<typeof scriptInput>>;

/** Runs JavaScript in an isolate inside a process of its own (threat-model.md D10). */
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

async function runScript(context: Context, { scripts, door, readFile }: ActionTools): Promise<AttemptOutcome> {
  const { input, facts } = context;
  if (context.signal.aborted) return failure(context, { code: 'interrupted', message: 'The script was stopped before it began.' });
  const source = input.run === undefined ? await readFile(facts, input.file ?? '') : ok(input.run);
  if (!source.ok) return failure(context, { code: isErrorCode(source.code) ? source.code : 'script_invalid', message: source.message });
  if (source.value.length > maxSourceLength)
    return failure(context, { code: 'script_invalid', message: 'The script is larger than 128 KB.' });
  const timeoutMs = Math.min(parseDuration(input.timeout) ?? maxTimeoutMs, context.timeoutMs);
  const end = await scripts.run({
    tenant: JSON.stringify(facts.installation['id'] ?? null),
    source: source.value,
    ...buildScriptArguments(context),
    timeoutMs,
    memoryMb: Number.parseInt(input.memory, 10),
    signal: context.signal,
    fetch: (request, signal) =>
      answerScriptFetch(request, signal, { door, timeoutMs, checkDestination: (url) => context.checkDestination(url) }),
  });
  if (!end.ok) return failure(context, end);
  const outputs = parsePlainJson(end.text);
  const fits = Buffer.byteLength(end.text) <= maxOutputBytes;
  if (!fits || typeof outputs !== 'object' || outputs === null)
    return failure(context, {
      code: 'script_output_too_large',
      message: 'The outputs are larger than 64 KB or nested deeper than 64 levels; return less.',
      log: end.log,
    });
  return { result: 'succeeded', outputs: outputs as Record<string, unknown>, record: recordLog(context, end.log) };
}

function failure(context: Context, end: { code: ErrorCode; message: string; log?: string[] }): AttemptOutcome {
  const message = cutText(context.mask(toStorableText(end.message)), 1000);
  return { result: 'failed', code: end.code, message, retryable: catalogue[end.code].retryable, record: recordLog(context, end.log ?? []) };
}

function recordLog(context: Context, lines: string[]): AttemptRecord {
  return lines.length === 0 ? {} : { log: lines.map((line) => cutText(context.mask(toStorableText(line)), 2000)) };
}
