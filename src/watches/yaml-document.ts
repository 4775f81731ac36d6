import { isAlias, isMap, isPair, isScalar, isSeq, type Alias, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { toProblem, type ConfigPath, type Finding, type Problem } from './problems.ts';
import { LineIndex } from './line-index.ts';
import type { YamlFile } from './read-yaml.ts';

const maxNodes = 20_000;
const maxDepth = 64;
const maxAliases = 50;
/** Values cut by a comment that are told. */
const maxCuts = 50;
/** Keys that would reach into JavaScript's own objects somewhere down the line. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Ends the conversion: the file as a whole is refused. */
class Refusal extends Error {
  readonly finding: Omit<Finding, 'path'> & { offset: number };
  constructor(finding: Omit<Finding, 'path'> & { offset: number }) {
    super(finding.message);
    this.finding = finding;
  }
}

/** A file as plain values, which still knows where each of them stands. */
export class YamlDocument {
  /** Mappings have no prototype; `x-` keys are left out wherever the language allows them. */
  readonly value: unknown;
  readonly #file: YamlFile;
  readonly #lines: LineIndex;
  readonly #conversion: Conversion;
  readonly #index = new Map<YAMLMap<Node, Node | null>, Map<string, Pair<Node, Node | null>>>();

  constructor(file: YamlFile) {
    this.#file = file;
    this.#lines = new LineIndex(file.text);
    this.#conversion = new Conversion();
    this.value = this.#conversion.convert(file.contents, []);
  }

  /** Gives a finding its line and column; one whose place does not exist points at the nearest thing that does. */
  locate(finding: Finding): Problem {
    return toProblem(finding, this.#lines.at(this.#offsetOf(finding)));
  }

  /** True when the text at a path ends where a comment begins, as in `if: ${{ contains(x, ' #') }}` without quotes. */
  isCutByComment(path: ConfigPath): boolean {
    return this.#commentAfter(this.#find(path)?.value ?? null) !== undefined;
  }

  /** Plain values that are followed by a `#word` as if it were part of them: the way to the value, and what is cut off. */
  listCuts(): { path: ConfigPath; cut: string }[] {
    const cuts: { path: ConfigPath; cut: string }[] = [];
    this.#eachScalar(this.#file.contents, [], (node, path) => {
      if (cuts.length >= maxCuts) return;
      const cut = this.#commentAfter(node);
      if (cut !== undefined && /^#[^\s#!-]/.test(cut)) cuts.push({ path, cut });
    });
    return cuts;
  }

  #eachScalar(node: Node | null, path: ConfigPath, visit: (node: Scalar, path: ConfigPath) => void): void {
    if (isScalar(node)) visit(node, path);
    else if (isSeq(node)) node.items.forEach((item, index) => this.#eachScalar(item as Node, [...path, index], visit));
    else if (isMap(node))
      for (const { key, value } of node.items as Pair<Node, Node | null>[])
        this.#eachScalar(value, [...path, isScalar(key) ? String(key.value) : ''], visit);
  }

  /** The comment right behind a plain value in the same line. */
  #commentAfter(node: Node | null): string | undefined {
    if (!isScalar(node) || (node.type !== 'PLAIN' && node.value !== null) || !node.range) return undefined;
    return /^[ \t]*(#.*)/.exec(this.#file.text.slice(node.range[1], node.range[1] + 200))?.[1]?.trimEnd();
  }

  #offsetOf({ path, atKey, offset }: Finding): number {
    for (let length = path.length; length >= 0; length -= 1) {
      const found = this.#find(path.slice(0, length));
      if (!found) continue;
      const exact = length === path.length;
      const empty = !found.value?.range || found.value.range[0] === found.value.range[1];
      const node = found.key && (!exact || atKey || empty) ? found.key : found.value;
      const start = node?.range?.[0] ?? 0;
      return exact && offset !== undefined && isScalar(node) ? start + this.#offsetInside(node, offset) : start;
    }
    return 0;
  }

  /** Where a character of a decoded text stands in the file. Folded and escaped texts are matched by the `${{` that comes before it. */
  #offsetInside(node: Scalar, offset: number): number {
    const source = this.#file.text.slice(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
    const decoded = String(node.value);
    const before = decoded.slice(0, offset);
    const opened = before.lastIndexOf('${{') === -1 ? 0 : before.split('${{').length - 1;
    let at = 0;
    for (let count = 0; count < opened; count += 1) at = source.indexOf('${{', at) + 3;
    const inside = opened === 0 ? before : before.slice(before.lastIndexOf('${{') + 3);
    const begin = source.indexOf(inside + decoded.slice(offset, offset + 1), at);
    return begin === -1 ? align(source, decoded, offset) : begin + inside.length;
  }

  #pairs(map: YAMLMap<Node, Node | null>): Map<string, Pair<Node, Node | null>> {
    let pairs = this.#index.get(map);
    if (!pairs) {
      pairs = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      this.#index.set(map, pairs);
    }
    return pairs;
  }

  #find(path: ConfigPath): { key?: Node; value: Node | null } | undefined {
    let found: { key?: Node; value: Node | null } = { value: this.#file.contents };
    for (const part of path) {
      const node = this.#conversion.resolve(found.value);
      if (isMap(node)) {
        const pair = this.#pairs(node as YAMLMap<Node, Node | null>).get(String(part));
        if (!pair) return undefined;
        found = { key: pair.key, value: pair.value };
      } else if (isSeq(node) && typeof part === 'number' && node.items[part] !== undefined) {
        found = { value: node.items[part] as Node };
      } else return undefined;
    }
    return { ...found, value: this.#conversion.resolve(found.value) };
  }
}

