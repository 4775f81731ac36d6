import { data } from '@actions/expressions';
import { caseFunc } from '@actions/expressions/funcs/case';
import { endswith } from '@actions/expressions/funcs/endswith';
import { startswith } from '@actions/expressions/funcs/startswith';
import { equals } from '@actions/expressions/result';
import { maxResultLength, toData, tooLarge, toPlain } from './expressions-data.ts';
import { ExpressionFailure } from './expressions-failure.ts';

type ExpressionData = data.ExpressionData;

/** One function of the language: its evaluated arguments, and a meter for work that grows with the data. */
type ExpressionFunction = (values: ExpressionData[], charge: (amount: number) => void) => ExpressionData;

/**
 * The functions that expressions may call, by lower-case name. Those that can make large values (format, join, toJSON, fromJSON) are our own, because
 * GitHub's have no limits: a few nested format() calls would fill the memory.
 */
export const expressionFunctions: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  ['case', (values) => caseFunc.call(...values)],
  ['contains', contains],
  ['endswith', (values) => endswith.call(...values)],
  ['format', format],
  ['fromjson', fromJson],
  ['join', join],
  ['startswith', (values) => startswith.call(...values)],
  ['tojson', toJson],
]);

function contains([search, item]: ExpressionData[], charge: (amount: number) => void): ExpressionData {
  if (!search || !item) return new data.BooleanData(false);
  if (search instanceof data.Array) {
    return new data.BooleanData(
      search.values().some((member) => {
        charge(member instanceof data.StringData ? member.value.length : 0);
        return equals(item, member);
      }),
    );
  }
  if (!search.primitive || !item.primitive) return new data.BooleanData(false);
  return new data.BooleanData(search.coerceString().toLowerCase().includes(item.coerceString().toLowerCase()));
}

/** `{0}` is replaced by the first value after the pattern; `{{` and `}}` stand for the braces themselves. */
function format([pattern, ...values]: ExpressionData[]): ExpressionData {
  const source = pattern?.coerceString() ?? '';
  let length = 0;
  const text = source.replaceAll(/\{\{|\}\}|\{(\d+)\}|[{}]/g, (found, index: string | undefined) => {
    if (found === '{{' || found === '}}') return found[0]!;
    if (index === undefined)
      throw new ExpressionFailure(`The format text has a single \`${found}\`; write it twice for the character itself.`);
    const value = values[Number(index)];
    if (!value) throw new ExpressionFailure(`The format text names {${Number(index)}}, but there are only ${values.length} values.`);
    const replaced = value.coerceString();
    length += replaced.length;
    if (length > maxResultLength) throw new ExpressionFailure(tooLarge);
    return replaced;
  });
  return boundedText(text);
}

function join([list, separator]: ExpressionData[]): ExpressionData {
  if (!list) return new data.StringData('');
  if (list.primitive) return boundedText(list.coerceString());
  if (!(list instanceof data.Array)) return new data.StringData('');
  const between = separator?.primitive ? separator.coerceString() : ',';
  const texts = list.values().map((item) => item.coerceString());
  const length = texts.reduce((sum, text) => sum + text.length, between.length * texts.length);
  if (length > maxResultLength + between.length) throw new ExpressionFailure(tooLarge);
  return boundedText(texts.join(between));
}

function toJson([value]: ExpressionData[]): ExpressionData {
  return boundedText(JSON.stringify(toPlain(value ?? new data.Null()), null, 2));
}

function fromJson([value]: ExpressionData[], charge: (amount: number) => void): ExpressionData {
  const text = value?.coerceString() ?? '';
  if (text.length > maxResultLength) throw new ExpressionFailure(tooLarge);
  charge(text.length);
  try {
    return toData(JSON.parse(text));
  } catch {
    throw new ExpressionFailure(`fromJSON was given text that is not JSON: \`${text.slice(0, 60)}\`.`);
  }
}

function boundedText(text: string): ExpressionData {
  if (text.length > maxResultLength) throw new ExpressionFailure(tooLarge);
  return new data.StringData(text);
}
