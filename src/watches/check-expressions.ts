import { compileCondition, compileTemplate } from '../core/expressions-template.ts';
import type { ExpressionPlace } from '../core/expressions.ts';
import type { StepKind } from './config-schema.ts';
import { conditionPlace, envPlace, inputPlace, matchPlace, narrowPlace, type Scope } from './expression-places.ts';
import { listSteps, listWatches, watchKeys, type FoundStep, type FoundWatch } from './list-watches.ts';
import { formatPath, isMapping, valueAt, type ConfigPath, type Finding } from './problems.ts';
import { compileTrigger, triggerNames, triggers } from './triggers.ts';

/** Checks every expression of a file, and that there is none where none is evaluated. Takes any value, valid or not. */
export function checkExpressions(file: unknown, kinds: readonly StepKind[]): Finding[] {
  if (!isMapping(file)) return [];
  const vars = isMapping(file['vars']) ? Object.keys(file['vars']) : [];
  const watches = listWatches(file);
  const rest = Object.fromEntries(Object.entries(file).filter(([key]) => !watchKeys.includes(key)));
  return [
    // Several watches share it, so every context can be there.
    ...checkConcurrency(file['defaults'], ['defaults'], narrowPlace(matchPlace, { triggers: undefined, vars })),
    ...findStray(rest, [], ['defaults.concurrency', 'defaults.concurrency.key']),
    ...watches.flatMap((found) => checkWatch(found, vars, kinds)),
  ];
}

function checkWatch({ watch, path }: FoundWatch, vars: readonly string[], kinds: readonly StepKind[]): Finding[] {
  if (!isMapping(watch)) return [];
  const { steps: _, ...rest } = watch;
  const inputs = valueAt(watch, ['on', 'manual', 'inputs']);
  const scope: Scope = {
    triggers: readTriggers(watch['on']),
    vars,
    params: listParameters(watch['parameters']),
    inputs: isMapping(inputs) ? Object.keys(inputs) : [],
  };
  const place = narrowPlace(matchPlace, scope);
  return [
    ...checkCondition(watch['if'], [...path, 'if'], place),
    ...checkConcurrency(watch, path, place),
    ...findStray(
      rest,
      path,
      ['if', 'concurrency', 'concurrency.key'].map((key) => `${formatPath(path)}.${key}`),
    ),
    ...checkSteps({ watch, path }, scope, kinds),
  ];
}

/** The names of parameters that some branch has. */
function listParameters(given: unknown): string[] {
  if (!isMapping(given)) return [];
  return [...new Set(Object.values(given).flatMap((values) => (isMapping(values) ? Object.keys(values) : [])))];
}

/** The triggers of a watch as far as they can be understood; undefined when none can. */
function readTriggers(on: unknown): Scope['triggers'] {
  const filters = isMapping(on)
    ? on
    : Object.fromEntries((Array.isArray(on) ? on : [on]).map((name): [string, unknown] => [String(name), null]));
  const found = triggerNames.filter((name) => Object.hasOwn(filters, name));
  if (found.length === 0) return undefined;
  return found.map((name) => {
    const given = filters[name];
    const valid = triggers[name].schema.safeParse(given ?? {}).success;
    return { name, changeTypes: valid ? compileTrigger(name, given, '').changeTypes : triggers[name].allTypes };
  });
}

function checkConcurrency(holder: unknown, path: ConfigPath, place: ExpressionPlace): Finding[] {
  const value = valueAt(holder, ['concurrency']);
  if (isMapping(value)) return checkTemplate(value['key'], [...path, 'concurrency', 'key'], place);
  return value === undefined ? [] : checkTemplate(value, [...path, 'concurrency'], place);
}

function checkSteps(found: FoundWatch, scope: Scope, kinds: readonly StepKind[]): Finding[] {
  const before: string[] = [];
  return listSteps(found).flatMap(({ path, step }) => {
    const findings = checkStep({ step, path }, { ...scope, steps: [...before] }, kinds);
    const { id } = step;
    if (typeof id !== 'string') return findings;
    // Compared as expressions read them: without regard to case.
    const twice = before.some((other) => other.toLowerCase() === id.toLowerCase());
    before.push(id);
    if (twice)
      findings.push({
        path: [...path, 'id'],
        message: `\`${formatPath([...path, 'id'])}\` is \`${id}\`, which another step of this watch has already. Choose another id.`,
        code: 'config_value_invalid',
      });
    return findings;
  });
}

function checkStep({ step, path }: FoundStep, scope: Scope, kinds: readonly StepKind[]): Finding[] {
  const { with: inputs, env, if: condition, ...rest } = step;
  const literal = kinds.find((kind) => kind.name === step['uses'])?.literalFields ?? [];
  const evaluated = isMapping(inputs) ? Object.fromEntries(Object.entries(inputs).filter(([key]) => !literal.includes(key))) : inputs;
  const withEnv = { ...scope, env: isMapping(env) ? Object.keys(env) : [] };
  return [
    ...checkCondition(condition, [...path, 'if'], narrowPlace(conditionPlace, scope)),
    ...checkTemplate(env, [...path, 'env'], narrowPlace(envPlace, scope)),
    ...checkTemplate(evaluated, [...path, 'with'], narrowPlace(inputPlace, withEnv)),
    ...findStray(rest, path, []),
  ];
}

function checkCondition(value: unknown, path: ConfigPath, place: ExpressionPlace): Finding[] {
  if (typeof value !== 'string') return [];
  const compiled = compileCondition(value, place);
  return compiled.ok ? [] : [toFinding(path, compiled)];
}

function checkTemplate(value: unknown, path: ConfigPath, place: ExpressionPlace): Finding[] {
  const compiled = compileTemplate(value, place);
  const problems = compiled.ok ? [] : compiled.problems.map((problem) => toFinding([...path, ...problem.path], problem));
  return [...findKeys(value, path), ...problems];
}

function toFinding(path: ConfigPath, { message, offset }: { message: string; offset: number }): Finding {
  return { path, message, offset, code: 'expression_invalid' };
}

/** `${{` where nothing is evaluated would be sent out as it stands. */
function findStray(value: unknown, path: ConfigPath, allowed: string[]): Finding[] {
  const findings: Finding[] = [];
  eachText(value, path, (text, at) => {
    const where = formatPath(at);
    if (!text.includes('${{') || allowed.some((prefix) => where === prefix || where.startsWith(`${prefix}.`))) return;
    findings.push({
      path: at,
      message: `Expressions are not evaluated in \`${where}\`. Write the value itself.`,
      code: 'expression_invalid',
      offset: text.indexOf('${{'),
    });
  });
  return [...findings, ...(isMapping(value) ? findKeys(value, path) : [])];
}

function findKeys(value: unknown, path: ConfigPath): Finding[] {
  if (Array.isArray(value)) return value.flatMap((member, index) => findKeys(member, [...path, index]));
  if (!isMapping(value)) return [];
  const findings: Finding[] = [];
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, key];
    if (key.includes('${{'))
      findings.push({ path: at, message: 'Expressions are not evaluated in keys.', code: 'expression_invalid', atKey: true });
    findings.push(...findKeys(member, at));
  }
  return findings;
}

function eachText(value: unknown, path: ConfigPath, visit: (text: string, path: ConfigPath) => void): void {
  if (typeof value === 'string') visit(value, path);
  else if (Array.isArray(value)) value.forEach((item, index) => eachText(item, [...path, index], visit));
  else if (isMapping(value)) for (const [key, item] of Object.entries(value)) eachText(item, [...path, key], visit);
}
