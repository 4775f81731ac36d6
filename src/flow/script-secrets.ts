import type { CompiledStep } from '../watches/compile-config.ts';

const name = '[A-Za-z_][A-Za-z0-9_]*';
/** `secrets.NAME` and `secrets?.NAME`. */
const member = new RegExp(String.raw`\bsecrets\s*\??\.\s*(${name})`, 'g');
/** `secrets['NAME']`. */
const index = new RegExp(String.raw`\bsecrets\s*(?:\?\.)?\[\s*(['"\`])(${name})\1\s*\]`, 'g');
/** `{ NAME, NAME: other } = secrets` and `{ secrets: { NAME } }`. */
const pattern = /\{([^{}]*)\}\s*=\s*secrets\b|\bsecrets\s*:\s*\{([^{}]*)\}/g;

/** The secrets that a step names without an expression: in an inline script, or as the connection to Jira. A run gets only the secrets its steps name (threat model D11). */
export function namesInScript(step: Pick<CompiledStep, 'kind' | 'with'>): string[] {
  if (step.kind === 'jira') {
    const connection = textAt(step.with, 'connection');
    return connection !== undefined && new RegExp(`^${name}$`).test(connection) ? [connection] : [];
  }
  const source = step.kind === 'script' ? textAt(step.with, 'run') : undefined;
  if (source === undefined) return [];
  const names = [
    ...[...source.matchAll(member)].map((match) => match[1]!),
    ...[...source.matchAll(index)].map((match) => match[2]!),
    ...[...source.matchAll(pattern)].flatMap((match) => (match[1] ?? match[2] ?? '').split(',').flatMap(keyOf)),
  ];
  return [...new Set(names)];
}

/** The text of an input that holds no expression. */
function textAt(input: CompiledStep['with'], field: string): string | undefined {
  if (input.kind === 'literal') return textOf((input.value as Record<string, unknown> | null)?.[field]);
  const found = input.kind === 'object' ? input.entries.find(([key]) => key === field)?.[1] : undefined;
  return found?.kind === 'literal' ? textOf(found.value) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function keyOf(part: string): string[] {
  const key = new RegExp(`^\\s*(${name})\\s*(?:[:=].*)?$`, 's').exec(part)?.[1];
  return key === undefined ? [] : [key];
}
