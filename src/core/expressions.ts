import { data, ExpressionError, Lexer, Parser, type Expr } from '@actions/expressions';
import { Binary, ContextAccess, FunctionCall, Grouping, IndexAccess, Literal, Logical, Star, Unary } from '@actions/expressions/ast';
import { TokenType, type Token } from '@actions/expressions/lexer';
import { truthy } from '@actions/expressions/result';
import { describeError } from './errors.ts';
import { toPlain } from './expressions-data.ts';
import { BoundedEvaluator, type ExpressionScope } from './expressions-evaluator.ts';
import { ExpressionFailure } from './expressions-failure.ts';
import { expressionFunctions } from './expressions-functions.ts';
import { checkLinks, type Link, type Shape } from './expression-shapes.ts';
import { failed, ok, type Outcome } from './outcome.ts';
import { didYouMean } from './suggest.ts';

/** Where an expression stands decides what it may name. */
export interface ExpressionPlace {
  contexts: readonly string[];
  /** Whether success(), failure() and always() mean something here. */
  status?: boolean;
  /** What is known of the contexts; one that is not in it can have any property. */
  shapes?: Readonly<Record<string, Shape>>;
  /** By context, of what its shape is known, such as ` in any change of push`; for messages. */
  about?: Readonly<Record<string, string>>;
  /** Why a context that exists is always empty here, as a sentence without its subject; undefined for every other. */
  explainAbsent?: (context: string) => string | undefined;
}

/** One use of a context: `secrets.TOKEN` is { context: 'secrets', member: 'TOKEN' }; without member when it is computed or the whole context. */
interface ContextReference {
  context: string;
  member: string | undefined;
  /** Where in the source, in characters from 0. */
  offset: number;
}

/** A checked expression, ready to be evaluated any number of times. */
export interface CompiledExpression {
  source: string;
  tree: Expr;
  references: readonly ContextReference[];
  /** True when it calls success(), failure() or always(). */
  usesStatus: boolean;
}

/** Why a source cannot be an expression, and where in it. */
export interface ExpressionProblem {
  ok: false;
  code: 'expression_invalid';
  message: string;
  /** In characters from 0. */
  offset: number;
}

const statusFunctions = ['success', 'failure', 'always'];
const maxTreeDepth = 200;
const tooDeep = { message: `The expression has more than ${maxTreeDepth} operators in a row; use fewer.`, offset: 0 };

/** Reads an expression of GitHub's language (without `${{ }}`) and checks every name in it against its place. */
export function compileExpression(source: string, place: ExpressionPlace): { ok: true; value: CompiledExpression } | ExpressionProblem {
  const problem = (message: string, offset: number): ExpressionProblem => ({ ok: false, code: 'expression_invalid', message, offset });
  if (source.trim() === '') return problem('The expression is empty.', 0);
  const status = place.status ? statusFunctions : [];
  let tree: Expr;
  try {
    const { tokens } = new Lexer(source).lex();
    const functions = status.map((name) => ({ name, minArgs: 0, maxArgs: 0 }));
    tree = new Parser(tokens.map(mendString), [...place.contexts], functions).parse();
  } catch (error) {
    return problem(explain(error, place, status), offsetOf(error, source));
  }
  const analysis = new Analysis(source, place);
  const refused = analysis.visit(tree, 0);
  if (refused) return problem(refused.message, refused.offset);
  return ok({ source, tree, references: analysis.references, usesStatus: analysis.usesStatus });
}

/** Evaluates to a JSON value. Nothing in the data is executed; a value that is too large, and every other failure, is expression_failed. */
export function evaluate(expression: CompiledExpression, scope: ExpressionScope): Outcome<unknown, 'expression_failed'> {
  return attempt(expression, () => toPlain(run(expression, scope)));
}

/** Evaluates to the text that GitHub writes into a string: null is empty, an object is the word Object. */
export function evaluateText(expression: CompiledExpression, scope: ExpressionScope): Outcome<string, 'expression_failed'> {
  return attempt(expression, () => run(expression, scope).coerceString());
}