/** Converts a file; a problem that concerns the file as a whole is the only answer then. */
export function createYamlDocument(file: YamlFile): { ok: true; value: YamlDocument } | { ok: false; problem: Problem } {
  try {
    return { ok: true, value: new YamlDocument(file) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message, code, offset } = error.finding;
    return { ok: false, problem: toProblem({ path: [], message, code }, new LineIndex(file.text).at(offset)) };
  }
}

/** One walk over the nodes in the order of the file. */
class Conversion {
  readonly #anchors = new Map<string, Node>();
  readonly #targets = new Map<Alias, Node>();
  readonly #open = new Set<Node>();
  #nodes = 0;
  #aliases = 0;

  /** The node an alias stands for; any other node is itself. */
  resolve(node: Node | null): Node | null {
    return isAlias(node) ? (this.#targets.get(node) ?? null) : node;
  }

  convert(node: Node | null, path: ConfigPath): unknown {
    if (node === null) return null;
    const offset = node.range?.[0] ?? 0;
    this.#nodes += 1;
    if (this.#nodes > maxNodes)
      throw new Refusal({ message: `The file has more than ${maxNodes} values. Make it shorter.`, code: 'config_too_complex', offset });
    if (path.length > maxDepth)
      throw new Refusal({ message: `The file is nested deeper than ${maxDepth} levels.`, code: 'config_too_complex', offset });
    if (isAlias(node)) return this.#convertAlias(node, path);
    this.#checkProperties(node, offset);
    if (isScalar(node)) return convertScalar(node, offset);
    this.#open.add(node);
    const value = isMap(node)
      ? this.#convertMap(node as YAMLMap<Node, Node | null>, path)
      : isSeq(node)
        ? node.items.map((item, index) => this.convert(item as Node, [...path, index]))
        : null;
    this.#open.delete(node);
    return value;
  }

  #checkProperties(node: Node, offset: number): void {
    if (node.tag !== undefined) {
      throw new Refusal({
        message: 'Tags such as `!name` are not allowed here. Put a text that begins with `!` in quotes.',
        code: 'config_yaml_refused',
        offset,
      });
    }
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node);
  }

