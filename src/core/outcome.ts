/** The result of something that may fail in an expected way: a value, or a catalogue code with what happened. */
export type Outcome<T, Code extends string = string> =
  { ok: true; value: T } | { ok: false; code: Code; message: string; details?: unknown };

/** Wraps a value as a success. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** Makes an expected failure: a code from the catalogue and a sentence that says what happened, to what, and what to do next. */
export function failed<Code extends string>(
  code: Code,
  message: string,
  details?: unknown,
): { ok: false; code: Code; message: string; details?: unknown } {
  return details === undefined ? { ok: false, code, message } : { ok: false, code, message, details };
}
