import type { AttemptContext, AttemptOutcome } from '../actions/action.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { describeError, RepoWatchError } from '../core/errors.ts';
import { evaluateTemplate } from '../core/expressions-template.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { destinationAllowed } from '../core/destinations.ts';
import { explainForbiddenAddress, explainForbiddenKind, explainForbiddenSecret } from '../watches/check-limits.ts';
import type { CompiledStep } from '../watches/compile-config.ts';
import { explainInput, readInput } from '../watches/read-input.ts';
import { attemptBehindBook, type StepOwner } from './attempt-destinations.ts';
import type { Context } from './context.ts';
import { createLiveLog } from './live-log.ts';
import type { RunScope } from './run-scope.ts';
import { rehearseStep } from './rehearse-step.ts';
import { namesInScript } from './script-secrets.ts';

/** One try of one step. */
interface StepTry {
  scope: RunScope;
  step: CompiledStep;
  number: number;
  idempotencyKey: string;
  signal: AbortSignal;
  owner: StepOwner;
  /** What the last try left of a step of several requests. */
  progress: Record<string, unknown>;
}

interface Prepared {
  input: unknown;
  env: Record<string, string>;
  secrets: Record<string, string>;
}

/** Fills in a step's inputs, checks them, and lets its kind make one try. Answers every failure as an outcome. */
export async function attemptStep(context: Context, attempt: StepTry): Promise<AttemptOutcome> {
  const { step } = attempt;
  const kind = context.actions.find(step.kind);
  if (!kind) return refuse('action_unknown', `There is no action kind \`${step.kind}\` here.`);
  const forbidden = explainForbiddenKind(attempt.scope.limits.allowances, step.kind);
  if (forbidden !== undefined) return refuse('not_allowed_by_layer', forbidden);
  const prepared = prepare(attempt);
  if (!prepared.ok) return refuse(prepared.code, prepared.message);
  if (attempt.scope.dryRun) {
    const { input, env, secrets } = prepared.value;
    return rehearseStep({ kind, input, env, checkDestination: (url) => checkDestination(attempt, secrets, url) });
  }
  const mask: AttemptContext<unknown>['mask'] = (text, of) => attempt.scope.mask(text, of);
  const input = readInput(kind, prepared.value.input);
  if (!input.ok) return refuse('action_input_invalid', explainInput(input.findings, prepared.value.input, mask));
  const timeoutMs = step.timeoutMs ?? kind.defaultTimeoutMs;
  const timeout = AbortSignal.timeout(timeoutMs);
  const { run, position } = attempt.owner;
  const live = createLiveLog(context, { runId: run.id, position, number: attempt.number });
  const action: AttemptContext<unknown> = {
    input: input.value,
    idempotencyKey: attempt.idempotencyKey,
    attempt: attempt.number,
    signal: AbortSignal.any([attempt.signal, timeout]),
    timeoutMs,
    facts: attempt.scope.facts,
    env: prepared.value.env,
    secrets: prepared.value.secrets,
    steps: attempt.scope.steps,
    machines: attempt.scope.machines,
    progress: attempt.progress,
    checkDestination: (url) => checkDestination(attempt, prepared.value.secrets, url),
    mask,
    showLog: (lines) => live.show(lines),
    now: () => context.clock.now(),
  };
  try {
    return await attemptBehindBook(context, attempt.owner, { kind, action });
  } catch (error) {
    if (error instanceof RepoWatchError) return refuse(error.code, error.message);
    context.log.error(
      { kind: step.kind, error: describeError(error), stack: error instanceof Error ? error.stack : undefined },
      'An action kind threw',
    );
    return refuse('internal_error', 'The action failed in a way that it should not; the log has the details.');
  } finally {
    live.stop();
  }
}

function prepare(attempt: StepTry): Outcome<Prepared, ErrorCode> {
  const { scope, step } = attempt;
  const secrets: Record<string, string> = {};
  for (const name of new Set([...step.secretNames, ...namesInScript(step)])) {
    if (scope.secretFailure) return failed(scope.secretFailure.code, scope.secretFailure.message);
    const forbidden = explainForbiddenSecret(scope.limits, name);
    if (forbidden !== undefined) return failed('not_allowed_by_layer', forbidden);
    const secret = scope.secrets.get(name);
    if (!secret && scope.frozenSecrets.has(name))
      return failed(
        'secrets_frozen',
        `The secret \`${name}\` belongs to a former owner of this repository. An admin can confirm that it is meant for the new one with POST /api/repos/OWNER/NAME/secrets/confirm-owner, or set it anew.`,
      );
    if (!secret)
      return failed(
        'secret_not_found',
        `There is no secret \`${name}\` that this repository may use. Set it with PUT /api/secrets/${name}.`,
      );
    secrets[name] = secret.value;
  }
  const env: Record<string, string> = {};
  for (const [name, template] of Object.entries(step.env)) {
    const value = evaluateTemplate(template, scope.expressions({ secrets }));
    if (!value.ok) return failed(value.code, `\`env.${name}\`: ${value.message}`);
    env[name] = typeof value.value === 'string' ? value.value : JSON.stringify(value.value);
  }
  const input = evaluateTemplate(step.with, scope.expressions({ secrets, env }));
  return input.ok ? ok({ input: input.value, env, secrets }) : failed(input.code, `\`with\`: ${input.message}`);
}

/** A secret may only go where an admin said, whatever the file says now (config-language.md, rule 6; handbook H5). */
function checkDestination(attempt: StepTry, secrets: Record<string, string>, url: URL): void {
  const forbidden = explainForbiddenAddress(attempt.scope.limits.allowances, url);
  if (forbidden !== undefined) throw new RepoWatchError('not_allowed_by_layer', forbidden);
  for (const name of Object.keys(secrets)) {
    const { destinations } = attempt.scope.secrets.get(name)!;
    if (destinationAllowed(destinations, url)) continue;
    throw new RepoWatchError(
      'secret_destination_not_allowed',
      `The secret \`${name}\` may not be sent to ${url.host}. An admin can allow it with PUT /api/secrets/${name}.`,
    );
  }
}

function refuse(code: ErrorCode, message: string): AttemptOutcome {
  return { result: 'failed', code, message, retryable: false, record: {} };
}
