import { namesValue } from './schema-shape.ts';

/** Stands where a credential is that was written out. Sent back, it means that the credential stays. */
export const hiddenMark = '••••••••';

/** Names of headers and the like whose values are credentials. */
const credentialName = /authorization|cookie|token|secret|passw|passphrase|credential|api[-_]?key/i;

/** A line `name: value` in its two halves; undefined for any other text. Never slow, however long the line is. */
export function splitLine(line: string): { name: string; value: string } | undefined {
  const at = line.search(/[:=]/);
  const name = line.slice(0, Math.max(at, 0)).trim();
  return name === '' ? undefined : { name, value: line.slice(at + 1).trim() };
}

/** True for a value that is a credential by its name, and is written out instead of naming a secret. */
export function isHiddenLine(name: string, value: unknown): boolean {
  return typeof value === 'string' && value !== '' && credentialName.test(name) && !namesValue(value);
}

/** Lines `name: value` without the credentials that are written out in them. */
export function hideLines(text: string): string {
  const lines = text.split('\n').map((line) => {
    const pair = splitLine(line);
    return pair !== undefined && isHiddenLine(pair.name, pair.value) ? `${pair.name}: ${hiddenMark}` : line;
  });
  return lines.join('\n');
}
