import { z } from 'zod';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { didYouMean } from '../core/suggest.ts';
import { formatPath, valueAt, type ConfigPath, type Finding } from './problems.ts';

type Issue = z.core.$ZodIssue;

/** What people from workflow files write, and what it is here. */
const hints: Record<string, string> = {
  'branches-ignore': ' Use `branches` with a pattern that begins with `!`.',
  'tags-ignore': ' Use `tags` with a pattern that begins with `!`.',
  'paths-ignore': ' Use `paths` with a pattern that begins with `!`.',
  jobs: ' Use `watches`; each of them has `steps`.',
  tags: ' Tags have a trigger of their own: `on: { tag: { tags: [...] } }`.',
  paths: ' Only `push` knows which files were changed.',
  paths_unknown: ' Only `push` knows which files were changed.',
  _extends: ' Write `extends`.',
  env: ' Values for every step are `vars`; `env` belongs to a step.',
  'cancel-in-progress': ' Write `on_busy: latest`.',
  cancel_in_progress: ' Write `on_busy: latest`.',
  group: ' Write `key`.',
  'timeout-minutes': ' Write `timeout`, as in `timeout: 5m`.',
  'continue-on-error': ' Let the steps after it say `if: always()`.',
  hosts: ' Write `destinations`.',
  mandatory: ' Only the file of the organisation’s `.github` repository can have it.',
  allow: ' Only the file of the organisation’s `.github` repository can have it.',
  states: ' Write `transitions`: for each state what each event leads to.',
  run: ' There is no shell; use `uses: script` with `run` under `with`.',
};

/**
 * Checks a value against a schema and answers what does not fit, in our words. `codes.value` is the code for everything but
 * keys; `path` is where the value stands in the file.
 */
export function checkSchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  options: { path?: ConfigPath; code?: ErrorCode } = {},
): { ok: true; value: z.output<Schema> } | { ok: false; findings: Finding[] } {
  const result = schema.safeParse(value, { error: describeIssue });
  if (result.success) return { ok: true, value: result.data };
  const findings = result.error.issues.flatMap((issue) => flatten(issue, value)).flatMap((issue) => toFindings(issue, value));
  return { ok: false, findings: findings.map((finding) => place(finding, options)) };
}

/** Puts a finding where the checked value stands in the file. */
function place(finding: Finding, { path = [], code = 'config_value_invalid' }: { path?: ConfigPath; code?: ErrorCode }): Finding {
  const whole = [...path, ...finding.path];
  return {
    ...finding,
    path: whole,
    message: sentence(whole, finding),
    code: finding.code === 'config_value_invalid' ? code : finding.code,
  };
}

/** A message that begins in lower case goes on after the path; any other stands for itself. */
function sentence(path: ConfigPath, { message }: Finding): string {
  const place = path.length === 0 ? 'The file' : `\`${formatPath(path)}\``;
  const text = /^[a-z]/.test(message) ? `${place} ${message}` : `${place}: ${message}`;
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_union':
      return issue.code === 'invalid_type' ? describeType(issue.input, [issue.expected]) : undefined;
    case 'invalid_value': {
      if (issue.input === undefined || issue.input === null) return describeType(issue.input, []);
      const known = issue.values.map(String);
      const word = plainText(issue.input);
      if (typeof issue.input === 'string' && issue.values.some((value) => typeof value !== 'string' && String(value) === issue.input))
        return `is the text \`${word}\`. Write it without quotes`;
      return `is \`${word}\`, which is not one of ${known.join(', ')}.${didYouMean(word, known)}`;
    }
    case 'unrecognized_keys':
      return knownKeys(issue.inst).join(',');
    case 'too_small':
      return describeBound(issue, {
        bound: issue.minimum,
        amount: 'needs at least',
        value: issue.inclusive === false ? 'more than' : 'at least',
      });
    case 'too_big':
      return describeBound(issue, {
        bound: issue.maximum,
        amount: 'may have at most',
        value: issue.inclusive === false ? 'less than' : 'at most',
      });
    default:
      return undefined;
  }
}

const typeWords: Record<string, string> = {
  string: 'text',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};