  #convertAlias(alias: Alias, path: ConfigPath): unknown {
    const offset = alias.range?.[0] ?? 0;
    this.#aliases += 1;
    if (this.#aliases > maxAliases)
      throw new Refusal({ message: `The file uses more than ${maxAliases} aliases.`, code: 'config_too_complex', offset });
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source);
    if (!target) {
      throw new Refusal({
        message: `There is no anchor \`&${alias.source.slice(0, 50)}\` before this alias. Put a pattern that begins with \`*\` in quotes.`,
        code: 'config_syntax',
        offset,
      });
    }
    if (this.#open.has(target))
      throw new Refusal({
        message: `The alias \`*${alias.source.slice(0, 50)}\` contains itself. Write out what is meant.`,
        code: 'config_yaml_refused',
        offset,
      });
    this.#targets.set(alias, target);
    return this.convert(target, path);
  }

  #convertMap(map: YAMLMap<Node, Node | null>, path: ConfigPath): Record<string, unknown> {
    const value = Object.create(null) as Record<string, unknown>;
    const seen = new Set<string>();
    for (const pair of map.items) {
      const key = readKey(pair, map);
      if (seen.has(key)) {
        throw new Refusal({ ...sayTwice(key, path), offset: pair.key.range?.[0] ?? 0 });
      }
      seen.add(key);
      const member = this.convert(pair.value, [...path, key]);
      if (!isExtension(key, path)) value[key] = member;
    }
    return value;
  }
}

/** How far apart two characters of a text can stand in the file: a line's end and the indentation of the next. */
const widestGap = 200;

/** Where a character of a folded or escaped text stands in its source: both are walked together, and blanks do not count. */
function align(source: string, decoded: string, offset: number): number {
  let at = /^[|>]/.test(source) ? source.indexOf('\n') + 1 : 0;
  let found = at;
  for (let index = 0; index <= offset && index < decoded.length; index += 1) {
    const character = decoded[index]!;
    if (/\s/.test(character)) continue;
    const next = source.indexOf(character, at);
    if (next === -1 || next - at > widestGap) continue;
    found = next;
    at = next + 1;
  }
  return found;
}

function sayTwice(key: string, path: ConfigPath): Pick<Finding, 'message' | 'code'> {
  const name = key.slice(0, 100);
  const [top, , part, state] = path;
  if (path.length === 4 && top === 'machines' && part === 'transitions')
    return { message: `The state \`${String(state)}\` says twice what \`${name}\` does. Keep one of them.`, code: 'machine_conflict' };
  return { message: `The key \`${name}\` is here a second time. Keep one of them.`, code: 'config_key_duplicate' };
}

function readKey(pair: Pair<Node, Node | null>, map: YAMLMap): string {
  const offset = (isPair(pair) ? pair.key?.range?.[0] : undefined) ?? map.range?.[0] ?? 0;
  if (!isScalar(pair.key)) throw new Refusal({ message: 'A key must be plain text.', code: 'config_yaml_refused', offset });
  const key = String(pair.key.value);
  if (forbiddenKeys.has(key))
    throw new Refusal({ message: `The key \`${key}\` is not allowed. Choose another name.`, code: 'config_yaml_refused', offset });
  if (key === '<<')
    throw new Refusal({ message: 'Merge keys (`<<`) are not part of YAML 1.2. Write the keys out.', code: 'config_yaml_refused', offset });
  return key;
}

/** `x-` keys are the user's own, except where every key means something: in inputs, environment and variables. */
function isExtension(key: string, path: ConfigPath): boolean {
  return key.startsWith('x-') && !path.some((part) => part === 'with' || part === 'env' || part === 'vars' || part === 'parameters');
}

function convertScalar(node: Scalar, offset: number): unknown {
  const { value } = node;
  if (typeof value !== 'number') return value;
  if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value;
  throw new Refusal({
    message: `\`${node.source ?? String(value)}\` cannot be kept as a number. Put it in quotes.`,
    code: 'config_value_invalid',
    offset,
  });
}
