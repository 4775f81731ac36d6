import { parseDuration } from '../core/durations.ts';
import { RepoWatchError } from '../core/errors.ts';
import { compileCondition, compileTemplate, listExpressions, type Template } from '../core/expressions-template.ts';
import type { CompiledExpression, ExpressionPlace } from '../core/expressions.ts';
import { compileAllowance, type Allowance } from './allowance.ts';
import type { ConfigFile, WatchEntry } from './config-schema.ts';
import { conditionPlace, envPlace, inputPlace, matchPlace } from './expression-places.ts';
import type { MachineEntry } from './machine-schema.ts';
import { compileParameters, type BranchParameters } from './parameters.ts';
import type { ProjectGate } from './project-gate.ts';
import type { Config } from './parse-config.ts';
import { standardRetry } from './retry.ts';
import type { PathsUnknown } from './trigger-clauses.ts';
import { compileTrigger, triggerNames, type CompiledTrigger, type TriggerName } from './triggers.ts';
import type { StepEntry } from './watch-schema.ts';

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

/** What a run does while another of its key is not finished. */
type OnBusy = 'queue' | 'latest' | 'drop';

/** A watch ready to judge changes. */
export interface CompiledWatch {
  /** Its key in the file. */
  id: string;
  name: string | undefined;
  /** Its line in the file, from 1. */
  line: number;
  mode: 'on' | 'off' | 'dry-run';
  order: 'fifo' | 'strict' | 'none';
  /** Undefined for the default key: watch, repository and what the change is about. */
  concurrency: Template | undefined;
  onBusy: OnBusy;
  /** How long to wait before the current state is read again and acted on; 0 for not at all. */
  settleMs: number;
  /** How long changes of one concurrency key are gathered into one run; 0 for not at all. */
  batchMs: number;
  /** What to do with a push that passes although its files are not all known: `hold` waits until they are. */
  pathsUnknown: PathsUnknown;
  /** Values by branch, for `params`. */
  parameters: readonly BranchParameters[];
  includeSelf: boolean;
  /** True when a repository cannot switch it off; only in an organisation's file. */
  mandatory: boolean;
  triggers: readonly CompiledTrigger[];
  if: CompiledExpression | undefined;
  steps: readonly CompiledStep[];
  vars: Readonly<Record<string, string | number | boolean>>;
  secretNames: readonly string[];
  /** True when an expression looks at the raw payload. */
  usesEvent: boolean;
  /** What its project says beside it; absent for a watch that is no action of a project. */
  project?: ProjectGate;
}

/** The layer below a file: the organisation's, none, or a repository of the same owner. */
type Extends = { kind: 'org' | 'none' } | { kind: 'repository'; name: string; ref: string };

/** A configuration file ready for use; made once per version. */
export interface CompiledConfig {
  reconcile: { intervalMs: number | 'auto'; refs: readonly ('branches' | 'tags')[]; catchUp: 'all' | 'latest' | 'none' };
  /** What stands in this file itself, without what it inherits. */
  watches: readonly CompiledWatch[];
  /** Ids of inherited watches that this file switches off, and the lines where it does. */
  switchedOff: ReadonlyMap<string, number>;
  extends: Extends;
  /** Undefined for a file that restricts nothing. */
  allow: Allowance | undefined;
  machines: Readonly<Record<string, MachineEntry>>;
}

