import { RepoWatchError } from './errors.ts';
import { failed, ok, type Outcome } from './outcome.ts';

/**
 * GitHub's filter patterns for branch, tag and file names (its workflow syntax, "filter pattern cheat sheet").
 * An own matcher instead of a glob library: in these patterns `?` and `+` repeat the character before them. Names are matched by
 * walking all possible positions at once, so the time is pattern length × name length for every input.
 */
interface Item {
  test: (character: string) => boolean;
  /** May match again and again. */
  repeat: boolean;
  /** How many items may be passed over without matching: 0 when this one must match. */
  skip: number;
}

interface Pattern {
  text: string;
  negative: boolean;
  items: Item[];
  /** The characters before the first special one: most names are told apart by them. */
  prefix: string;
  /** True when nothing is special and the prefix is the whole name. */
  plain: boolean;
}

/** The answer for one name: the pattern that decided, which is a negative one when a name was taken out again. */
interface PatternMatch {
  matched: boolean;
  by?: string;
}

/** Answers for a name whether the list of patterns picks it. */
export type PatternMatcher = (name: string) => PatternMatch;

const longestPattern = 1024;
const anything = (): boolean => true;
const notSlash = (character: string): boolean => character !== '/';

/** Reads one pattern, or says in words what is wrong with it. */
export function checkPattern(text: string): string | undefined {
  const outcome = parsePattern(text);
  return outcome.ok ? undefined : outcome.message;
}

/**
 * Compiles a list of patterns. The order matters: the last pattern that fits a name decides, and one that begins with `!` takes names out
 * again. Throws config_value_invalid for a pattern that checkPattern refuses.
 */
export function compilePatterns(list: readonly string[]): PatternMatcher {
  const patterns = list.map((text) => {
    const outcome = parsePattern(text);
    if (!outcome.ok) throw new RepoWatchError('config_value_invalid', outcome.message);
    return outcome.value;
  });
  return (name) => {
    const characters = Array.from(name);
    let result: PatternMatch = { matched: false };
    for (const pattern of patterns) {
      // A pattern that would not change the answer need not be tried.
      if (pattern.negative !== result.matched || !fits(pattern, name, characters)) continue;
      result = { matched: !pattern.negative, by: pattern.text };
    }
    return result;
  };
}

function fits(pattern: Pattern, name: string, characters: string[]): boolean {
  if (pattern.plain) return name === pattern.prefix;
  if (!name.startsWith(pattern.prefix)) return false;
  const { items } = pattern;
  let current = new Uint8Array(items.length + 1);
  let next = new Uint8Array(items.length + 1);
  reach(items, current, 0);
  for (const character of characters) {
    let alive = false;
    for (let index = 0; index < items.length; index += 1) {
      if (!current[index] || !items[index]!.test(character)) continue;
      alive = true;
      // Once it has matched, what it may be passed over together with may not be passed over any more.
      if (items[index]!.repeat) next[index] = 1;
      reach(items, next, index + 1);
    }
    if (!alive) return false;
    [current, next] = [next, current];
    next.fill(0);
  }
  return current[items.length] === 1;
}

/** Marks a position and every later one that can be reached from it without a character. */
function reach(items: Item[], positions: Uint8Array, start: number): void {
  const pending = [start];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (positions[index]) continue;
    positions[index] = 1;
    const item = items[index];
    if (item && item.skip > 0) pending.push(index + item.skip);
  }
}

function parsePattern(text: string): Outcome<Pattern, 'config_value_invalid'> {
  const problem = (reason: string) => failed('config_value_invalid', `The pattern \`${text.slice(0, 100)}\` ${reason}`);
  if (text.length > longestPattern) return problem(`is longer than ${longestPattern} characters.`);
  const negative = text.startsWith('!');
  const characters = Array.from(negative ? text.slice(1) : text);
  if (characters.length === 0) return problem('is empty: write a name or a pattern such as `release/**`.');
  const reader = new PatternReader(characters);
  const reason = reader.read();
  if (reason !== undefined) return problem(reason);
  const { items, literals } = reader;
  const special = literals.findIndex((literal) => literal === undefined);
  const prefix = literals.slice(0, special === -1 ? undefined : special).join('');
  return ok({ text, negative, items, prefix, plain: special === -1 });
}