function describeType(input: unknown, expected: string[]): string {
  if (input === undefined) return 'is missing';
  const words = [...new Set(expected.flatMap((types) => types.split('|')).map((type) => typeWords[type] ?? type))];
  const wanted = words.length === 0 ? '' : ` must be ${words.join(' or ')}`;
  if (input === null) return `is empty${wanted && `; it${wanted}`}`;
  return `${wanted.trim() || 'has the wrong type'}, not ${describeInput(input)}`;
}

function describeInput(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a mapping';
  // What YAML 1.1 took for true and false is text in YAML 1.2.
  if (typeof input === 'string' && /^(?:yes|no|on|off|y|n)$/i.test(input))
    return `the text \`${input}\`. YAML 1.2 knows only \`true\` and \`false\``;
  return typeof input === 'string' ? 'text' : `the ${typeof input} \`${plainText(input)}\``;
}

function plainText(input: unknown): string {
  return (typeof input === 'string' ? input : (JSON.stringify(input) ?? '')).slice(0, 50);
}

/** What is counted has an amount; a number is itself too small or too large. */
function describeBound(
  { origin }: { origin: string },
  { bound, amount, value }: Record<'amount' | 'value', string> & { bound: unknown },
): string {
  const words = { string: ['character', 'characters'], array: ['entry', 'entries'] }[origin];
  return words ? `${amount} ${String(bound)} ${words[bound === 1 ? 0 : 1]}` : `must be ${value} ${String(bound)}`;
}

function knownKeys(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** A union fails as a whole; what helps is why the alternative failed that was meant. */
function flatten(issue: Issue, root: unknown): Issue[] {
  if (issue.code === 'invalid_key')
    return issue.issues.slice(0, 1).map(({ message }) => ({ code: 'custom', path: issue.path, message, params: { atKey: true } }));
  if (issue.code !== 'invalid_union') return [issue];
  const alternatives = issue.errors.map((errors) =>
    errors.flatMap((inner) => flatten({ ...inner, path: [...issue.path, ...inner.path] }, root)),
  );
  const depth = issue.path.length;
  const meant = alternatives.find((errors) =>
    errors.every((inner) => inner.path.length > depth || !['invalid_type', 'invalid_value'].includes(inner.code)),
  );
  if (meant) return meant;
  const input = valueAt(root, issue.path as ConfigPath);
  const words = alternatives.flat().find((inner) => inner.code === 'invalid_value');
  if (words && typeof input === 'string') return [words];
  const own = alternatives.flat().find((inner) => inner.code === 'invalid_type' && inner.message.startsWith('must be a duration'));
  if (own && input !== null && !Array.isArray(input)) return [own];
  // A single word beside something larger is a shorthand, and not what is missing.
  const isShorthand = (inner: Issue) => inner.code === 'invalid_value' && inner.values.length === 1;
  const expected = alternatives
    .flat()
    .filter((inner) => !isShorthand(inner))
    .flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : inner.code === 'invalid_value' ? ['string'] : []));
  return [{ code: 'invalid_type', expected: expected.join('|'), path: issue.path, message: describeType(input, expected) }];
}

/** Unknown keys of one mapping that are told. */
const maxKeys = 50;

function toFindings(issue: Issue, root: unknown): Finding[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(',');
    return issue.keys
      .slice(0, maxKeys)
      .map((key) => ({ path: [...path, key], message: unknownKey(key, known), code: 'config_key_unknown', atKey: true }));
  }
  if (issue.code !== 'custom' && valueAt(root, path) === undefined) return [{ path, message: 'is missing', code: 'config_key_missing' }];
  if (issue.message === 'is missing') return [{ path, message: issue.message, code: 'config_key_missing' }];
  const atKey = issue.code === 'custom' && issue.params?.['atKey'] === true;
  return [{ path, message: issue.message, code: 'config_value_invalid', ...(atKey ? { atKey } : {}) }];
}

function unknownKey(key: string, known: string[]): string {
  const guess = Object.hasOwn(hints, key) ? hints[key] : didYouMean(key, known);
  const list = known.length > 0 && known[0] !== '' ? ` Known here: ${known.join(', ')}.` : '';
  return `is not a key that exists.${guess ?? ''}${list}`;
}
