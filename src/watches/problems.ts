import type { ErrorCode } from '../core/error-catalogue.ts';

/** Something wrong in a configuration file, and where. */
export interface Problem {
  /** What is wrong, with what, and what to write instead. */
  message: string;
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
  /** Points at the key instead of its value. */
  atKey?: boolean;
  /** Characters from the start of the text at this path, to point into it. */
  offset?: number;
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
