import type { ActionKind, AttemptOutcome } from '../actions/action.ts';
import { RepoWatchError } from '../core/errors.ts';
import { valueAt } from '../watches/problems.ts';
import { readInput } from '../watches/read-input.ts';

/** What stands for a secret in a dry run: its value is never read. */
export const secretStandIn = '***';

/** How much is kept of what a step would have sent. Characters. */
const longestBody = 16_384;

/** A step whose inputs are filled in, with stand-ins for secrets. */
interface FilledStep {
  kind: ActionKind;
  input: unknown;
  env: Record<string, string>;
  /** Throws when a secret of the step may not go there. */
  checkDestination: (url: URL) => void;
}

/**
 * What a step of a dry run comes to: its inputs filled in and judged as far as that is possible without secrets, and nothing
 * sent. What it would have done stands in the attempt's request.
 */
export function rehearseStep({ kind, input, env, checkDestination }: FilledStep): AttemptOutcome {
  const read = readInput(kind, input);
  const known = read.ok ? undefined : read.findings.find(({ path }) => !containsSecret(valueAt(input, path.slice(1))));
  if (known) return { result: 'failed', code: 'action_input_invalid', message: known.message, retryable: false, record: {} };
  const address = valueAt(input, ['url']);
  try {
    for (const one of [address, valueAt(input, ['api_url'])])
      if (typeof one === 'string' && URL.canParse(one)) checkDestination(new URL(one));
  } catch (error) {
    if (!(error instanceof RepoWatchError)) throw error;
    return { result: 'failed', code: error.code, message: error.message, retryable: false, record: {} };
  }
  const shown = { uses: kind.name, with: withoutSecretFields(kind, input), ...(Object.keys(env).length > 0 ? { env } : {}) };
  const request = {
    method: 'DRY-RUN',
    url: typeof address === 'string' && !kind.secretFields.includes('url') ? address : kind.name,
    headers: {},
    body: JSON.stringify(shown).slice(0, longestBody),
  };
  return { result: 'succeeded', outputs: {}, record: { request } };
}

function withoutSecretFields(kind: ActionKind, input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(
    Object.entries(input).map(([key, value]): [string, unknown] => [key, kind.secretFields.includes(key) ? secretStandIn : value]),
  );
}

function containsSecret(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).includes(secretStandIn);
}
