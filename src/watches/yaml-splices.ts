import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { isScalarValue, renderBlock, renderFlow, renderScalar } from './render-yaml.ts';
import type { ConfigPath } from './problems.ts';

/** A part of a text to be replaced, by offsets. */
export interface Splice {
  from: number;
  to: number;
  text: string;
}

/** A file that is being edited: its text, and what stands where. */
export interface Source {
  text: string;
  document: Document.Parsed;
}

type BlockMap = YAMLMap<Node, Node | null>;
type Entry = Pair<Node, Node | null>;

/** What a path leads to: the nodes on the way, as far as it goes. */
interface Way {
  nodes: (Node | null)[];
  pairs: (Entry | undefined)[];
}

/** The order in which people write keys; what is not named stands behind. */
const usualOrder = (
  'version extends defaults reconcile vars id name description on types branches tags paths paths_unknown authors labels ' +
  'if mode order concurrency settle batch parameters include_self uses with env retry timeout steps watches machines'
).split(' ');

const rank = (key: unknown): number => {
  const index = usualOrder.indexOf(String(key));
  return index === -1 ? usualOrder.length : index;
};

const keyOf = (pair: Entry): string => (isScalar(pair.key) ? String(pair.key.value) : '');
const isFlow = (node: Node | null | undefined): boolean => (isMap(node) || isSeq(node)) && node.flow === true;
const isBlock = (node: Node | null | undefined): node is BlockMap | YAMLSeq<Node> => (isMap(node) || isSeq(node)) && node.flow !== true;
const start = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;

/** Follows a path as far as it goes. */
function follow({ document }: Source, path: ConfigPath): Way {
  const nodes: Way['nodes'] = [document.contents];
  const pairs: Way['pairs'] = [undefined];
  for (const part of path) {
    const node = nodes.at(-1);
    if (isMap(node)) {
      const pair = (node as BlockMap).items.find((item) => keyOf(item) === String(part));
      if (!pair) break;
      pairs.push(pair);
      nodes.push(pair.value);
    } else if (isSeq(node) && typeof part === 'number' && node.items[part] !== undefined) {
      pairs.push(undefined);
      nodes.push(node.items[part] as Node);
    } else break;
  }
  return { nodes, pairs };
}

/** Where what belongs to a node ends: the begin of a line, or the end of the text. */
function endOf(text: string, node: Node | null, key?: Node): number {
  const range = node?.range ?? key?.range;
  const end = isBlock(node) ? (range?.[1] ?? 0) : (range?.[2] ?? 0);
  if (end === 0 || text[end - 1] === '\n') return end;
  const next = text.indexOf('\n', end);
  return next === -1 ? text.length : next + 1;
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
const indentAt = (text: string, offset: number): string => ' '.repeat(offset - lineStart(text, offset));
const withEnd = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** What is set below keys that are not there yet. */
function nest(path: ConfigPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, part) => (typeof part === 'number' ? [inner] : { [part]: inner }), value);
}

/** The collection in `[ ]` or `{ }` that a path goes through first, with the path from there. */
function outermostFlow({ nodes, pairs }: Way): { node: Node; depth: number; pair: Entry | undefined } | undefined {
  const depth = nodes.findIndex(isFlow);
  return depth === -1 ? undefined : { node: nodes[depth]!, depth, pair: pairs[depth] };
}

/** A pair of a block as its lines, the first without its indentation. */
const renderPair = (key: string, value: unknown, indent: string): string => `${renderBlock({ [key]: value }, indent)}\n`;

