import type { ErrorCode } from '../core/error-catalogue.ts';

/** A warning stops nothing; with an error the file does not come into force. */
type Severity = 'error' | 'warning';

/** Something wrong in a configuration file, and where. */
export interface Problem {
  /** What is wrong, with what, and what to write instead. */
  message: string;
  /** What to do about it: the end of the message, or what usually helps. */
  hint: string;
  severity: Severity;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
  /** Such as `watches.deploy.steps[0].uses`; empty for the file as a whole. */
  path: string;
  code: ErrorCode;
}

/** The way to a value from the top of the file. */
export type ConfigPath = readonly (string | number)[];

/** A problem before its line is known. */
export interface Finding {
  path: ConfigPath;
  message: string;
  code: ErrorCode;
  /** Default: error. */
  severity?: Severity;
  /** Points at the key instead of its value. */
  atKey?: boolean;
  /** Characters from the start of the text at this path, to point into it. */
  offset?: number;
}

/** What usually helps where the message itself does not say. */
const usual: Partial<Record<ErrorCode, string>> = {
  config_syntax: 'Look at the indentation, the colons, the quotes and the brackets of this line and the one before.',
  config_key_missing: 'Add the key.',
  config_key_unknown: 'Remove the key, or begin it with `x-` when it is your own.',
  config_value_invalid: 'Write one of the values that docs/reference.md has for this key.',
  action_input_invalid: 'Write what docs/reference.md has for this input.',
  expression_invalid: 'Correct the expression; docs/configuration.md has the contexts and functions.',
};

/** Turns what a message says of the value into what to write; undefined when there is nothing in it. */
function adviseFrom(message: string, path: ConfigPath): string | undefined {
  if (message.endsWith(' is missing.')) return `Add \`${String(path.at(-1) ?? '')}:\`.`;
  const choices = /which is not one of (.+)\.$/su.exec(message)?.[1];
  if (choices !== undefined) return `Write one of ${choices}.`;
  if (/^(?:Write|Read|Put|Give) /.test(message)) return message;
  const remedy = /(?:[;:]|is not an? [^:]+:) ((?:write|begin|put|go on|use)\b.+)$/su.exec(message)?.[1];
  if (remedy !== undefined) return remedy.charAt(0).toUpperCase() + remedy.slice(1);
  const demand = /\b((?:must be|must have|needs) .+?)(?:, not .*)?\.$/su.exec(message)?.[1];
  return demand === undefined ? undefined : `It ${demand}.`;
}

/** Completes a finding whose place is known. */
export function toProblem(finding: Finding, place: { line: number; column: number }): Problem {
  const { message, code, severity = 'error', path } = finding;
  // The first sentence says what is wrong, those after it what to do.
  const rest = /[.!?] (?=[A-Z`])(.*)$/su.exec(message.replaceAll(/`[^`]*`/g, (text) => text.replaceAll(/[.!?] /g, '\u0000\u0000')));
  const hint = rest?.[1] === undefined ? undefined : message.slice(message.length - rest[1].length);
  return {
    message,
    hint:
      hint ??
      (code === 'config_syntax' ? undefined : adviseFrom(message, path)) ??
      usual[code] ??
      `docs/errors.md#${code} says what to do.`,
    severity,
    ...place,
    path: formatPath(path),
    code,
  };
}

/** A path as people write it: `watches.deploy.steps[0]`. */
export function formatPath(path: ConfigPath): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** Follows a path into a plain value; undefined when it leads nowhere. */
export function valueAt(root: unknown, path: ConfigPath): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** True for a mapping of the file. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
