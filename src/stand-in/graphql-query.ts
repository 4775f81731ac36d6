/** A field of a selection: what it is called in the answer, what it asks for, and what it wants of that. */
export interface Field {
  kind: 'field';
  alias: string;
  name: string;
  args: Record<string, unknown>;
  selection: Selection[];
}

/** A fragment, inline or by name; `on` is the type that it applies to. */
interface Fragment {
  kind: 'fragment';
  on: string | null;
  selection: Selection[];
}

/** One thing in a selection set. */
export type Selection = Field | Fragment;

/** A query that this server does not understand, in words for its author. */
export class GraphqlSyntaxError extends Error {}

const tokens = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()[\]:$!@=|&]/g;

interface Reader {
  tokens: string[];
  position: number;
  variables: Record<string, unknown>;
  fragments: Map<string, Fragment>;
}

/** Reads the one query of a document; variables are put in their places, fragments too. */
export function parseQuery(text: string, variables: Record<string, unknown>): Selection[] {
  // Commas mean nothing in GraphQL, and comments end with their line.
  const reader: Reader = {
    tokens: text.replaceAll(/#[^\n]*/g, '').match(tokens) ?? [],
    position: 0,
    variables: { ...variables },
    fragments: new Map(),
  };
  let selection: Selection[] | undefined;
  while (reader.position < reader.tokens.length) {
    if (peek(reader) === 'fragment') readFragmentDefinition(reader);
    else selection = readOperation(reader);
  }
  if (!selection) throw new GraphqlSyntaxError('A query attribute must be specified and must be a string.');
  return selection;
}

function peek(reader: Reader): string | undefined {
  return reader.tokens[reader.position];
}

function take(reader: Reader, expected?: string): string {
  const token = reader.tokens[reader.position];
  if (token === undefined || (expected !== undefined && token !== expected)) {
    throw new GraphqlSyntaxError(`Expected ${expected ?? 'more'}, actual: ${token ?? 'end of file'}.`);
  }
  reader.position += 1;
  return token;
}

function readOperation(reader: Reader): Selection[] {
  if (peek(reader) === 'mutation' || peek(reader) === 'subscription') throw new GraphqlSyntaxError('This server only answers queries.');
  if (peek(reader) === 'query') {
    take(reader);
    if (peek(reader) !== '{' && peek(reader) !== '(') take(reader);
    if (peek(reader) === '(') readVariableDefinitions(reader);
  }
  return readSelection(reader);
}

function readVariableDefinitions(reader: Reader): void {
  take(reader, '(');
  while (peek(reader) !== ')') {
    take(reader, '$');
    const name = take(reader);
    take(reader, ':');
    while (peek(reader) === '[') take(reader);
    take(reader);
    while (peek(reader) === '!' || peek(reader) === ']') take(reader);
    if (peek(reader) !== '=') continue;
    take(reader);
    const fallback = readValue(reader);
    reader.variables[name] ??= fallback;
  }
  take(reader, ')');
}

/** A fragment may be used before it is defined: the same object is filled when its definition comes. */
function fragmentNamed(reader: Reader, name: string): Fragment {
  const fragment = reader.fragments.get(name) ?? { kind: 'fragment', on: null, selection: [] };
  reader.fragments.set(name, fragment);
  return fragment;
}

function readFragmentDefinition(reader: Reader): void {
  take(reader, 'fragment');
  const fragment = fragmentNamed(reader, take(reader));
  take(reader, 'on');
  fragment.on = take(reader);
  fragment.selection = readSelection(reader);
}

function readSelection(reader: Reader): Selection[] {
  take(reader, '{');
  const selection: Selection[] = [];
  while (peek(reader) !== '}') selection.push(peek(reader) === '...' ? readFragment(reader) : readField(reader));
  take(reader, '}');
  return selection;
}

function readFragment(reader: Reader): Fragment {
  take(reader, '...');
  if (peek(reader) === '{') return { kind: 'fragment', on: null, selection: readSelection(reader) };
  const name = take(reader);
  if (name !== 'on') return fragmentNamed(reader, name);
  return { kind: 'fragment', on: take(reader), selection: readSelection(reader) };
}

function readField(reader: Reader): Field {
  const first = take(reader);
  let name = first;
  if (peek(reader) === ':') {
    take(reader);
    name = take(reader);
  }
  const args: Record<string, unknown> = {};
  if (peek(reader) === '(') {
    take(reader);
    while (peek(reader) !== ')') {
      const argument = take(reader);
      take(reader, ':');
      args[argument] = readValue(reader);
    }
    take(reader, ')');
  }
  const selection = peek(reader) === '{' ? readSelection(reader) : [];
  return { kind: 'field', alias: first, name, args, selection };
}

function readValue(reader: Reader): unknown {
  const token = take(reader);
  if (token === '$') return reader.variables[take(reader)];
  if (token === '[') {
    const items: unknown[] = [];
    while (peek(reader) !== ']') items.push(readValue(reader));
    take(reader, ']');
    return items;
  }
  if (token === '{') {
    const fields: Record<string, unknown> = {};
    while (peek(reader) !== '}') {
      const name = take(reader);
      take(reader, ':');
      fields[name] = readValue(reader);
    }
    take(reader, '}');
    return fields;
  }
  if (token.startsWith('"""')) return token.slice(3, -3);
  if (token.startsWith('"')) return JSON.parse(token);
  if (/^-?\d/.test(token)) return Number(token);
  if (token === 'true' || token === 'false') return token === 'true';
  return token === 'null' ? null : token;
}
