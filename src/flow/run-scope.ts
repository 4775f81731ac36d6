import type { AttemptOutcome } from '../actions/action.ts';
import type { RunFacts } from '../actions/run-facts.ts';
import type { Change } from '../changes/change.ts';
import { toCompatibilityBodies } from '../changes/compatibility-bodies.ts';
import type { ExpressionScope } from '../core/expressions-evaluator.ts';
import { isRepoWatchError, type RepoWatchError } from '../core/errors.ts';
import { createMasker, maskDeep } from '../vault/masking.ts';
import type { Limits } from '../watches/check-limits.ts';
import type { CompiledConfig, CompiledStep, CompiledWatch } from '../watches/compile-config.ts';
import { buildContexts, type RunContexts } from '../watches/contexts.ts';
import type { Context } from './context.ts';
import { readEvent } from './read-event.ts';
import type { PreparedRun } from './prepare-run.ts';
import { secretStandIn } from './rehearse-step.ts';
import { namesInScript } from './script-secrets.ts';
import type { RevealedSecret } from './secret-reader.ts';
import type { LoadedRun } from './loaded-run.ts';

/** What the steps of one run see: the change, the outputs so far, the secrets the watch names. */
export interface RunScope {
  readonly facts: RunFacts;
  /** True when nothing is to be sent: secrets are stand-ins then. */
  readonly dryRun: boolean;
  /** What layers below let this repository's watches do at this moment. */
  readonly limits: Limits;
  readonly secrets: ReadonlyMap<string, RevealedSecret>;
  /** Names of secrets that belong to a former owner of the repository; steps that name one fail. */
  readonly frozenSecrets: ReadonlySet<string>;
  /** Why the secrets could not be revealed; steps that name one fail with it. */
  readonly secretFailure: RepoWatchError | undefined;
  /** The state machines for tickets that the watch's file knows, inherited ones too. */
  readonly machines: CompiledConfig['machines'];
  readonly steps: Readonly<Record<string, { outputs: Record<string, unknown> }>>;
  /** The contexts for expressions, with what a step adds. */
  expressions(added?: { env?: Record<string, string>; secrets?: Record<string, string> }): ExpressionScope;
  /** Keeps a step's outputs for those after it. */
  remember(step: CompiledStep, outputs: Record<string, unknown>): void;
  /** From now on `success()` is false. */
  fail(): void;
  mask(text: string, of?: { cut?: boolean }): string;
  maskOutcome(outcome: AttemptOutcome): AttemptOutcome;
}

/** Gathers what a run works with; the raw payload is only read when a step can look at it. */
export async function createRunScope(context: Context, prepared: PreparedRun, watch: CompiledWatch): Promise<RunScope> {
  const { run, stored } = prepared.loaded;
  const names = [...new Set([...watch.secretNames, ...watch.steps.flatMap(namesInScript)])];
  const { secrets, secretFailure } = await reveal(context, run, names);
  const missing = names.filter((name) => !secrets.has(name));
  const frozenSecrets = missing.length === 0 ? new Set<string>() : await context.secrets.listFrozen(run, missing);
  const limits: Limits = { allowances: await context.configs.listAllowances(run), repository: stored.change.repository.name };
  const machines = await context.configs.readMachines(run);
  const { event, delivery } = await readEvent(context, stored.deliveryId, watch);
  const contexts = contextsOf(context, { prepared, watch, event });
  const about = { id: run.id, watch: run.watchKey, replay: run.replayOf !== null };
  const steps: Record<string, { outputs: Record<string, unknown> }> = {};
  const mask = createMasker([...secrets.values()].map((secret) => secret.value));
  let failed = false;
  return {
    facts: toFacts(contexts, { run: about, delivery, changes: prepared.changes ?? [stored.change] }),
    dryRun: run.dryRun,
    limits,
    secrets,
    frozenSecrets,
    secretFailure,
    machines,
    steps,
    expressions: (added = {}) => ({
      contexts: { ...contexts, run: about, steps, secrets: added.secrets ?? {}, env: added.env ?? {} },
      failed,
    }),
    remember(step, outputs) {
      if (step.id !== undefined) steps[step.id] = { outputs };
    },
    fail() {
      failed = true;
    },
    mask,
    maskOutcome: (outcome) => (secrets.size === 0 ? outcome : maskDeep(outcome, mask)),
  };
}

/** A value that the key ring cannot open concerns the steps that need it, not the whole lane. */
async function reveal(context: Context, run: LoadedRun['run'], names: string[]): Promise<Pick<RunScope, 'secrets' | 'secretFailure'>> {
  if (names.length === 0) return { secrets: new Map(), secretFailure: undefined };
  try {
    if (!run.dryRun) return { secrets: await context.secrets.reveal(run, names), secretFailure: undefined };
    const described = await context.secrets.describe(run, names);
    return {
      secrets: new Map([...described].map(([name, { destinations }]) => [name, { value: secretStandIn, destinations }])),
      secretFailure: undefined,
    };
  } catch (error) {
    if (isRepoWatchError(error)) return { secrets: new Map(), secretFailure: error };
    throw error;
  }
}

/** What the change shows. `after` is where the ref is now, for a watch that settles. */
function contextsOf(context: Context, facts: { prepared: PreparedRun; watch: CompiledWatch; event: Record<string, unknown> }): RunContexts {
  const { prepared, watch, event } = facts;
  const contexts = buildContexts({
    change: prepared.loaded.stored.change,
    changes: prepared.changes,
    vars: watch.vars,
    parameters: watch.parameters,
    project: watch.project?.facts,
    event: () => event,
    githubUrl: context.githubUrl,
  });
  if (prepared.head !== undefined) contexts.after = prepared.head;
  return contexts;
}

/** The facts of a run as steps see them, from what its change shows. */
export function toFacts(
  contexts: RunContexts,
  added: Required<Pick<RunFacts, 'run' | 'delivery'>> & { changes: readonly Change[] },
): RunFacts {
  const { change, repository, ref, before, after, commit, commits, actor, installation, params, project } = contexts;
  return {
    run: added.run,
    change,
    repository,
    ref,
    before,
    after,
    commit,
    commits,
    actor,
    installation,
    project,
    params,
    get event() {
      return contexts.event;
    },
    delivery: added.delivery,
    get compatibility() {
      return added.changes.flatMap(toCompatibilityBodies);
    },
  };
}
