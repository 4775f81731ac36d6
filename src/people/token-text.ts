import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const prefix = 'rwt_';
/** 62^32 is more than 190 bits. */
const randomLength = 32;
const checkLength = 6;

/** What begins like a token of ours is one, was one, or is meant to be one. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith(prefix);
}

function checkOf(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let place = 0; place < checkLength; place += 1) {
    text = digits.charAt(rest % digits.length) + text;
    rest = Math.floor(rest / digits.length);
  }
  return text;
}

/** A new token: `rwt_`, 32 random characters, and six that follow from them, so that a slip in copying is told without asking the database. */
export function createTokenText(): string {
  let random = '';
  while (random.length < randomLength) random += digits.charAt(randomInt(digits.length));
  return `${prefix}${random}${checkOf(random)}`;
}

/** True when the last six characters fit the rest. Pure. */
export function isTokenText(text: string): boolean {
  const [, random, check] = /^rwt_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/.exec(text) ?? [];
  return random !== undefined && check === checkOf(random);
}

/** What is kept of a token or of a session's id. They are random and long, so a plain hash tells nothing of them. */
export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** What is shown of a token afterwards, to tell it from others. */
export function hintOf(text: string): string {
  return `${text.slice(0, 8)}…`;
}
