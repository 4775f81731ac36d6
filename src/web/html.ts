/** Markup that is safe to send: made by `html`, or trusted by name. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

/** What a template may hold. Text is escaped; nothing is shown for null, undefined and false. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Makes text inert between tags and inside quoted attributes. NUL, which no page may hold, becomes U+FFFD. */
function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"'`]/g, (sign) => entities[sign] ?? '')
    .replaceAll('\0', '\uFFFD');
}

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (value === null || value === undefined || value === false) return '';
  return value.map(render).join('');
}

/** Where a template's values begin an address, by the text in front of each; found once for each place in the code. */
const addressPlaces = new WeakMap<TemplateStringsArray, readonly boolean[]>();

function addressesOf(strings: TemplateStringsArray): readonly boolean[] {
  const known = addressPlaces.get(strings);
  if (known !== undefined) return known;
  const places = strings.map((part) => /\s(?:href|src|action|formaction)="$/.test(part));
  addressPlaces.set(strings, places);
  return places;
}

/** Addresses that lead somewhere, on this server or another; whatever else was stored, `javascript:` first of all, leads nowhere. */
const harmless = /^(?:https?:\/\/|\/(?![/\\])|[#?]|$)/i;

/**
 * A template whose every value is escaped, unless it is markup already. Attributes must be written in double quotes. A value that begins an
 * address must be a path, a query, a fragment, or lead over http(s); else `#` stands there.
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  const addresses = addressesOf(strings);
  return new Html(
    strings.reduce((text, part, index) => {
      const value = render(values[index - 1]);
      return `${text}${addresses[index - 1] === true && !harmless.test(value) ? '#' : value}${part}`;
    }),
  );
}

/** Markup from a file of ours. Never for anything that came from outside. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}

/** An address for `href`: only http and https, so that no stored address can run a script. */
export function safeUrl(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  return /^https?:$/.test(new URL(url).protocol) ? url : null;
}
