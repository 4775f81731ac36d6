import { createHash } from 'node:crypto';

/**
 * Everything that a step makes on GitHub carries a mark, a comment that nobody sees: whose it is, so that a second try finds what the
 * first one made although its answer was lost (handbook E6), and under which key, so that there is one of it.
 */
const markPattern = /<!-- repowatch((?: [\w-]+)+) -->/g;

/** GitHub's limit is 65,536 characters; what we put around a text has to fit in, too. */
const longestBody = 65_000;

/** What stands for a key of people's choice in a mark; also where it is claimed. It says nothing about the key. */
export function tokenOfKey(scope: string, key: string): string {
  return `key_${createHash('sha256').update(`${scope} ${key}`).digest('base64url').slice(0, 27)}`;
}

/** A text with a mark of these tokens at its end, cut to what GitHub takes. */
export function withMark(body: string, tokens: readonly string[]): string {
  const mark = `<!-- repowatch ${tokens.join(' ')} -->`;
  const text = body.toWellFormed().replaceAll('\u0000', '\uFFFD').replaceAll(markPattern, '');
  const cut = text.length <= longestBody - mark.length ? text : `${text.slice(0, longestBody - mark.length - 2).toWellFormed()}…`;
  return cut === '' ? mark : `${cut}\n\n${mark}`;
}

/** The tokens in the last mark of a text; none without one. */
export function readMark(body: string | null | undefined): string[] {
  const last = [...(body ?? '').matchAll(markPattern)].at(-1);
  return last ? last[1]!.trim().split(' ') : [];
}

/** True when a text carries this token. */
export function hasMark(body: string | null | undefined, token: string): boolean {
  return readMark(body).includes(token);
}
