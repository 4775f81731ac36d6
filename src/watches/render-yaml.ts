import { Document, isSeq, visit } from 'yaml';

/** Lists and mappings that fit into a line this long are written in one, as people do. */
const shortLine = 72;

const isPlain = (value: unknown): value is string | number | boolean | null => value === null || typeof value !== 'object';

function lines(value: unknown): string {
  const document = new Document(value, { version: '1.2' });
  visit(document, {
    Seq(_key, node) {
      if (node.items.length > 0 && isShortList(node.toJSON())) node.flow = true;
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false, nullStr: '' });
  return text.replace(/\n$/, '');
}

function isShortList(value: unknown): boolean {
  if (!Array.isArray(value) || !value.every(isPlain)) return false;
  return !value.some((item) => typeof item === 'string' && item.includes('\n')) && JSON.stringify(value).length <= shortLine;
}

/** One value as it may stand inside `[ ]` and `{ }`, on one line; undefined when it has a text of several lines. */
export function renderFlow(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const items = value.map(renderFlow);
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, member]) => [renderFlow(key), renderFlow(member)] as const);
    if (pairs.some(([key, member]) => key === undefined || member === undefined)) return undefined;
    return pairs.length === 0 ? '{}' : `{ ${pairs.map(([key, member]) => `${key}:${member === '' ? '' : ` ${member}`}`).join(', ')} }`;
  }
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string' && value.includes('\n')) return undefined;
  const document = new Document([value], { version: '1.2' });
  if (isSeq(document.contents)) document.contents.flow = true;
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false }).trim();
  return text.includes('\n') ? undefined : text.slice(1, -1).trim();
}

/** A value as it stands behind a key or a dash of a block, without a line end. `indent` stands before each line but the first. */
export function renderBlock(value: unknown, indent: string): string {
  return lines(value)
    .split('\n')
    .map((line, index) => (index === 0 || line === '' ? line : indent + line))
    .join('\n');
}

/** A text, number or word as it stands behind a key, on one line; undefined when it needs several. */
export function renderScalar(value: unknown): string | undefined {
  const text = lines(value);
  return text.includes('\n') || /^[|>]/.test(text) ? undefined : text;
}

/** True for what stands for itself: no list, no mapping. */
export function isScalarValue(value: unknown): boolean {
  return isPlain(value);
}
