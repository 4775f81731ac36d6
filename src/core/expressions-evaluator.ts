import { data, Evaluator, type Expr } from '@actions/expressions';
import type { Binary, ContextAccess, FunctionCall, IndexAccess } from '@actions/expressions/ast';
import { TokenType } from '@actions/expressions/lexer';
import { equals, greaterThan, lessThan } from '@actions/expressions/result';
import { toData } from './expressions-data.ts';
import { ExpressionFailure } from './expressions-failure.ts';
import { expressionFunctions } from './expressions-functions.ts';

type ExpressionData = data.ExpressionData;

/** What an expression is evaluated against. */
export interface ExpressionScope {
  /** Context name → its JSON value; a getter is only called when the expression names the context. */
  contexts: Readonly<Record<string, unknown>>;
  /** For success() and failure(): true when a step before has failed. */
  failed?: boolean;
}

/**
 * The work one evaluation may do, counted in characters and members looked at: some tens of milliseconds. Without it a short expression
 * over a large payload could keep a worker busy for minutes.
 */
const maxWork = 10_000_000;

/** GitHub's evaluator with a limit on its work, and with functions looked up in our own table only. */
export class BoundedEvaluator extends Evaluator {
  readonly #contexts: ExpressionData;
  readonly #failed: boolean;
  #work = 0;

  constructor(expression: Expr, scope: ExpressionScope) {
    super(expression, new data.Dictionary());
    this.#contexts = toData(scope.contexts);
    this.#failed = scope.failed ?? false;
  }

  /** Counts work; ends the evaluation when it is too much. */
  charge(amount: number): void {
    this.#work += amount + 1;
    if (this.#work > maxWork) throw new ExpressionFailure('The expression does more work than is allowed; look at fewer values.');
  }

  override visitContextAccess(access: ContextAccess): ExpressionData {
    return (this.#contexts as data.Dictionary).get(access.name.lexeme) ?? new data.Null();
  }

  override visitIndexAccess(access: IndexAccess): ExpressionData {
    const result = super.visitIndexAccess(access);
    this.charge(result instanceof data.Array ? result.values().length : 0);
    return result;
  }

  override visitBinary(binary: Binary): ExpressionData {
    const left = this.eval(binary.left);
    const right = this.eval(binary.right);
    this.charge(textLength(left) + textLength(right));
    return new data.BooleanData(compare(binary.operator.type, left, right));
  }

  override visitFunctionCall(call: FunctionCall): ExpressionData {
    const name = call.functionName.lexeme.toLowerCase();
    if (name === 'success') return new data.BooleanData(!this.#failed);
    if (name === 'failure') return new data.BooleanData(this.#failed);
    if (name === 'always') return new data.BooleanData(true);
    const known = expressionFunctions.get(name);
    if (!known) throw new ExpressionFailure(`There is no function \`${call.functionName.lexeme}\`.`);
    const values = call.args.map((argument) => this.eval(argument));
    for (const value of values) this.charge(textLength(value));
    return known(values, (amount) => this.charge(amount));
  }
}

function compare(operator: TokenType, left: ExpressionData, right: ExpressionData): boolean {
  switch (operator) {
    case TokenType.EQUAL_EQUAL:
      return equals(left, right);
    case TokenType.BANG_EQUAL:
      return !equals(left, right);
    case TokenType.GREATER:
      return greaterThan(left, right);
    case TokenType.GREATER_EQUAL:
      return equals(left, right) || greaterThan(left, right);
    case TokenType.LESS:
      return lessThan(left, right);
    case TokenType.LESS_EQUAL:
      return equals(left, right) || lessThan(left, right);
    default:
      throw new ExpressionFailure('The expression has an operator that is not known.');
  }
}

function textLength(value: ExpressionData): number {
  return value instanceof data.StringData ? value.value.length : 0;
}