class PatternReader {
  readonly items: Item[] = [];
  /** Beside each item its character, when it is one that must be there exactly once. */
  readonly literals: (string | undefined)[] = [];
  readonly #characters: string[];
  #at = 0;

  constructor(characters: string[]) {
    this.#characters = characters;
  }

  /** Fills the items; answers what is wrong with the pattern, if anything. */
  read(): string | undefined {
    while (this.#at < this.#characters.length) {
      const character = this.#characters[this.#at]!;
      this.#at += 1;
      const reason = this.#readOne(character);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #readOne(character: string): string | undefined {
    switch (character) {
      case '*':
        return this.#readStar();
      case '?':
      case '+':
        return this.#readRepeat(character);
      case '[':
        return this.#readSet();
      case '\\': {
        const escaped = this.#characters[this.#at];
        if (escaped === undefined) return 'ends in a `\\` with nothing to escape.';
        this.#at += 1;
        return this.#addLiteral(escaped);
      }
      default:
        return this.#addLiteral(character);
    }
  }

  #addLiteral(literal: string): undefined {
    this.items.push({ test: (character) => character === literal, repeat: false, skip: 0 });
    this.literals.push(literal);
  }

  #add(item: Item): undefined {
    this.items.push(item);
    this.literals.push(undefined);
  }

  #readStar(): undefined {
    const start = this.#at - 1;
    if (this.#characters[this.#at] !== '*') return this.#add({ test: notSlash, repeat: true, skip: 1 });
    while (this.#characters[this.#at] === '*') this.#at += 1;
    const wholeFolder = (start === 0 || this.#characters[start - 1] === '/') && this.#characters[this.#at] === '/';
    if (!wholeFolder) return this.#add({ test: anything, repeat: true, skip: 1 });
    // `**/` at the start of a folder also stands for no folder at all, so both items can be passed over together.
    this.#at += 1;
    this.#add({ test: anything, repeat: true, skip: 2 });
    return this.#add({ test: (character) => character === '/', repeat: false, skip: 0 });
  }

  #readRepeat(character: '?' | '+'): string | undefined {
    const item = this.items.at(-1);
    if (!item)
      return `begins with \`${character}\`, which repeats the character before it; write \`\\${character}\` for the character itself.`;
    if (character === '+') item.repeat = true;
    else item.skip = Math.max(item.skip, 1);
    this.literals[this.literals.length - 1] = undefined;
    return undefined;
  }

  #readSet(): string | undefined {
    const members = new Set<string>();
    const ranges: [string, string][] = [];
    if (['^', '!'].includes(this.#characters[this.#at] ?? ''))
      return 'has a negated set, which GitHub’s patterns do not know; use a second pattern that begins with `!`.';
    for (;;) {
      const from = this.#setMember();
      if (from === undefined) return 'has a `[` without its `]`; write `\\[` for the character itself.';
      if (from === ']') break;
      const to = this.#characters[this.#at + 1];
      if (this.#characters[this.#at] !== '-' || to === undefined || to === ']') {
        members.add(from.startsWith('\\') ? from.slice(1) : from);
        continue;
      }
      this.#at += 2;
      if (!isRange(from, to)) return `has the range \`${from}-${to}\`; ranges can be within a-z, A-Z or 0-9.`;
      ranges.push([from, to]);
    }
    if (members.size === 0 && ranges.length === 0) return 'has an empty set `[]`.';
    const test = (character: string) => members.has(character) || ranges.some(([from, to]) => character >= from && character <= to);
    return this.#add({ test, repeat: false, skip: 0 });
  }

  /** The next member of a set; an escaped one keeps its backslash so that `\]` does not end the set. */
  #setMember(): string | undefined {
    const character = this.#characters[this.#at];
    this.#at += 1;
    if (character !== '\\') return character;
    const escaped = this.#characters[this.#at];
    this.#at += 1;
    return escaped === undefined ? undefined : `\\${escaped}`;
  }
}

function isRange(from: string, to: string): boolean {
  return [/^[a-z]$/, /^[A-Z]$/, /^[0-9]$/].some((kind) => kind.test(from) && kind.test(to)) && from <= to;
}
