import { compileCondition, compileTemplate, listExpressions, type TemplateProblem } from '../core/expressions-template.ts';
import type { CompiledExpression, ExpressionPlace } from '../core/expressions.ts';
import { didYouMean } from '../core/suggest.ts';
import { listSteps } from './check-actions.ts';
import type { StepKind } from './config-schema.ts';
import { conditionPlace, envPlace, inputPlace, matchPlace } from './expression-places.ts';
import { formatPath, isMapping, valueAt, type ConfigPath, type Finding } from './problems.ts';

/** What an expression may refer to beside its contexts. */
interface Known {
  vars: readonly string[];
  /** Ids of the steps before. */
  steps: readonly string[];
}

/** Checks every expression of a file, and that there is none where none is evaluated. Takes any value, valid or not. */
export function checkExpressions(file: unknown, kinds: readonly StepKind[]): Finding[] {
  if (!isMapping(file)) return [];
  const vars = isMapping(file['vars']) ? Object.keys(file['vars']) : [];
  const matching: Known = { vars, steps: [] };
  const watches = isMapping(file['watches']) ? Object.entries(file['watches']) : [];
  const { watches: _, ...rest } = file;
  return [
    ...checkConcurrency(file['defaults'], ['defaults'], matching),
    ...findStray(rest, [], ['defaults.concurrency']),
    ...watches.flatMap(([id, watch]) => checkWatch(watch, ['watches', id], matching)),
    ...checkSteps(file, kinds, vars),
  ];
}

function checkWatch(watch: unknown, path: ConfigPath, known: Known): Finding[] {
  if (!isMapping(watch)) return [];
  const { steps: _, ...rest } = watch;
  return [
    ...checkCondition(watch['if'], { path: [...path, 'if'], place: matchPlace, known }),
    ...checkConcurrency(watch, path, known),
    ...findStray(
      rest,
      path,
      ['if', 'concurrency'].map((key) => formatPath([...path, key])),
    ),
  ];
}

function checkConcurrency(holder: unknown, path: ConfigPath, known: Known): Finding[] {
  const value = valueAt(holder, ['concurrency']);
  return value === undefined ? [] : checkTemplate(value, { path: [...path, 'concurrency'], place: matchPlace, known });
}

function checkSteps(file: unknown, kinds: readonly StepKind[], vars: readonly string[]): Finding[] {
  const idsOf = new Map<string, string[]>();
  return listSteps(file).flatMap(({ path, step, watch }) => {
    const ids = idsOf.get(watch) ?? [];
    idsOf.set(watch, ids);
    const findings = checkStep(step, path, { vars, steps: [...ids] }, kinds);
    const { id } = step;
    if (typeof id !== 'string') return findings;
    // Compared as expressions read them: without regard to case.
    const twice = ids.some((other) => other.toLowerCase() === id.toLowerCase());
    ids.push(id);
    if (twice)
      findings.push({
        path: [...path, 'id'],
        message: `\`${formatPath([...path, 'id'])}\` is \`${id}\`, which another step of this watch has already. Choose another id.`,
        code: 'config_value_invalid',
      });
    return findings;
  });
}

// oxlint-disable-next-line max-params -- one call, four different things
function checkStep(step: Record<string, unknown>, path: ConfigPath, known: Known, kinds: readonly StepKind[]): Finding[] {
  const { with: inputs, env, if: condition, ...rest } = step;
  const literal = kinds.find((kind) => kind.name === step['uses'])?.literalFields ?? [];
  const evaluated = isMapping(inputs) ? Object.fromEntries(Object.entries(inputs).filter(([key]) => !literal.includes(key))) : inputs;
  return [
    ...checkCondition(condition, { path: [...path, 'if'], place: conditionPlace, known }),
    ...checkTemplate(env, { path: [...path, 'env'], place: envPlace, known }),
    ...checkTemplate(evaluated, { path: [...path, 'with'], place: inputPlace, known }),
    ...findStray(rest, path, []),
  ];
}

/** Problems of one text that are told. */
const maxPerText = 5;

interface Spot {
  path: ConfigPath;
  place: ExpressionPlace;
  known: Known;
}

function checkCondition(value: unknown, { path, place, known }: Spot): Finding[] {
  if (typeof value !== 'string') return [];
  const compiled = compileCondition(value, place);
  if (!compiled.ok) return [toFinding(path, compiled)];
  const start = value.indexOf('${{');
  return checkReferences(compiled.value, known).map((found) =>
    toFinding(path, { ...found, offset: found.offset + (start === -1 ? 0 : start + 3) }),
  );
}

function checkTemplate(value: unknown, { path, place, known }: Spot): Finding[] {
  const compiled = compileTemplate(value, place);
  if (!compiled.ok) return compiled.problems.map((problem: TemplateProblem) => toFinding([...path, ...problem.path], problem));
  const findings: Finding[] = findKeys(value, path);
  eachText(value, path, (text, at) => {
    const template = compileTemplate(text, place);
    let from = 0;
    const most = findings.length + maxPerText;
    for (const expression of template.ok ? listExpressions(template.value) : []) {
      if (findings.length >= most) break;
      const start = text.indexOf(expression.source, text.indexOf('${{', from) + 3);
      findings.push(...checkReferences(expression, known).map((found) => toFinding(at, { ...found, offset: found.offset + start })));
      from = start + expression.source.length;
    }
  });
  return findings;
}

/** Names that only this file can tell: variables, and steps that have run before. */
function checkReferences(expression: CompiledExpression, known: Known): { message: string; offset: number }[] {
  return expression.references.flatMap(({ context, member, offset }) => {
    if (member === undefined || (context !== 'vars' && context !== 'steps')) return [];
    const names = known[context];
    if (names.some((name) => name.toLowerCase() === member.toLowerCase())) return [];
    const what = context === 'vars' ? 'variable of this file' : 'step before this one';
    const list = names.length > 0 ? ` Known here: ${names.slice(0, 20).join(', ')}.` : '';
    return [{ message: `\`${context}.${member}\` names no ${what}.${didYouMean(member, names)}${list}`, offset }];
  });
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
