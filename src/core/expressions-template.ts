import type { ExpressionScope } from './expressions-evaluator.ts';
import { compileExpression, evaluate, evaluateText, type CompiledExpression, type ExpressionPlace } from './expressions.ts';
import { maxResultLength } from './expressions-data.ts';
import { failed, ok, type Outcome } from './outcome.ts';

/** A JSON value with `${{ }}` in its texts, ready to be filled in. */
export type Template =
  | { kind: 'literal'; value: unknown }
  | { kind: 'expression'; expression: CompiledExpression }
  | { kind: 'text'; parts: (string | CompiledExpression)[] }
  | { kind: 'list'; items: Template[] }
  | { kind: 'object'; entries: [string, Template][] };

/** What is wrong with one text of a template: where it is in the value, and where in the text. */
interface TemplateProblem {
  path: (string | number)[];
  message: string;
  /** In characters from 0 of that text. */
  offset: number;
}

type Compiled = { ok: true; value: Template } | { ok: false; problems: TemplateProblem[] };

/**
 * Compiles a JSON value: a text that is exactly one `${{ }}` keeps the type of its value, in every other text the values are written as text
 * by GitHub's rules. All problems are reported.
 */
export function compileTemplate(value: unknown, place: ExpressionPlace): Compiled {
  const problems: TemplateProblem[] = [];
  const template = build(value, [], (text, path) => {
    const compiled = compileText(text, place);
    if (compiled.ok) return compiled.value;
    problems.push({ path, message: compiled.message, offset: compiled.offset });
    return { kind: 'literal', value: text };
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: template };
}

/** True when a value has `${{` somewhere in its texts. */
export function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${{');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/** Fills a template in. */
export function evaluateTemplate(template: Template, scope: ExpressionScope): Outcome<unknown, 'expression_failed'> {
  switch (template.kind) {
    case 'literal':
      return ok(template.value);
    case 'expression':
      return evaluate(template.expression, scope);
    case 'text':
      return fillText(template.parts, scope);
    case 'list': {
      const values: unknown[] = [];
      for (const item of template.items) {
        const outcome = evaluateTemplate(item, scope);
        if (!outcome.ok) return outcome;
        values.push(outcome.value);
      }
      return ok(values);
    }
    case 'object': {
      const entries: [string, unknown][] = [];
      for (const [key, item] of template.entries) {
        const outcome = evaluateTemplate(item, scope);
        if (!outcome.ok) return outcome;
        entries.push([key, outcome.value]);
      }
      return ok(Object.fromEntries(entries));
    }
  }
}

/** The expressions of a template. */
export function listExpressions(template: Template): CompiledExpression[] {
  switch (template.kind) {
    case 'literal':
      return [];
    case 'expression':
      return [template.expression];
    case 'text':
      return template.parts.filter((part) => typeof part !== 'string');
    case 'list':
      return template.items.flatMap(listExpressions);
    case 'object':
      return template.entries.flatMap(([, item]) => listExpressions(item));
  }
}

/** Compiles the value of an `if:`, with or without `${{ }}` around it. */
export function compileCondition(
  source: string | boolean,
  place: ExpressionPlace,
): { ok: true; value: CompiledExpression } | { ok: false; message: string; offset: number } {
  const text = String(source);
  const start = text.indexOf('${{');
  if (start === -1) return compileExpression(text, place);
  const end = closingBraces(text, start + 3);
  if (end === undefined) return { ok: false, message: unclosed, offset: start };
  if (text.slice(0, start).trim() !== '' || text.slice(end + 2).trim() !== '') {
    // As text it would always be true, in GitHub's workflows too.
    return { ok: false, message: 'Write the whole condition inside one `${{ }}`, or leave `${{ }}` away.', offset: start };
  }
  const compiled = compileExpression(text.slice(start + 3, end), place);
  return compiled.ok ? compiled : { ...compiled, offset: compiled.offset + start + 3 };
}

function build(value: unknown, path: (string | number)[], text: (text: string, path: (string | number)[]) => Template): Template {
  if (typeof value === 'string') return text(value, path);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => build(item, [...path, index], text));
    return items.every((item) => item.kind === 'literal') ? { kind: 'literal', value } : { kind: 'list', items };
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]): [string, Template] => [key, build(item, [...path, key], text)]);
    return entries.every(([, item]) => item.kind === 'literal') ? { kind: 'literal', value } : { kind: 'object', entries };
  }
  return { kind: 'literal', value };
}

const unclosed = 'This `${{` has no `}}` to close it.';

function compileText(text: string, place: ExpressionPlace): { ok: true; value: Template } | { ok: false; message: string; offset: number } {
  const parts: (string | CompiledExpression)[] = [];
  let at = 0;
  for (let start = text.indexOf('${{'); start !== -1; start = text.indexOf('${{', at)) {
    const end = closingBraces(text, start + 3);
    if (end === undefined) return { ok: false, message: unclosed, offset: start };
    const compiled = compileExpression(text.slice(start + 3, end), place);
    if (!compiled.ok) return { ...compiled, offset: compiled.offset + start + 3 };
    if (start > at) parts.push(text.slice(at, start));
    parts.push(compiled.value);
    at = end + 2;
  }
  if (parts.length === 0) return ok({ kind: 'literal', value: text });
  if (at < text.length) parts.push(text.slice(at));
  const [only] = parts;
  return ok(
    parts.length === 1 && only !== undefined && typeof only !== 'string'
      ? { kind: 'expression', expression: only }
      : { kind: 'text', parts },
  );
}

/** Where the `}}` is that closes an expression; one inside a quoted text does not count. */
function closingBraces(text: string, start: number): number | undefined {
  let quoted = false;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith('}}', index)) return index;
  }
  return undefined;
}

function fillText(parts: (string | CompiledExpression)[], scope: ExpressionScope): Outcome<string, 'expression_failed'> {
  let text = '';
  for (const part of parts) {
    const outcome = typeof part === 'string' ? ok(part) : evaluateText(part, scope);
    if (!outcome.ok) return outcome;
    text += outcome.value;
    if (text.length > maxResultLength) return failed('expression_failed', `A text grew beyond ${maxResultLength} characters; send less.`);
  }
  return ok(text);
}
