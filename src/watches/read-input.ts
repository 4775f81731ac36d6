import type { z } from 'zod';
import type { StepKind } from './config-schema.ts';
import { isMapping, valueAt, type ConfigPath, type Finding } from './problems.ts';
import { checkSchema } from './schema-findings.ts';

type Issue = z.core.$ZodIssue;

/**
 * Reads `with:` of a step once its expressions are filled in. An expression that stands alone keeps its kind; so, as in a workflow, a number
 * or a truth value becomes text where text is wanted, and nothing (`null`) counts as not given. Pure.
 */
export function readInput(
  { schema }: Pick<StepKind, 'schema'>,
  given: unknown,
): { ok: true; value: unknown } | { ok: false; findings: readonly Finding[] } {
  const options = { path: ['with'], code: 'action_input_invalid' } as const;
  const asIs = checkSchema(schema, given, options);
  if (asIs.ok || !isMapping(given)) return asIs;
  const issues = schema.safeParse(given).error?.issues ?? [];
  const texts = new Set(issues.flatMap((issue) => listWantedTexts(issue, given)).map(keyOf));
  const refused = new Set(issues.map(({ path }) => path[0]));
  const entries = Object.entries(given).filter(([key, value]) => value !== null || !refused.has(key));
  return checkSchema(schema, write(Object.fromEntries(entries), [], texts), options);
}

/** A sentence about the first thing that does not fit, without a value that has to be masked. */
export function explainInput(findings: readonly Finding[], given: unknown, mask: (text: string) => string): string {
  const [finding] = findings;
  if (!finding) return '`with` of this step is not valid.';
  const value = valueAt(given, finding.path.slice(1));
  // A message quotes the beginning of a value, and half a secret is not recognised any more.
  const quotes = typeof value === 'string' && value !== '' && finding.message.includes(value.slice(0, 50));
  return quotes && mask(value) !== value ? finding.message.replace(value.slice(0, 50), '***') : finding.message;
}

const keyOf = (path: readonly PropertyKey[]) => JSON.stringify(path);

/** Where text is wanted and a number or a truth value stands, in unions too. */
function listWantedTexts(issue: Issue, given: unknown): PropertyKey[][] {
  if (issue.code === 'invalid_union')
    return issue.errors.flat().flatMap((inner) => listWantedTexts({ ...inner, path: [...issue.path, ...inner.path] }, given));
  const isPlain = ['number', 'boolean'].includes(typeof valueAt(given, issue.path as ConfigPath));
  return issue.code === 'invalid_type' && issue.expected === 'string' && isPlain ? [issue.path] : [];
}

function write(value: unknown, path: readonly PropertyKey[], texts: ReadonlySet<string>): unknown {
  if (texts.has(keyOf(path))) return String(value);
  if (Array.isArray(value)) return value.map((item: unknown, index) => write(item, [...path, index], texts));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]): [string, unknown] => [key, write(item, [...path, key], texts)]));
}