function replacePair(text: string, pair: Entry, value: unknown): Splice {
  const from = start(pair.key);
  const to = endOf(text, pair.value, pair.key);
  const indent = indentAt(text, from);
  const node = pair.value;
  // What was said behind the old value is kept, above the new one.
  const said = isScalar(node) && node.range ? /^[ \t]*(#.*)/.exec(text.slice(node.range[1], to))?.[1] : undefined;
  return { from, to, text: `${said === undefined ? '' : `${said}\n${indent}`}${renderPair(keyOf(pair), value, indent)}` };
}

function insertPair(text: string, map: BlockMap, { key, value }: { key: string; value: unknown }): Splice {
  const before = map.items.findLast((item) => rank(keyOf(item)) <= rank(key));
  const indent = indentAt(text, start(map.items[0]?.key));
  const rendered = renderPair(key, value, indent);
  if (before === undefined) {
    const at = start(map.items[0]?.key);
    return { from: at, to: at, text: `${rendered}${indent}` };
  }
  const at = endOf(text, before.value, before.key);
  const gap = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return { from: at, to: at, text: `${gap}${standApart(text, map, rendered) ? '\n' : ''}${indent}${rendered}` };
}

/** Watches stand apart from each other where they did before, and long ones where there was only one. */
function standApart(text: string, map: BlockMap, rendered: string): boolean {
  const [first, second] = map.items;
  if (second === undefined) return rendered.split('\n').length > 4 && isBlock(first?.value);
  return /^[ \t]*\n/m.test(text.slice(endOf(text, first!.value, first!.key), start(second.key)));
}

function appendItem(text: string, seq: YAMLSeq<Node>, value: unknown): Splice {
  const last = seq.items.at(-1)!;
  const dash = text.lastIndexOf('-', start(last));
  const indent = indentAt(text, dash);
  const at = endOf(text, last);
  const gap = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return { from: at, to: at, text: `${gap}${indent}- ${renderBlock(value, `${indent}  `)}\n` };
}

function isOneLine(node: Node | null): node is Scalar {
  return isScalar(node) && node.range !== null && node.range !== undefined && !String(node.type).startsWith('BLOCK');
}

/** The change of a text that sets what a path leads to; undefined where that cannot be said in one. */
export function spliceSet(source: Source, path: ConfigPath, value: unknown): Splice | undefined {
  const { text } = source;
  const way = follow(source, path);
  const flow = outermostFlow(way);
  if (flow && flow.depth < path.length) return spliceFlow(source, { flow, path, value });
  const node = way.nodes.at(-1) ?? null;
  const pair = way.pairs.at(-1);
  if (way.nodes.length === path.length + 1) {
    const scalar = isScalarValue(value) && isOneLine(node) && start(node) !== node.range![1] ? renderScalar(value) : undefined;
    if (scalar !== undefined) return { from: start(node), to: node!.range![1], text: scalar };
    if (pair) return replacePair(text, pair, value);
    const from = start(node);
    return { from, to: endOf(text, node), text: `${renderBlock(value, indentAt(text, from))}\n` };
  }
  const depth = way.nodes.length - 1;
  const rest = nest(path.slice(depth + 1), value);
  const key = path[depth]!;
  if (isMap(node) && node.items.length > 0) return insertPair(text, node as BlockMap, { key: String(key), value: rest });
  if (isSeq(node) && node.items.length === key) return appendItem(text, node as YAMLSeq<Node>, rest);
  // A key without a value, or with one that cannot hold this.
  return pair && (node === null || isScalar(node)) ? replacePair(text, pair, nest(path.slice(depth), value)) : undefined;
}

function spliceFlow(
  { text, document }: Source,
  wish: { flow: { node: Node; depth: number; pair: Entry | undefined }; path: ConfigPath; value: unknown },
): Splice | undefined {
  const { flow, path, value } = wish;
  const { node, depth, pair } = flow;
  const changed = setInside(node.toJS(document) as unknown, path.slice(depth), value);
  const line = renderFlow(changed);
  const [from, end] = [start(node), node.range?.[1] ?? 0];
  const isBare = 'items' in node && node.items.length === 0 && typeof value === 'object';
  const isWritten = !isBare && !text.slice(from, end).includes('\n');
  if (line !== undefined && isWritten && from - lineStart(text, from) + line.length <= 110) return { from, to: end, text: line };
  return pair && depth > 0 && isAtLineStart(text, start(pair.key)) ? replacePair(text, pair, changed) : undefined;
}

/** True where only blanks and the dash of a list stand before it in its line. */
function isAtLineStart(text: string, offset: number): boolean {
  return /^[ \t-]*$/.test(text.slice(lineStart(text, offset), offset));
}

/** A value with something set, or removed when it is undefined, inside it. */
export function setInside(root: unknown, path: ConfigPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    const list = Array.isArray(root) ? [...(root as unknown[])] : [];
    const inner = setInside(list[part], rest, value);
    if (inner === undefined) list.splice(part, 1);
    else list[part] = inner;
    return list;
  }
  const map = typeof root === 'object' && root !== null && !Array.isArray(root) ? { ...(root as Record<string, unknown>) } : {};
  const inner = setInside(map[part], rest, value);
  if (inner === undefined) delete map[part];
  else map[part] = inner;
  return map;
}

