import { data } from '@actions/expressions';
import { ExpressionFailure } from './expressions-failure.ts';

type ExpressionData = data.ExpressionData;

/** The most characters that a value made by an expression may have, counted over all its texts. */
export const maxResultLength = 1024 * 1024;
const maxResultNodes = 200_000;
const maxResultDepth = 100;

/**
 * A plain JSON object as expressions see it. Only own keys exist, in any spelling of upper and lower case as GitHub does it; a member is looked at
 * when it is asked for, so that a large payload costs nothing until then. The library's own dictionary keeps an index in an ordinary
 * object, where keys such as `constructor` get lost.
 */
class PlainDictionary extends data.Dictionary {
  readonly #source: Readonly<Record<string, unknown>>;
  readonly #names = new Map<string, string>();
  readonly #members = new Map<string, ExpressionData>();

  constructor(source: Readonly<Record<string, unknown>>) {
    super();
    this.#source = source;
    for (const key of Object.keys(source)) if (!this.#names.has(key.toLowerCase())) this.#names.set(key.toLowerCase(), key);
  }

  override get(key: string): ExpressionData | undefined {
    const name = this.#names.get(key.toLowerCase());
    if (name === undefined) return undefined;
    let member = this.#members.get(name);
    if (!member) {
      member = toData(this.#source[name]);
      this.#members.set(name, member);
    }
    return member;
  }

  override values(): ExpressionData[] {
    return this.pairs().map((pair) => pair.value);
  }

  override pairs(): { key: string; value: ExpressionData }[] {
    return [...this.#names.values()].map((key) => ({ key, value: this.get(key)! }));
  }
}

/** A JSON array as expressions see it; its members are wrapped on first use. */
class PlainArray extends data.Array {
  readonly #source: readonly unknown[];
  #members: ExpressionData[] | undefined;

  constructor(source: readonly unknown[]) {
    super();
    this.#source = source;
  }

  override get(index: number): ExpressionData {
    return this.values()[index] ?? new data.Null();
  }

  override values(): ExpressionData[] {
    return (this.#members ??= this.#source.map(toData));
  }
}

/** Wraps a JSON value for the evaluator; whatever is not JSON becomes null. */
export function toData(value: unknown): ExpressionData {
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new PlainArray(value);
  if (typeof value === 'object' && value !== null) return new PlainDictionary(value as Record<string, unknown>);
  return new data.Null();
}

/** The JSON value behind the evaluator's data, as a copy. Throws ExpressionFailure when it is too large or too deep. */
export function toPlain(value: ExpressionData): unknown {
  let nodes = 0;
  let length = 0;
  const convert = (item: ExpressionData, depth: number): unknown => {
    nodes += 1;
    if (nodes > maxResultNodes || length > maxResultLength) throw new ExpressionFailure(tooLarge);
    if (depth > maxResultDepth) throw new ExpressionFailure(`The value is nested deeper than ${maxResultDepth} levels.`);
    if (item instanceof data.Dictionary) {
      return Object.fromEntries(
        item.pairs().map((pair) => {
          length += pair.key.length;
          return [pair.key, convert(pair.value, depth + 1)];
        }),
      );
    }
    if (item instanceof data.Array) return item.values().map((member) => convert(member, depth + 1));
    if (item instanceof data.StringData) length += item.value.length;
    if (item instanceof data.Null) return null;
    return item.value;
  };
  const plain = convert(value, 0);
  if (length > maxResultLength) throw new ExpressionFailure(tooLarge);
  return plain;
}

/** The sentence for every value above the limit. */
export const tooLarge = `The value has more than ${maxResultLength} characters or ${maxResultNodes} members.`;