/** Evaluates to yes or no by GitHub's rule: false, 0, '' and null are no, everything else is yes. */
export function evaluateCondition(expression: CompiledExpression, scope: ExpressionScope): Outcome<boolean, 'expression_failed'> {
  return attempt(expression, () => truthy(run(expression, scope)));
}

function run(expression: CompiledExpression, scope: ExpressionScope): data.ExpressionData {
  return new BoundedEvaluator(expression.tree, scope).evaluate();
}

function attempt<T>(expression: CompiledExpression, work: () => T): Outcome<T, 'expression_failed'> {
  try {
    return ok(work());
  } catch (error) {
    const reason = error instanceof ExpressionFailure ? error.message : describeError(error).slice(0, 200);
    return failed('expression_failed', `\`${expression.source.trim().slice(0, 200)}\` could not be evaluated: ${reason}`);
  }
}

/** The library turns only the first doubled quote of a text into one; GitHub's runner turns all. */
function mendString(token: Token): Token {
  return token.type === TokenType.STRING ? { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") } : token;
}

/** What each function is given. */
const signatures: Readonly<Record<string, string>> = {
  contains: 'where, what',
  startsWith: 'text, start',
  endsWith: 'text, end',
  format: 'text, value, …',
  join: 'list, separator',
  toJSON: 'value',
  fromJSON: 'text',
  case: 'condition, value, …, otherwise',
  success: '',
  failure: '',
  always: '',
};

function adviseOnSymbol(symbol: string): string {
  if (symbol.startsWith('=')) return ' Compare with `==`.';
  if (symbol.startsWith('"')) return ' Texts stand in single quotes.';
  const operator = { and: '&&', or: '||', not: '!', '&': '&&', '|': '||' }[symbol.toLowerCase()];
  return operator === undefined ? '' : ` Write \`${operator}\`.`;
}

function explain(error: unknown, place: ExpressionPlace, status: string[]): string {
  const message = describeError(error);
  if (message === 'ErrorExceededMaxLength') return 'The expression is longer than 21000 characters.';
  const [text = ''] = message.split('. Located at position ');
  const arity = /^Too (few|many) parameters supplied: '(\w+)'/.exec(text);
  const signature = Object.entries(signatures).find(([known]) => known.toLowerCase() === arity?.[2]?.toLowerCase());
  if (arity && signature) return `\`${signature[0]}\` is given too ${arity[1]} values. Write \`${signature[0]}(${signature[1]})\`.`;
  const symbol = /^Unexpected symbol: '(.*)'$/s.exec(text)?.[1];
  if (symbol !== undefined) return `\`${symbol.slice(0, 50)}\` cannot stand here.${adviseOnSymbol(symbol)}`;
  const name = /^Unrecognized (named-value|function): '([^']*)'$/.exec(text);
  if (!name) return `${text.slice(0, 200)}.`;
  const word = name[2] ?? '';
  if (name[1] === 'named-value') {
    const absence = place.explainAbsent?.(word.toLowerCase());
    if (absence !== undefined) return `\`${word}\` ${absence}`;
    return `\`${word}\` cannot be used here.${didYouMean(word, place.contexts)} Known here: ${place.contexts.join(', ')}.`;
  }
  const known = Object.keys(signatures).filter((candidate) => !statusFunctions.includes(candidate) || status.includes(candidate));
  if (statusFunctions.includes(word.toLowerCase())) return `\`${word}()\` means nothing here. Only the \`if\` of a step knows it.`;
  return `There is no function \`${word}\` here.${didYouMean(word, known)} Known here: ${known.join(', ')}.`;
}

function offsetOf(error: unknown, source: string): number {
  if (error instanceof ExpressionError) return tokenOffset(error.pos, source);
  const position = /Located at position (\d+) within expression/.exec(describeError(error));
  return position ? Math.min(Number(position[1]) - 1, source.length) : 0;
}

