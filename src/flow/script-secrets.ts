import type { CompiledStep } from '../watches/compile-config.ts';

const name = '[A-Za-z_][A-Za-z0-9_]*';
/** `secrets.NAME` and `secrets?.NAME`. */
const member = new RegExp(String.raw`\bsecrets\s*\??\.\s*(${name})`, 'g');
/** `secrets['NAME']`. */
const index = new RegExp(String.raw`\bsecrets\s*(?:\?\.)?\[\s*(['"\`])(${name})\1\s*\]`, 'g');
/** `{ NAME, NAME: other } = secrets` and `{ secrets: { NAME } }`. */
const pattern = /\{([^{}]*)\}\s*=\s*secrets\b|\bsecrets\s*:\s*\{([^{}]*)\}/g;

/** The secrets that an inline script names in its own text: a run gets only the secrets its steps name (threat model D11). */
export function namesInScript(step: Pick<CompiledStep, 'kind' | 'with'>): string[] {
  const source = step.kind === 'script' ? sourceOf(step.with) : undefined;
  if (source === undefined) return [];
  const names = [
    ...[...source.matchAll(member)].map((match) => match[1]!),
    ...[...source.matchAll(index)].map((match) => match[2]!),
    ...[...source.matchAll(pattern)].flatMap((match) => (match[1] ?? match[2] ?? '').split(',').flatMap(keyOf)),
  ];
  return [...new Set(names)];
}

/** The text of `run`, which never holds an expression. */
function sourceOf(input: CompiledStep['with']): string | undefined {
  if (input.kind === 'literal') return textOf((input.value as Record<string, unknown> | null)?.['run']);
  const run = input.kind === 'object' ? input.entries.find(([key]) => key === 'run')?.[1] : undefined;
  return run?.kind === 'literal' ? textOf(run.value) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function keyOf(part: string): string[] {
  const key = new RegExp(`^\\s*(${name})\\s*(?:[:=].*)?$`, 's').exec(part)?.[1];
  return key === undefined ? [] : [key];
}