/** Compiles a valid configuration: durations to numbers, patterns and expressions to what evaluates them. */
export function compileConfig(config: Config): CompiledConfig {
  const { file } = config;
  const interval = file.reconcile?.interval ?? 'auto';
  const { mandatory = {} } = file;
  const required = Array.isArray(mandatory) ? mandatory : Object.keys(mandatory);
  const entries = Object.entries({ ...file.watches, ...(Array.isArray(mandatory) ? {} : mandatory) });
  return {
    reconcile: {
      intervalMs: interval === 'auto' ? 'auto' : milliseconds(interval),
      refs: file.reconcile?.refs ?? ['branches', 'tags'],
      catchUp: file.reconcile?.catch_up ?? 'all',
    },
    watches: entries.flatMap(([id, watch]) => (isRule(watch) ? compileWatch({ id, watch, config, mandatory: required.includes(id) }) : [])),
    switchedOff: new Map(entries.flatMap(([id, watch]): [string, number][] => (isRule(watch) ? [] : [[id, config.lines[id] ?? 1]]))),
    extends: compileExtends(file.extends ?? 'org'),
    allow: file.allow && compileAllowance(file.allow),
    machines: file.machines ?? {},
  };
}

/** A watch that does something, not one that only switches off what is inherited. */
type Rule = WatchEntry & { on: NonNullable<WatchEntry['on']>; steps: NonNullable<WatchEntry['steps']> };

function isRule(watch: ConfigFile['watches'][string]): watch is Rule {
  return 'steps' in watch && watch.steps !== undefined && watch.on !== undefined;
}

function compileExtends(text: string): Extends {
  if (text === 'org' || text === 'none') return { kind: text };
  const at = text.indexOf('@');
  return { kind: 'repository', name: text.slice(0, at), ref: text.slice(at + 1) };
}

/** The same for all watches of a file without variables, so that what is built for one of them serves the others. */
const noVars = {};

function compileWatch({ id, watch, config, mandatory }: { id: string; watch: Rule; config: Config; mandatory: boolean }): CompiledWatch {
  const { defaults = {}, vars = noVars } = config.file;
  const condition = compileIf(watch.if, matchPlace);
  const { key, onBusy } = compileConcurrency(watch.concurrency, defaults.concurrency);
  const inherited = { retry: watch.retry ?? defaults.retry, timeout: watch.timeout ?? defaults.timeout };
  const steps = watch.steps.map((step) => compileStep(step, inherited));
  const expressions = [...(condition ? [condition] : []), ...(key ? listExpressions(key) : []), ...steps.flatMap(stepExpressions)];
  const triggers = compileTriggers(watch.on, id);
  return {
    id,
    name: watch.name,
    line: config.lines[id] ?? 1,
    mode: watch.mode,
    order: watch.order ?? defaults.order ?? 'fifo',
    concurrency: key,
    onBusy,
    settleMs: watch.settle === undefined ? 0 : milliseconds(watch.settle),
    batchMs: watch.batch === undefined ? 0 : milliseconds(watch.batch),
    pathsUnknown: triggers.find((trigger) => trigger.pathsUnknown !== undefined)?.pathsUnknown ?? 'run',
    parameters: compileParameters(watch.parameters),
    includeSelf: watch.include_self,
    mandatory,
    triggers,
    if: condition,
    steps,
    vars,
    secretNames: referencedSecrets(expressions),
    usesEvent: expressions.some((expression) => expression.references.some((reference) => reference.context === 'event')),
  };
}

/** The watch's own word counts for each of the two; a plain text says only the key. */
function compileConcurrency(
  own: WatchEntry['concurrency'],
  inherited: WatchEntry['concurrency'],
): { key: Template | undefined; onBusy: OnBusy } {
  const [near, far] = [own, inherited].map((value) => (typeof value === 'string' ? { key: value, on_busy: undefined } : value));
  const key = near?.key ?? far?.key;
  return { key: key === undefined ? undefined : template(key, matchPlace), onBusy: near?.on_busy ?? far?.on_busy ?? 'queue' };
}

function compileTriggers(on: Rule['on'], watch: string): CompiledTrigger[] {
  if (typeof on === 'string') return [compileTrigger(on as TriggerName, null, watch)];
  if (Array.isArray(on)) return [...new Set(on)].map((name) => compileTrigger(name as TriggerName, null, watch));
  const filters: Record<string, unknown> = on;
  return triggerNames.filter((name) => filters[name] !== undefined).map((name) => compileTrigger(name, filters[name], watch));
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
