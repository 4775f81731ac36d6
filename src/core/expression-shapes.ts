import { didYouMean } from './suggest.ts';

/** What is known of a value before it is there: anything; a plain value without properties; a mapping; a list. */
export type Shape =
  | 'any'
  | 'value'
  | {
      members: Readonly<Record<string, Shape>>;
      /** What is said of a name that is not among them, after it; default: that there is none. */
      unknown?: string;
    }
  | { items: Shape };

/** One step into a value: `.name`, `['name']`, `[0]`, `.*` or a computed `[…]`. */
export interface Link {
  /** The name when it is written out; undefined for everything else. */
  name: string | undefined;
  /** True for `.*`. */
  star: boolean;
  /** Where its text begins in the source, in characters from 0; undefined when that is not known. */
  offset: number | undefined;
}

/** Follows the steps into a shape and says which of them leads nowhere, and why; undefined when all is well or cannot be known. */
export function checkLinks(
  start: { shape: Shape; written: string; about: string },
  links: readonly Link[],
): { message: string; offset: number | undefined } | undefined {
  let { shape, written } = start;
  for (const { name, star, offset } of links) {
    if (shape === 'any') return undefined;
    if (shape === 'value') {
      return name === undefined ? undefined : { message: `\`${written}\` is a single value and has no \`${name.slice(0, 50)}\`.`, offset };
    }
    if ('items' in shape) {
      if (name !== undefined)
        return {
          message: `\`${written}\` is a list and has no \`${name.slice(0, 50)}\`. Write \`${written}[0]\` for one of it, or \`${written}.*\` for all.`,
          offset,
        };
      shape = shape.items;
      written += star ? '.*' : '[…]';
      continue;
    }
    if (name === undefined) return undefined;
    const known = Object.keys(shape.members);
    const member: string | undefined = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (member === undefined) {
      const list = known.length === 0 ? '' : ` Known here: ${known.slice(0, 40).join(', ')}.`;
      const cut = name.slice(0, 50);
      const lost =
        shape.unknown === undefined ? `\`${written}\` has no \`${cut}\`${start.about}` : `\`${written}.${cut}\` ${shape.unknown}`;
      return { message: `${lost}.${guess(name, known)}${list}`, offset };
    }
    shape = shape.members[member]!;
    written += `.${member}`;
  }
  return undefined;
}

/** A slip of the pen, or the first or last word of a longer name. */
function guess(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  if (near !== '') return near;
  const longer = known.find((word) => word.startsWith(`${name.toLowerCase()}_`) || word.endsWith(`_${name.toLowerCase()}`));
  return longer === undefined ? '' : ` Did you mean \`${longer}\`?`;
}

/** The shape that allows what either allows. */
export function unionShape(a: Shape, b: Shape): Shape {
  if (a === 'any' || b === 'any') return 'any';
  // A value that can be empty or a mapping is read like a mapping.
  if (a === 'value') return b;
  if (b === 'value') return a;
  if ('items' in a) return 'items' in b ? { items: unionShape(a.items, b.items) } : 'any';
  if ('items' in b) return 'any';
  const members: Record<string, Shape> = { ...a.members };
  for (const [name, shape] of Object.entries(b.members)) {
    const other = members[name];
    members[name] = other === undefined ? shape : unionShape(other, shape);
  }
  return { members };
}

/** Reads the shape out of a JSON Schema; what it does not close is open. */
export function shapeOfJsonSchema(schema: unknown): Shape {
  if (typeof schema !== 'object' || schema === null) return 'any';
  const { type, properties, additionalProperties, items, anyOf } = schema as Record<string, unknown>;
  if (Array.isArray(anyOf)) return anyOf.map(shapeOfJsonSchema).reduce(unionShape, 'value');
  if (type === 'array') return { items: shapeOfJsonSchema(items) };
  if (type === 'object') {
    if (additionalProperties !== false) return 'any';
    const entries = Object.entries((properties ?? {}) as Record<string, unknown>);
    return { members: Object.fromEntries(entries.map(([name, member]) => [name, shapeOfJsonSchema(member)])) };
  }
  return type === undefined && !('const' in schema) && !('enum' in schema) ? 'any' : 'value';
}
