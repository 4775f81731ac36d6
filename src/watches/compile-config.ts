import { parseDuration } from '../core/durations.ts';
import { RepoWatchError } from '../core/errors.ts';
import { compileCondition, compileTemplate, listExpressions, type Template } from '../core/expressions-template.ts';
import type { CompiledExpression, ExpressionPlace } from '../core/expressions.ts';
import type { StepEntry, WatchEntry } from './config-schema.ts';
import { conditionPlace, envPlace, inputPlace, matchPlace } from './expression-places.ts';
import type { Config } from './parse-config.ts';
import { standardRetry } from './retry.ts';
import { compileTrigger, triggerNames, type CompiledTrigger, type TriggerName } from './triggers.ts';

/** A step ready to be run. */
export interface CompiledStep {
  id: string | undefined;
  name: string | undefined;
  /** The action kind. */
  kind: string;
  if: CompiledExpression | undefined;
  /** The inputs; a mapping when filled in. */
  with: Template;
  env: Record<string, Template>;
  /** Waits between tries in seconds. */
  retry: readonly number[];
  /** The longest one try may take; undefined leaves it to the kind. */
  timeoutMs: number | undefined;
  /** Secrets that its inputs and environment name. */
  secretNames: readonly string[];
}

/** A watch ready to judge changes. */
export interface CompiledWatch {
  /** Its key in the file. */
  id: string;
  name: string | undefined;
  /** Its line in the file, from 1. */
  line: number;
  mode: 'on' | 'off';
  order: 'fifo' | 'strict' | 'none';
  /** Undefined for the default key: watch, repository and ref. */
  concurrency: Template | undefined;
  includeSelf: boolean;
  triggers: readonly CompiledTrigger[];
  if: CompiledExpression | undefined;
  steps: readonly CompiledStep[];
  vars: Readonly<Record<string, string | number | boolean>>;
  secretNames: readonly string[];
  /** True when an expression looks at the raw payload. */
  usesEvent: boolean;
}

/** A configuration file ready for use; made once per version. */
export interface CompiledConfig {
  reconcile: { intervalMs: number | 'auto'; refs: readonly ('branches' | 'tags')[]; catchUp: 'all' | 'latest' | 'none' };
  watches: readonly CompiledWatch[];
}

/** Compiles a valid configuration: durations to numbers, patterns and expressions to what evaluates them. */
export function compileConfig(config: Config): CompiledConfig {
  const { file } = config;
  const interval = file.reconcile?.interval ?? 'auto';
  return {
    reconcile: {
      intervalMs: interval === 'auto' ? 'auto' : milliseconds(interval),
      refs: file.reconcile?.refs ?? ['branches', 'tags'],
      catchUp: file.reconcile?.catch_up ?? 'all',
    },
    watches: Object.keys(file.watches).map((id) => compileWatch(id, config)),
  };
}

function compileWatch(id: string, { file, lines }: Config): CompiledWatch {
  const watch = file.watches[id]!;
  const { defaults = {} } = file;
  const condition = compileIf(watch.if, matchPlace);
  const key = watch.concurrency ?? defaults.concurrency;
  const concurrency = key === undefined ? undefined : template(typeof key === 'string' ? key : key.key, matchPlace);
  const inherited = { retry: watch.retry ?? defaults.retry, timeout: watch.timeout ?? defaults.timeout };
  const steps = watch.steps.map((step) => compileStep(step, inherited));
  const expressions = [
    ...(condition ? [condition] : []),
    ...(concurrency ? listExpressions(concurrency) : []),
    ...steps.flatMap(stepExpressions),
  ];
  return {
    id,
    name: watch.name,
    line: lines[id] ?? 1,
    mode: watch.mode,
    order: watch.order ?? defaults.order ?? 'fifo',
    concurrency,
    includeSelf: watch.include_self,
    triggers: compileTriggers(watch.on),
    if: condition,
    steps,
    vars: file.vars ?? {},
    secretNames: referencedSecrets(expressions),
    usesEvent: expressions.some((expression) => expression.references.some((reference) => reference.context === 'event')),
  };
}

function compileTriggers(on: WatchEntry['on']): CompiledTrigger[] {
  if (typeof on === 'string') return [compileTrigger(on, null)];
  if (Array.isArray(on)) return [...new Set(on)].map((name) => compileTrigger(name, null));
  const filters: Partial<Record<TriggerName, unknown>> = on;
  return triggerNames.filter((name) => Object.hasOwn(filters, name)).map((name) => compileTrigger(name, filters[name]));
}

function compileStep(step: StepEntry, inherited: Pick<WatchEntry, 'retry' | 'timeout'>): CompiledStep {
  const timeout = step.timeout ?? inherited.timeout;
  const compiled = {
    id: step.id,
    name: step.name,
    kind: step.uses,
    if: compileIf(step.if, conditionPlace),
    with: template(step.with ?? {}, inputPlace),
    env: Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, template(value, envPlace)])),
    retry: compileRetry(step.retry ?? inherited.retry ?? 'standard'),
    timeoutMs: timeout === undefined ? undefined : milliseconds(timeout),
  };
  return { ...compiled, secretNames: referencedSecrets(stepExpressions(compiled)) };
}

function stepExpressions(step: Pick<CompiledStep, 'if' | 'with' | 'env'>): CompiledExpression[] {
  return [...(step.if ? [step.if] : []), ...listExpressions(step.with), ...Object.values(step.env).flatMap(listExpressions)];
}

/** The names of the secrets that expressions use, each once. */
function referencedSecrets(expressions: readonly CompiledExpression[]): string[] {
  const names = expressions.flatMap((expression) =>
    expression.references.flatMap(({ context, member }) => (context === 'secrets' && member !== undefined ? [member] : [])),
  );
  return [...new Set(names)].sort();
}

function compileRetry(retry: NonNullable<WatchEntry['retry']>): readonly number[] {
  if (retry === 'standard') return standardRetry;
  return retry === 'none' ? [] : retry.map((wait) => milliseconds(wait) / 1000);
}

function compileIf(source: string | boolean | undefined, place: ExpressionPlace): CompiledExpression | undefined {
  if (source === undefined) return undefined;
  const compiled = compileCondition(source, place);
  if (!compiled.ok) throw new RepoWatchError('expression_invalid', compiled.message);
  return compiled.value;
}

function template(value: unknown, place: ExpressionPlace): Template {
  const compiled = compileTemplate(value, place);
  if (!compiled.ok) throw new RepoWatchError('expression_invalid', compiled.problems.map((problem) => problem.message).join(' '));
  return compiled.value;
}

function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new RepoWatchError('config_value_invalid', `\`${text}\` is not a duration. Write one such as 15s.`);
  return value;
}
