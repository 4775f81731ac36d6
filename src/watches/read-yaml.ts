import { Composer, Lexer, Parser, type CST, type Document, type Node } from 'yaml';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { LineIndex } from './line-index.ts';
import { toProblem, type Problem } from './problems.ts';

/** The largest file that is looked at, in bytes. */
const maxConfigBytes = 128 * 1024;
/** Pieces of syntax that a file may have; a file of 128 KiB written by people stays far below. */
const maxLexemes = 40_000;

/** A file that is well-formed YAML, not yet looked at any further. */
export interface YamlFile {
  text: string;
  contents: Node | null;
}

/** Ends the reading at the first problem, so that a file of a hundred thousand errors takes no longer than one. */
class FirstProblem extends Error {
  readonly offset: number;
  readonly code: ErrorCode;
  constructor(message: string, offset: number, code: ErrorCode) {
    super(message);
    this.offset = offset;
    this.code = code;
  }
}

/** Reads a file as one YAML 1.2 document, or answers the first thing that is wrong with it. Duplicate keys are found later. */
export function readYaml(input: string | Uint8Array): { ok: true; value: YamlFile } | { ok: false; problem: Problem } {
  let text = '';
  try {
    text = decode(input);
    refuseStrange(text);
    return { ok: true, value: { text, contents: compose(text) } };
  } catch (error) {
    if (!(error instanceof FirstProblem)) throw error;
    const { message, code, offset } = error;
    return { ok: false, problem: toProblem({ path: [], message, code }, new LineIndex(text).at(offset)) };
  }
}

function decode(input: string | Uint8Array): string {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (size > maxConfigBytes)
    throw new FirstProblem(`The file has ${size} bytes; at most ${maxConfigBytes} are read. Make it shorter.`, 0, 'config_too_large');
  try {
    return typeof input === 'string' ? input.replace(/^\uFEFF/, '') : new TextDecoder('utf-8', { fatal: true }).decode(input);
  } catch {
    throw new FirstProblem('The file is not UTF-8 text. Save it as UTF-8.', 0, 'config_not_text');
  }
}

function refuseStrange(text: string): void {
  const strange = /(?![\t\n\r])[\p{Cc}\uFEFF]|\r(?!\n)|\p{Cs}/u.exec(text);
  if (strange) {
    const code = strange[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    throw new FirstProblem(`The file has the character U+${code} here, which is not allowed. Remove it.`, strange.index, 'config_not_text');
  }
}

function compose(text: string): Node | null {
  const composer = new Composer({
    version: '1.2',
    strict: true,
    stringKeys: true,
    uniqueKeys: false,
    merge: false,
    resolveKnownTags: false,
  });
  let first: FirstProblem | undefined;
  // The composer collects every error unless its handler throws. It also catches what its handler throws inside a collection and reports
  // that once more, so the first one is kept here.
  const onError = (source: ErrorSource, code: string, message: string): never => {
    first ??= syntaxProblem(text, { offset: offsetOf(source), code, message });
    throw first;
  };
  Object.assign(composer, { onError });
  try {
    let only: Document.Parsed | undefined;
    for (const document of composer.compose(readTokens(text), true, text.length)) {
      if (only)
        throw new FirstProblem(
          'The file holds more than one YAML document. Remove the `---` between them.',
          document.range[0],
          'config_yaml_refused',
        );
      only = document;
    }
    const [error] = only?.errors ?? [];
    if (error) throw new FirstProblem(error.message, error.pos[0], 'config_syntax');
    return only?.contents ?? null;
  } catch (error) {
    if (first) throw first;
    if (error instanceof FirstProblem) throw error;
    throw new FirstProblem('The file is nested too deeply.', 0, 'config_too_complex');
  }
}

type ErrorSource = number | readonly number[] | { offset: number };

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return source;
  return 'offset' in source ? source.offset : (source[0] ?? 0);
}

/** The pieces of the text; they are counted before anything is made of them, because that is what takes long. */
function readLexemes(text: string): string[] {
  const lexemes: string[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    lexemes.push(lexeme);
    if (lexemes.length > maxLexemes)
      throw new FirstProblem('The file has too many parts. Split the work over fewer watches and steps.', 0, 'config_too_complex');
  }
  return lexemes;
}

function* readTokens(text: string): Generator<CST.Token> {
  const parser = new Parser();
  let failure: FirstProblem | undefined;
  const check = (token: CST.Token): boolean => {
    if (token.type === 'directive')
      throw new FirstProblem('Directives such as `%YAML` are not allowed here. Remove the line.', token.offset, 'config_yaml_refused');
    if (token.type !== 'error') return true;
    failure = syntaxProblem(text, { offset: token.offset, code: 'UNEXPECTED_TOKEN', message: token.message });
    return false;
  };
  for (const lexeme of readLexemes(text)) {
    for (const token of parser.next(lexeme)) if (check(token)) yield token;
    // What came before is still composed, because an earlier mistake there is the first one.
    if (failure) break;
  }
  for (const token of parser.end()) if (token.type !== 'error') yield token;
  if (failure) throw failure;
}

/** Our sentence for a mistake of syntax, with what usually causes it. */
function syntaxProblem(text: string, found: { offset: number; code: string; message: string }): FirstProblem {
  const { offset, code } = found;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = (text.slice(lineStart).split('\n', 1)[0] ?? '').replace(/\r$/, '');
  const refused = code === 'TAG_RESOLVE_FAILED' || code === 'RESOURCE_EXHAUSTION';
  const summary =
    code === 'RESOURCE_EXHAUSTION'
      ? 'The file is nested too deeply.'
      : code === 'NON_STRING_KEY'
        ? 'A key must be text, not a list or a mapping.'
        : `${found.message.replace(/\.$/, '').slice(0, 200)}.`;
  const kind: ErrorCode = code === 'RESOURCE_EXHAUSTION' ? 'config_too_complex' : refused ? 'config_yaml_refused' : 'config_syntax';
  const advice = code === 'RESOURCE_EXHAUSTION' ? '' : hint(line, found);
  return new FirstProblem(`${summary}${advice}`, Math.min(offset, text.length), kind);
}

function hint(line: string, { code, message }: { code: string; message: string }): string {
  if (/Missing closing|and end with a/.test(message) && !line.includes('${{'))
    return ' Close what was opened: quotes and brackets come in pairs.';
  if (message.startsWith('Implicit map keys')) return ' Put a `:` and a value after the key.';
  if (/:\s+!\s*[\w(]/.test(line))
    return ' A value that begins with `!` is a tag in YAML: write a condition inside `${{ }}`, or the value in quotes.';
  if (/(?:^|[[,:-]\s*)[*!&][^\s,\]]/.test(line)) return ' A pattern that begins with `*`, `!` or `&` must be in quotes.';
  if (line.includes('${{')) return ' Put a value that contains `${{` in quotes, or write it as a block after `|`.';
  if (code === 'TAB_AS_INDENT' || line.trimStart() !== line.replace(/^ +/, '')) return ' Indent with spaces, not with tabs.';
  if (/: .*: /.test(line)) return ' Put a value that contains `: ` in quotes.';
  return '';
}
