import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { failed, ok, type Outcome } from './core/outcome.ts';
import { parseMailbox, parseMailServer } from './actions/email/mail-server.ts';

/** Turns the text of a setting into its value; the problem text continues the sentence "NAME …". */
export type SettingFormat<T> = z.ZodType<T, string>;

/** A format from a function that answers the value, or what is wrong with the text. */
export function formatOf<T>(parse: (text: string) => Outcome<T>): SettingFormat<T> {
  return z.string().transform((text, context) => {
    const outcome = parse(text);
    if (outcome.ok) return outcome.value;
    context.addIssue({ code: 'custom', message: outcome.message });
    return z.NEVER;
  });
}

const bad = (message: string) => failed('settings_invalid', message);

/** A TCP port; 0 lets the system choose a free one. */
export const portFormat = formatOf((text) => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? ok(port) : bad('must be a number from 0 to 65535');
});

/** A name or an address to listen on. */
export const hostFormat = formatOf((text) => (/^[A-Za-z0-9_.:-]+$/.test(text) ? ok(text) : bad('must be an address or a host name')));

/** An http or https address without credentials, query or fragment; a final slash is dropped. */
export const webAddressFormat = formatOf((text) => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return bad('must be an address that begins with https:// or http://');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return bad('must be an address without user, password, query or fragment');
  }
  return ok(url.href.replace(/\/+$/, ''));
});

/** A Postgres connection address. */
export const databaseAddressFormat = formatOf((text) => {
  const url = URL.parse(text);
  const fits = url !== null && /^postgres(?:ql)?:$/.test(url.protocol);
  return fits
    ? ok(text)
    : bad('must look like postgres://user:password@host:5432/name (special characters in the password percent-encoded)');
});

/** GitHub's number of the App, kept as text. */
export const appIdFormat = formatOf((text) =>
  /^[1-9]\d{0,18}$/.test(text) ? ok(text) : bad('must be the number that GitHub gave to the App'),
);

/** What GitHub calls the client id of an App, such as Iv23li…. */
export const clientIdFormat = formatOf((text) =>
  /^[\w.-]{8,100}$/.test(text) ? ok(text) : bad('must be the client id that GitHub gave to the App, such as Iv23li…'),
);

/** A PEM private key: as it is, in one line with \n for its line ends, or base64 of the file. */
export const privateKeyFormat = formatOf((text) => {
  const plain = text.includes('-----BEGIN') ? text.replaceAll(String.raw`\n`, '\n') : Buffer.from(text, 'base64').toString('utf8');
  if (!plain.includes('-----BEGIN')) return bad('is neither a PEM private key nor base64 of one');
  try {
    const key = createPrivateKey(plain);
    return key.asymmetricKeyType === 'rsa' ? ok(`${plain.trim()}\n`) : bad('is not an RSA key, which is what GitHub gives out');
  } catch {
    return bad('is a PEM text that cannot be read as a private key; perhaps lines are missing');
  }
});

/** What people write when they mean to fill it in later, and nothing beside it. */
const wellKnownText =
  /^(?:development|change|me|please|now|my|your|webhook|secret|here)+$|^(?:password|qwertyuiop)+[0-9]*$|^(?:0?1234567890?)[0-9]*$/;

function isRepeated(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (
      text ===
      text
        .slice(0, length)
        .repeat(Math.ceil(text.length / length))
        .slice(0, text.length)
    )
      return true;
  }
  return false;
}

/** Says why a text cannot be a secret that nobody guesses; undefined when it can. */
function judgeWeakness(text: string, minLength: number): string | undefined {
  if (text !== text.trim()) return 'begins or ends with a blank';
  if (text.length < minLength) return `has ${text.length} characters, it must have at least ${minLength}`;
  if (isRepeated(text)) return 'is a repetition';
  return wellKnownText.test(text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) ? 'is well known: anybody would try it' : undefined;
}

/** A random text that proves who is speaking. */
export const sharedSecretFormat = formatOf((text) => {
  const weakness = judgeWeakness(text, 16);
  return weakness === undefined ? ok(text) : bad(weakness);
});

/** A token that is only ever sent to this server, which slows down guessing: it may be shorter. */
export const tokenFormat = formatOf((text) => {
  // What can stand behind "Bearer" in a header (RFC 6750).
  const weakness = /^[\w.~+/-]+=*$/.test(text) ? judgeWeakness(text, 8) : 'may have letters, digits and - . _ ~ + / only';
  return weakness === undefined ? ok(text) : bad(weakness);
});

