/** Escapes that Postgres cannot hold in text or jsonb: NUL and lone halves of a surrogate pair (threat model D4). */
const unstorable = /\\u0000|\\u[dD][89a-fA-F]/;

/** A text that Postgres can hold: NUL and lone surrogates become U+FFFD. The delivery's own bytes are kept beside it. */
export function toStorableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** JSON text that Postgres can hold as jsonb, of any plain value. */
export function toStorableJson(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  if (!unstorable.test(json)) return json;
  return JSON.stringify(makeStorable(JSON.parse(json)));
}

function makeStorable(value: unknown): unknown {
  if (typeof value === 'string') return toStorableText(value);
  if (Array.isArray(value)) return value.map(makeStorable);
  if (value === null || typeof value !== 'object') return value;
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of Object.entries(value)) copy[toStorableText(key)] = makeStorable(entry);
  return copy;
}