/** The lexer counts lines and columns; we count characters. */
function tokenOffset(position: { line: number; column: number }, source: string): number {
  let start = 0;
  for (let line = 0; line < position.line; line += 1) start = source.indexOf('\n', start) + 1;
  return Math.min(start + position.column, source.length);
}

/** Walks a tree once and notes which contexts, members and functions it names. */
class Analysis {
  readonly references: ContextReference[] = [];
  usesStatus = false;
  readonly #source: string;
  readonly #place: ExpressionPlace;

  constructor(source: string, place: ExpressionPlace) {
    this.#source = source;
    this.#place = place;
  }

  visit(node: Expr, depth: number): { message: string; offset: number } | undefined {
    if (depth > maxTreeDepth) return tooDeep;
    if (node instanceof ContextAccess) return this.#note(node, undefined);
    if (node instanceof IndexAccess) return this.#visitAccess(node, depth);
    if (node instanceof FunctionCall) {
      const name = node.functionName.lexeme.toLowerCase();
      if (statusFunctions.includes(name)) this.usesStatus = true;
      // The library finds functions in an ordinary object, so it takes `constructor` for one.
      else if (!expressionFunctions.has(name)) {
        return {
          message: `There is no function \`${node.functionName.lexeme}\`.`,
          offset: tokenOffset(node.functionName.range.start, this.#source),
        };
      }
    }
    for (const child of children(node)) {
      const refused = this.visit(child, depth + 1);
      if (refused) return refused;
    }
    return undefined;
  }

  /** `a.b[c].*` from its beginning: the context with its first member, what is computed on the way, and whether it leads anywhere. */
  #visitAccess(node: IndexAccess, depth: number): { message: string; offset: number } | undefined {
    const accesses: IndexAccess[] = [];
    let base: Expr = node;
    while (base instanceof IndexAccess) {
      accesses.unshift(base);
      base = ungroup(base.expr);
    }
    if (depth + accesses.length > maxTreeDepth) return tooDeep;
    const links = accesses.map((access) => this.#link(access.index));
    const refused = base instanceof ContextAccess ? this.#note(base, links[0]?.name) : this.visit(base, depth + accesses.length);
    if (refused) return refused;
    for (const { index } of accesses) {
      const inside = index instanceof Literal || index instanceof Star ? undefined : this.visit(index, depth + 1);
      if (inside) return inside;
    }
    if (!(base instanceof ContextAccess)) return undefined;
    const written = base.name.lexeme;
    const shape = Object.entries(this.#place.shapes ?? {}).find(([context]) => context.toLowerCase() === written.toLowerCase())?.[1];
    const lost = shape && checkLinks({ shape, written, about: this.#place.about?.[written.toLowerCase()] ?? '' }, links);
    return lost && { message: lost.message, offset: lost.offset ?? tokenOffset(base.name.range.start, this.#source) };
  }

  #link(index: Expr): Link {
    const literal = index instanceof Literal ? index : undefined;
    const name = literal?.literal instanceof data.StringData ? literal.literal.value : undefined;
    return { name, star: index instanceof Star, offset: literal && tokenOffset(literal.token.range.start, this.#source) };
  }

  #note(access: ContextAccess, member: string | undefined): { message: string; offset: number } | undefined {
    const context = access.name.lexeme.toLowerCase();
    const offset = tokenOffset(access.name.range.start, this.#source);
    // Which secrets a watch uses must be known before it runs, so each one is named.
    if (context === 'secrets' && (member === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(member))) {
      return { message: 'Secrets are used one by one and by name: write `secrets.NAME`.', offset };
    }
    this.references.push({ context, member, offset });
    return undefined;
  }
}

function children(node: Expr): Expr[] {
  if (node instanceof Unary) return [node.expr];
  if (node instanceof Binary) return [node.left, node.right];
  if (node instanceof Logical || node instanceof FunctionCall) return node.args;
  return node instanceof Grouping ? [node.group] : [];
}

function ungroup(node: Expr): Expr {
  return node instanceof Grouping ? ungroup(node.group) : node;
}
