import type { StepPreview } from '../flow/preview-steps.ts';

/** The most that is shown of one input: lines, and characters of a line. */
const maxLines = 12;
const maxWidth = 160;

/** The steps of a watch as lines of text: what they would do, and with what. */
export function showSteps(steps: readonly StepPreview[]): string[] {
  return steps.flatMap(({ position, id, uses, would, reason, with: input, env, problem }) => {
    const name = id === null ? uses : `${id} (${uses})`;
    const verdict = would === 'run' ? '' : would === 'skip' ? ' would be skipped' : ' depends';
    const head = `  ${position + 1}. ${name}${verdict}${reason === null ? '' : `: ${reason}`}`;
    if (would === 'skip') return [head];
    const details = [
      ...showMapping(input),
      ...(Object.keys(env).length > 0 ? ['env:', ...showMapping(env).map((line) => `  ${line}`)] : []),
      ...(problem === null ? [] : [`problem: ${problem}`]),
    ];
    return [head, ...details.map((line) => `     ${line}`)];
  });
}

function showMapping(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]: [string, unknown]) => showEntry(key, entry));
}

function showEntry(key: string, value: unknown): string[] {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  const lines = text.trimEnd().split('\n').map(cut);
  if (lines.length === 1) return [`${key}: ${lines[0]}`];
  const shown = lines.slice(0, maxLines).map((line) => `  ${line}`);
  return [`${key}:`, ...shown, ...(lines.length > maxLines ? [`  … ${lines.length - maxLines} more lines`] : [])];
}

/** Texts of strangers must not steer the terminal. */
function cut(line: string): string {
  const clean = line.replaceAll(/\p{Cc}/gu, ' ');
  return clean.length > maxWidth ? `${clean.slice(0, maxWidth)}…` : clean;
}