/** The change of a text that takes away what a path leads to. */
export function spliceRemove(source: Source, path: ConfigPath): Splice | undefined {
  const { text } = source;
  const way = follow(source, path);
  if (way.nodes.length !== path.length + 1) return undefined;
  const flow = outermostFlow({ nodes: way.nodes.slice(0, -1), pairs: way.pairs });
  if (flow) return spliceFlow(source, { flow, path, value: undefined });
  const parent = way.nodes.at(-2);
  if (!isBlock(parent)) return undefined;
  if (parent.items.length === 1) return way.pairs.at(-2) && replacePair(text, way.pairs.at(-2)!, isMap(parent) ? {} : []);
  const pair = way.pairs.at(-1);
  if (!pair) return removeItem(text, parent as YAMLSeq<Node>, path.at(-1) as number);
  const from = start(pair.key);
  const to = endOf(text, pair.value, pair.key);
  const isFirst = (parent as BlockMap).items[0] === pair;
  // Behind a dash: what comes next takes its place.
  if (isFirst && text.slice(lineStart(text, from), from).includes('-')) {
    const next = (parent as BlockMap).items[1]!;
    return { from, to: start(next.key), text: '' };
  }
  return { from: aboveComments(text, lineStart(text, from)), to, text: '' };
}

/** The begin of the comments that stand right above a line. */
function aboveComments(text: string, at: number): number {
  let from = at;
  while (from > 0) {
    const before = lineStart(text, from - 1);
    if (!/^[ \t]*#/.test(text.slice(before, from))) return from;
    from = before;
  }
  return from;
}

/** Where the lines of an item of a list begin and end, the comments above it included. */
function chunkOf(text: string, seq: YAMLSeq<Node>, index: number): { from: number; to: number } {
  const item = seq.items[index]!;
  const dash = lineStart(text, text.lastIndexOf('-', start(item)));
  return { from: index === 0 ? aboveComments(text, dash) : endOf(text, seq.items[index - 1]!), to: endOf(text, item) };
}

function removeItem(text: string, seq: YAMLSeq<Node>, index: number): Splice {
  return { ...chunkOf(text, seq, index), text: '' };
}

/** The change of a text that lets an item of a list and the one behind it change places. */
export function spliceSwap(source: Source, path: ConfigPath, index: number): Splice | undefined {
  const { text } = source;
  const seq = follow(source, path).nodes.at(-1);
  if (!isSeq(seq) || !isBlock(seq) || seq.items[index + 1] === undefined) return undefined;
  const one = chunkOf(text, seq, index);
  const other = chunkOf(text, seq, index + 1);
  if (one.to !== other.from) return undefined;
  return { from: one.from, to: other.to, text: withEnd(text.slice(other.from, other.to)) + withEnd(text.slice(one.from, one.to)) };
}

/** The change of a text that gives a key another name. */
export function spliceRename(source: Source, path: ConfigPath, name: string): Splice | undefined {
  const way = follow(source, path);
  const key = way.pairs.at(-1)?.key;
  if (way.nodes.length !== path.length + 1 || !isScalar(key) || !key.range) return undefined;
  const text = renderScalar(name);
  return text === undefined ? undefined : { from: key.range[0], to: key.range[1], text };
}

/** The change of a text that writes out what an alias on the way stands for. */
export function spliceAlias(source: Source, path: ConfigPath): Splice | undefined {
  const way = follow(source, path);
  const node = way.nodes.at(-1);
  if (!isAlias(node) || way.nodes.length > path.length) return undefined;
  const pair = way.pairs.at(-1);
  const value: unknown = node.toJS(source.document);
  return pair ? replacePair(source.text, pair, value) : undefined;
}
