import type { ActionTools, AttemptContext, AttemptOutcome } from '../actions/action.ts';
import { createDoor } from '../actions/door.ts';
import { parseOutboundAllow } from '../actions/outbound-allow.ts';
import { kind } from '../actions/script/index.ts';
import { createScriptPool } from '../actions/script/pool.ts';
import { scriptInput, type ScriptInput } from '../actions/script/script-input.ts';
import { parseDuration } from '../core/durations.ts';
import { createLog } from '../core/log.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { redactPayload } from '../core/redact-payload.ts';
import { changeOfEvent, type TrialEvent } from '../flow/change-of-event.ts';
import { toFacts } from '../flow/run-scope.ts';
import { createMasker, maskDeep } from '../vault/masking.ts';
import { buildContexts } from '../watches/contexts.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { createMemoryState } from './memory-state.ts';
import { readInput } from './read-input.ts';
import { readTrialEvent } from './read-trial-event.ts';

/** What was asked for on the command line. */
export interface TryOptions {
  event: string;
  eventName?: string;
  /** `NAME=value` each. */
  env?: string[];
  /** Names of variables of the environment whose values are secrets. */
  secret?: string[];
  timeout?: string;
  json?: true;
}

/** What a try came to, as `--json` prints it. */
interface Tried {
  status: 'succeeded' | 'failed';
  outputs: Record<string, unknown> | null;
  log: string[];
  duration_ms: number;
  error: { code: string; message: string; line: number | null } | null;
}

/** `repowatch try FILE --event payload.json`: runs a script here, in the sandbox that a server runs it in. Exit code 0 when it succeeded, else 1. */
export async function tryScript(context: CommandContext, path: string, options: TryOptions): Promise<ExitCode> {
  const attempt = await prepareAttempt(context, path, options);
  if (!attempt.ok) {
    context.tell(attempt.message);
    return 1;
  }
  const allow = parseOutboundAllow(context.environment['OUTBOUND_ALLOW'] ?? '');
  if (!allow.ok) {
    context.tell(allow.message);
    return 1;
  }
  const { source, ...given } = attempt.value;
  const scripts = createScriptPool({ size: 1, log: createLog({ level: 'silent' }) });
  const door = createDoor({ allow: allow.value });
  // A script reaches for nothing else.
  const tools = { door, scripts, state: createMemoryState(), narrowGitHub: noGitHub, readFile: async () => ok(source) };
  let shown = 0;
  const showLog = (lines: readonly string[]) => {
    if (!options.json) for (const line of lines.slice(shown)) context.print(line);
    shown = lines.length;
  };
  try {
    // The first process takes a moment to start, which is none of the script's time.
    await scripts.warmUp();
    const begun = performance.now();
    const outcome = await kind.run({ ...given, showLog }, tools as unknown as ActionTools);
    const tried = describe(
      maskDeep(outcome, (text, of) => given.mask(text, of)),
      performance.now() - begun,
    );
    if (options.json) context.print(JSON.stringify(tried, null, 2));
    else report(context, tried);
    return tried.status === 'succeeded' ? 0 : 1;
  } finally {
    await Promise.all([scripts.close(), door.close()]);
  }
}

const noGitHub: ActionTools['narrowGitHub'] = {
  url: new URL('https://api.github.com'),
  request: async () => failed('no_installation', 'Nothing is asked of GitHub in a try: only runs on a server have a token for it.'),
};

type Attempt = AttemptContext<ScriptInput> & { source: string };

/** Everything the script gets. */
async function prepareAttempt(context: CommandContext, path: string, options: TryOptions): Promise<Outcome<Attempt>> {
  const refuse = (message: string) => failed('request_invalid', message);
  if (path === '-' && options.event === '-') return refuse('Only one of the two can come from standard input.');
  const read = await readInput(context, path);
  if (!read.ok) return refuse(`${path}: ${read.message.replace('a configuration, for example .github/repowatch.yml', 'a script')}`);
  const event = await readTrialEvent(context, options.event, options.eventName);
  if (!event.ok) return event;
  const facts = factsOf(event.value, context.environment['GITHUB_URL'] ?? 'https://github.com');
  if (!facts.ok) return facts;
  const env = readPairs(options.env ?? []);
  if (!env.ok) return env;
  const secrets = readSecrets(context, options.secret ?? []);
  if (!secrets.ok) return secrets;
  const input = scriptInput.safeParse({ file: path, timeout: options.timeout });
  if (!input.success) return refuse(`--timeout: ${input.error.issues[0]!.message}`);
  const source = Buffer.from(read.value).toString('utf8');
  return ok({
    source,
    input: input.data,
    facts: facts.value,
    env: env.value,
    secrets: secrets.value,
    mask: createMasker(Object.values(secrets.value)),
    idempotencyKey: 'try',
    attempt: 1,
    signal: context.listenForStop(),
    timeoutMs: parseDuration(input.data.timeout)!,
    machines: {},
    steps: {},
    // Where a secret may go is decided where it is kept.
    checkDestination: () => undefined,
    now: () => new Date(),
  });
}

function factsOf({ name, payload }: TrialEvent, githubUrl: string): Outcome<AttemptContext<unknown>['facts']> {
  const made = changeOfEvent({ name, payload });
  if (!made.ok) return made;
  const { change } = made.value;
  const contexts = buildContexts({ change, event: () => redactPayload(payload), githubUrl });
  const run = { id: '0', watch: 'try', replay: false };
  return ok(toFacts(contexts, { run, delivery: null, changes: [change] }));
}

function readPairs(given: readonly string[]): Outcome<Record<string, string>> {
  const pairs = given.map((pair) => /^([A-Za-z_]\w*)=(.*)$/s.exec(pair));
  const bad = pairs.indexOf(null);
  if (bad !== -1) return failed('request_invalid', `--env ${given[bad]}: write NAME=value.`);
  return ok(Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!])));
}

/** Values never stand on a command line: others see those. */
function readSecrets({ environment }: CommandContext, names: readonly string[]): Outcome<Record<string, string>> {
  const odd = names.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (odd !== undefined) return failed('request_invalid', '--secret takes a name only; its value comes from the variable of that name.');
  const missing = names.find((name) => !environment[name]);
  if (missing !== undefined)
    return failed('secret_not_found', `--secret ${missing}: there is no variable ${missing} in the environment. Set it to the value.`);
  return ok(Object.fromEntries(names.map((name) => [name, environment[name]!])));
}

function describe(outcome: AttemptOutcome, took: number): Tried {
  const log = outcome.record.log ?? [];
  const duration_ms = Math.round(took);
  if (outcome.result === 'succeeded') return { status: 'succeeded', outputs: outcome.outputs, log, duration_ms, error: null };
  const { code, message } = outcome;
  const line = /\((?:[^()]*, )?line (\d+)[^()]*\)$/.exec(message)?.[1];
  return { status: 'failed', outputs: null, log, duration_ms, error: { code, message, line: line === undefined ? null : Number(line) } };
}

function report(context: CommandContext, { outputs, duration_ms: took, error }: Tried): void {
  if (error !== null) return context.tell(`Failed after ${took} ms: ${error.message} [${error.code}]`);
  context.print(JSON.stringify(outputs, null, 2));
  context.tell(`Succeeded after ${took} ms.`);
}