/** A comma-separated choice of words, each once. */
export function listFormat<const Word extends string>(words: readonly Word[]): SettingFormat<Word[]> {
  return formatOf((text) => {
    const parts = text.split(',').map((part) => part.trim());
    const known = words.filter((word) => parts.includes(word));
    const isClean = parts.every((part) => (words as readonly string[]).includes(part));
    return isClean ? ok(known) : bad(`must be a comma-separated list of ${words.join(', ')}`);
  });
}

/** Origins of web pages: scheme, host and port, no path; `*` is every page. */
export const originListFormat = formatOf((text) => {
  if (text === '*') return ok(['*']);
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const isOrigin = (part: string) => URL.parse(part)?.origin === part && /^https?:/.test(part);
  return parts.every(isOrigin) ? ok(parts) : bad('must be origins such as https://tools.example.com, without a path, or *');
});

/** One word of a list. */
export function choiceFormat<const Word extends string>(words: readonly Word[]): SettingFormat<Word> {
  return formatOf((text) => {
    const word = words.find((candidate) => candidate === text.toLowerCase());
    return word === undefined ? bad(`must be one of ${words.join(', ')}`) : ok(word);
  });
}

/** Logins, in any case, and numeric ids of accounts; `*` is everybody. */
export const accountListFormat = formatOf((text): Outcome<'all' | ReadonlySet<string>> => {
  if (text === '*') return ok('all');
  const parts = text.split(',').map((part) => part.trim().toLowerCase());
  const wrong = parts.find((part) => !/^[a-z0-9][a-z0-9_-]{0,99}$/.test(part));
  return wrong === undefined ? ok(new Set(parts)) : bad('must be * or a comma-separated list of logins and numeric ids of accounts');
});

/** Logins, in any case, and numeric ids of people. */
export const personListFormat = formatOf((text): Outcome<ReadonlySet<string>> => {
  const parts = text.split(',').map((part) => part.trim().toLowerCase());
  const isList = parts.every((part) => /^[a-z0-9][a-z0-9_-]{0,99}$/.test(part));
  if (text.trim() === '') return ok(new Set());
  return isList ? ok(new Set(parts)) : bad('must be a comma-separated list of logins and numeric ids of people');
});

const unitMs = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A length of time such as 90s, 5m or 1h, within bounds; becomes milliseconds. */
export function durationFormat(bounds: { min: string; max: string }): SettingFormat<number> {
  const read = (text: string) => {
    const { count, unit } = /^(?<count>\d{1,6})\s*(?<unit>[smh])$/.exec(text)?.groups ?? {};
    return count === undefined ? Number.NaN : Number(count) * unitMs[unit as keyof typeof unitMs];
  };
  return formatOf((text) => {
    const value = read(text);
    const fits = value >= read(bounds.min) && value <= read(bounds.max);
    return fits ? ok(value) : bad(`must be a time from ${bounds.min} to ${bounds.max}, written like 90s, 5m or 1h`);
  });
}

/** A length of time within bounds, or `off`, which becomes null. */
export function durationOrOffFormat(bounds: { min: string; max: string }): SettingFormat<number | null> {
  const duration = durationFormat(bounds);
  return formatOf((text) => {
    if (text.toLowerCase() === 'off') return ok(null);
    const read = duration.safeParse(text);
    return read.success ? ok(read.data) : bad(`must be off, or a time from ${bounds.min} to ${bounds.max}, written like 90s, 5m or 1h`);
  });
}

/** A whole number within bounds. */
export function countFormat(bounds: { min: number; max: number }): SettingFormat<number> {
  return formatOf((text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return count >= bounds.min && count <= bounds.max ? ok(count) : bad(`must be a whole number from ${bounds.min} to ${bounds.max}`);
  });
}

/** Any path or word. */
export const textFormat = formatOf((text) => (text.includes('\0') ? bad('must not contain a NUL character') : ok(text)));

/** The address of a mail server with user and password, which no message repeats. */
export const mailServerFormat = formatOf((text) => {
  const read = parseMailServer(text);
  return read.ok ? read : bad('is not the address of a mail server');
});

/** One e-mail address, with or without a name. */
export const mailboxFormat = formatOf((text) => {
  const read = parseMailbox(text);
  return read.ok ? read : bad('is not one e-mail address');
});

/** One setting: what it is for, how to come by it, and how its text is read. */
export interface Setting<T = unknown> {
  format: SettingFormat<T>;
  /** For people: the shape of the text. */
  type: string;
  /** Used when the setting is not set. */
  default?: string;
  /** True when the start stops without it. */
  required?: boolean;
  /** What it does. */
  help: string;
  /** How to get a good value: the remedy printed with every problem. */
  how: string;
  /** True when its value must never be shown. */
  secret?: boolean;
}
