/** Escapes that Postgres cannot hold in text or jsonb: NUL and lone halves of a surrogate pair (threat model D4). */
const unstorable = /\\u0000|\\u[dD][89a-fA-F]/;

/** Every escape of a JSON text, whole pairs of surrogates first, so that only lone halves are left for the third alternative. */
const escapes = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u0000|u[dD][89a-fA-F][\da-fA-F]{2})|[^])/g;

/** A text that Postgres can hold: NUL and lone surrogates become U+FFFD. The delivery's own bytes are kept beside it. */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** JSON text that Postgres can hold as jsonb, of any plain value. */
export function toStorableJson(value: unknown): string {
  return cleanJsonText(JSON.stringify(value) ?? 'null');
}

/** The same JSON with U+FFFD for what Postgres cannot hold. Works on the text, because a value may be nested deeper than the stack. */
export function cleanJsonText(json: string): string {
  if (!unstorable.test(json)) return json;
  return json.replaceAll(escapes, (whole, bad: string | undefined) => (bad === undefined ? whole : '\\ufffd'));
}
