/** Replaces what must not be seen. With `cut` the text ends somewhere in the middle of a longer one, and half a value may stand there. */
export type Mask = (text: string, of?: { cut?: boolean }) => string;

/** Shorter values are not masked: they would blacken ordinary text and hide nothing. */
const shortest = 4;
const stars = '***';

/**
 * The parts of base64 text that stay the same whatever stands before and after the value: one for each of the three ways
 * in which the value's bytes can fall into groups of three. Letters that also carry bits of the neighbours are left out.
 */
function encodeBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const skipped = offset === 0 ? 0 : offset + 1;
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return text.slice(skipped, end);
  });
}

function listBase64(bytes: Buffer): string[] {
  // The whole text too, so that the last letter goes as well where the value stands alone.
  const forms = [...encodeBase64(bytes), bytes.toString('base64'), bytes.toString('base64').replaceAll('=', '')];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function escapeHtml(text: string): string[] {
  const base = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = base.replaceAll('"', '&quot;');
  return [base, quoted, ...['&#39;', '&#x27;', '&apos;'].map((apostrophe) => quoted.replaceAll("'", apostrophe))];
}

function escapeJson(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  // Some writers escape the slash, some everything that is not ASCII, in either case of hex digits.
  const ascii = (upper: boolean) =>
    plain.replaceAll(/[\u0080-\uffff<>&]/g, (letter) => {
      const code = letter.charCodeAt(0).toString(16).padStart(4, '0');
      return String.raw`\u${upper ? code.toUpperCase() : code}`;
    });
  const forms = [plain, ascii(false), ascii(true)];
  return [...forms, ...forms.map((form) => form.replaceAll('/', String.raw`\/`))];
}

function encodeUrl(text: string): string[] {
  const component = encodeURIComponent(text.toWellFormed());
  const strict = component.replaceAll(/[!'()*~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [component, strict, encodeURI(text.toWellFormed()), new URLSearchParams([['', text]]).toString().slice(1)];
  return [...forms, ...forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

/** Every way in which a value is likely to appear in a text (threat model D11). */
function listForms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const hex = bytes.toString('hex');
  const twice = escapeJson(value).flatMap((form) => escapeJson(form).slice(0, 1));
  return [value, ...encodeUrl(value), ...listBase64(bytes), ...escapeJson(value), ...twice, hex, hex.toUpperCase(), ...escapeHtml(value)];
}

function listValues(values: readonly string[]): string[] {
  const lines = values.flatMap((value) => [value, value.trim(), ...value.split(/\r\n|\r|\n/).map((line) => line.trim())]);
  return [...new Set(lines)].filter((value) => value.length >= shortest);
}

/**
 * Makes a function that replaces each of the values by `***`, wherever and however encoded: as it is, line by line,
 * URL-encoded, base64 (at any offset) and base64url, JSON- and HTML-escaped, hex. Mask before truncating: half a secret is
 * not recognised. Values of fewer than 4 characters are left alone.
 */
export function createMasker(values: readonly string[]): Mask {
  const forms = new Set(
    listValues(values)
      .flatMap(listForms)
      .filter((form) => form.length >= shortest),
  );
  if (forms.size === 0) return (text) => text;
  return createScanner([...forms]);
}

/** A number from 0 to 65535 for the four letters at a position; equal letters give equal numbers. */
function hashHead(text: string, at: number): number {
  let hash = 0;
  for (let index = at; index < at + shortest; index += 1) hash = (hash * 31 + text.charCodeAt(index)) & 0xffff;
  return hash;
}

/**
 * Looks at every position once: one table look-up passes it when no form begins with these four letters. Matches that
 * overlap are covered together, so that no tail of a second secret is left standing.
 */
function createScanner(forms: string[]): Mask {
  const isHead = new Uint8Array(0x1_0000);
  const byHead = new Map<string, string[]>();
  for (const form of forms.sort((a, b) => b.length - a.length)) {
    const head = form.slice(0, shortest);
    isHead[hashHead(form, 0)] = 1;
    const bucket = byHead.get(head);
    if (bucket === undefined) byHead.set(head, [form]);
    else bucket.push(form);
  }
  return (text, { cut = false } = {}) => {
    let masked = '';
    let covered = 0;
    for (let at = 0; at + shortest <= text.length; at += 1) {
      if (isHead[hashHead(text, at)] === 0) continue;
      const candidates = byHead.get(text.slice(at, at + shortest));
      const form =
        candidates?.find((candidate) => text.startsWith(candidate, at)) ??
        (cut ? candidates?.find((candidate) => candidate.startsWith(text.slice(at))) : undefined);
      if (form === undefined) continue;
      if (at >= covered) masked += text.slice(covered, at) + stars;
      covered = Math.max(covered, at + form.length);
    }
    return covered === 0 ? text : masked + text.slice(covered);
  };
}

/** Masks every text in a JSON value, property names included; everything else stays as it is. */
export function maskDeep<T>(value: T, mask: Mask): T {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return mask(node);
    if (typeof node === 'number' || typeof node === 'bigint') {
      const text = String(node);
      const masked = mask(text);
      return masked === text ? node : masked;
    }
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object' || node instanceof Date || ArrayBuffer.isView(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([name, entry]) => [mask(name), walk(entry)]));
  };
  return walk(value) as T;
}
