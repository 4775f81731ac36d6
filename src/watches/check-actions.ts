import { z } from 'zod';
import { hasExpression } from '../core/expressions-template.ts';
import { didYouMean } from '../core/suggest.ts';
import type { StepKind } from './config-schema.ts';
import { listSteps, listWatches } from './list-watches.ts';
import { formatPath, isMapping, valueAt, type ConfigPath, type Finding } from './problems.ts';
import { checkSchema } from './schema-findings.ts';

/** Checks what every step says to its action kind, as far as it can be known before expressions are evaluated. Takes any value, valid or not. */
export function checkActions(file: unknown, kinds: readonly StepKind[]): Finding[] {
  return listWatches(file)
    .flatMap(listSteps)
    .flatMap(({ path, step }) => {
      const name = step['uses'];
      if (typeof name !== 'string') return [];
      const kind = kinds.find((candidate) => candidate.name === name);
      return kind ? checkInputs(kind, step['with'], [...path, 'with']) : [unknownKind(name, kinds, [...path, 'uses'])];
    });
}

function unknownKind(name: string, kinds: readonly StepKind[], path: ConfigPath): Finding {
  const names = kinds.map((kind) => kind.name);
  const message = `\`${formatPath(path)}\` is \`${name.slice(0, 50)}\`, which is no kind of action.${didYouMean(name, names)} Known here: ${names.join(', ')}.`;
  return { path, message, code: 'action_unknown' };
}

function checkInputs(kind: StepKind, inputs: unknown, path: ConfigPath): Finding[] {
  if (inputs !== undefined && !isMapping(inputs)) return [];
  const value = inputs ?? {};
  const literal = (kind.literalFields ?? []).filter((field) => hasExpression(value[field]));
  const findings = literal.map((field): Finding => ({
    path: [...path, field],
    message: `\`${formatPath([...path, field])}\` is run as code, so it takes no \`\${{ }}\`: what strangers wrote would become part of it. Read the values from the arguments instead.`,
    code: 'action_input_invalid',
    offset: String(value[field]).indexOf('${{'),
  }));
  return [...findings, ...checkStatic(kind, value, path)];
}

/** The kind's own schema, minus every complaint about a value that is only known at run time. */
function checkStatic(kind: StepKind, value: Record<string, unknown>, path: ConfigPath): Finding[] {
  // A plain object schema would drop unknown keys in silence.
  const schema = kind.schema instanceof z.ZodObject && !kind.schema.def.catchall ? kind.schema.strict() : kind.schema;
  try {
    const result = checkSchema(schema, value, { path, code: 'action_input_invalid' });
    if (result.ok) return [];
    return result.findings.filter(
      (finding) => finding.code === 'config_key_unknown' || !dependsOnExpression(value, finding.path.slice(path.length)),
    );
  } catch (error) {
    // A schema that transforms may throw on text that is still an expression; a literal it throws on is a bug of the kind.
    if (hasExpression(value)) return [];
    throw error;
  }
}

/** True when the value at the path, or one on the way to it, is or contains an expression. */
function dependsOnExpression(value: unknown, path: ConfigPath): boolean {
  if (hasExpression(valueAt(value, path))) return true;
  return path.some(
    (_, length) =>
      length > 0 && typeof valueAt(value, path.slice(0, length)) === 'string' && hasExpression(valueAt(value, path.slice(0, length))),
  );
}
