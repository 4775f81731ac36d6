import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compileCondition, compileTemplate, evaluateTemplate, hasExpression, listExpressions } from './expressions-template.ts';
import { evaluateCondition } from './expressions.ts';

const place = { contexts: ['after', 'change', 'secrets'] };
const scope = { contexts: { after: 'abc', change: { count: 3, list: [1, 2], none: null } } };

function fill(value: unknown): unknown {
  const compiled = compileTemplate(value, place);
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  const outcome = evaluateTemplate(compiled.value, scope);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value;
}

describe('templates', () => {
  test.each<[unknown, unknown]>([
    ['plain', 'plain'],
    ['${{ change.count }}', 3],
    ['${{ change.list }}', [1, 2]],
    ['${{change.none}}', null],
    [' ${{ change.count }}', ' 3'],
    ['${{ after }}/${{ change.count }}!', 'abc/3!'],
    ["${{ '}}' }}", '}}'],
    ["a ${{ 'it''s }}' }} b", "a it's }} b"],
    ['$ { {{ }} $', '$ { {{ }} $'],
    [5, 5],
    [null, null],
    [
      { sha: '${{ after }}', n: [1, '${{ change.count }}'], plain: { a: true } },
      { sha: 'abc', n: [1, 3], plain: { a: true } },
    ],
    ['**${{ change.list }}**', '**Array**'],
  ])('%j → %j', (source, expected) => {
    expect(fill(source)).toEqual(expected);
  });

  test('reports every problem with its place', () => {
    const compiled = compileTemplate({ a: 'x ${{ nope }}', b: ['${{ after', 'fine ${{ after }}'] }, place);
    expect(compiled).toEqual({
      ok: false,
      problems: [
        { path: ['a'], message: expect.stringContaining('`nope` cannot be used here'), offset: 6 },
        { path: ['b', 0], message: 'This `${{` has no `}}` to close it.', offset: 0 },
      ],
    });
  });

  test('a value that is too large ends as a value, not as an exception', () => {
    const compiled = compileTemplate('${{ after }}'.repeat(3), place);
    expect(compiled.ok && evaluateTemplate(compiled.value, { contexts: { after: 'x'.repeat(500_000) } })).toMatchObject({
      ok: false,
      code: 'expression_failed',
    });
  });

  test('lists its expressions', () => {
    const compiled = compileTemplate({ a: '${{ secrets.A }} ${{ secrets.B }}', b: '${{ after }}', c: 'x' }, place);
    expect(compiled.ok && listExpressions(compiled.value).map((expression) => expression.source.trim())).toEqual([
      'secrets.A',
      'secrets.B',
      'after',
    ]);
    expect(hasExpression({ a: [{ b: '${{ x }}' }] })).toBe(true);
    expect(hasExpression({ a: ['x', 5, null] })).toBe(false);
  });

  test('texts without `${{` come out as they went in', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => !hasExpression(value)),
        (value) => expect(fill(value)).toEqual(value),
      ),
    );
  });
});

describe('conditions', () => {
  test.each<[string | boolean, boolean]>([
    ["after == 'abc'", true],
    ["${{ after == 'x' }}", false],
    [' ${{ after }}\n', true],
    [true, true],
    [false, false],
  ])('%j is %s', (source, expected) => {
    const compiled = compileCondition(source, place);
    expect(compiled.ok && evaluateCondition(compiled.value, scope)).toEqual({ ok: true, value: expected });
  });

  test.each([
    ['${{ after }} && true', 'Write the whole condition inside one'],
    ['!${{ after }}', 'Write the whole condition inside one'],
    ['${{ after', 'no `}}`'],
    ['', 'empty'],
  ])('%j is refused', (source, message) => {
    expect(compileCondition(source, place)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});
