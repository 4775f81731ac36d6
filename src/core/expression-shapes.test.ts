import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { shapeOfJsonSchema, unionShape, type Shape } from './expression-shapes.ts';
import { compileExpression } from './expressions.ts';

const shape = shapeOfJsonSchema(
  z.toJSONSchema(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['a', 'b']),
      who: z.strictObject({ login: z.string() }).nullable(),
      list: z.array(z.strictObject({ full_name: z.string() })),
      open: z.record(z.string(), z.unknown()),
      free: z.unknown(),
    }),
  ),
);
const place = {
  contexts: ['x', 'event'],
  shapes: { x: shape, event: 'any' as const },
  about: { x: ' in this test' },
  explainAbsent: (context: string) => (context === 'old' ? 'is always empty here.' : undefined),
};
const judge = (source: string) => {
  const compiled = compileExpression(source, place);
  return compiled.ok ? 'fine' : `${compiled.offset} ${compiled.message}`;
};

describe('what is known of a context is checked', () => {
  test.each([
    'x.id',
    'X.ID',
    "x['who']['login']",
    'x.who.login',
    'x.list[0].full_name',
    'x.list.*.full_name',
    'x.list[event.at].full_name',
    'x.open.anything.at.all',
    'x.free.y',
    'x[event.name].y',
    'x.*',
    'event.y.z[0]',
    "(x).who['login']",
  ])('%s', (source) => expect(judge(source)).toBe('fine'));

  test.each<[string, string]>([
    ['x.idd', '2 `x` has no `idd` in this test. Did you mean `id`? Known here: id, kind, who, list, open, free.'],
    ["true && x['nope'] == 1", '10 `x` has no `nope` in this test.'],
    ['x.who.name', '6 `x.who` has no `name` in this test. Known here: login.'],
    ['x.id.length', '5 `x.id` is a single value and has no `length`.'],
    ['x.list.full_name', '7 `x.list` is a list and has no `full_name`. Write `x.list[0]` for one of it, or `x.list.*` for all.'],
    ['x.list[0].name', '10 `x.list[…]` has no `name` in this test. Did you mean `full_name`?'],
    ['x.list.*.full_nam', '9 `x.list.*` has no `full_nam` in this test. Did you mean `full_name`?'],
    ['event[x.nope]', '8 `x` has no `nope`'],
    ["contains(x.list, format('{0}', x.nope))", '33 `x` has no `nope`'],
    ['\n  x.nope', '5 `x` has no `nope`'],
    ['old.thing', '0 `old` is always empty here.'],
  ])('%j', (source, expected) => expect(judge(source)).toContain(expected));
});

test('a union allows what either allows', () => {
  const list: Shape = { items: { members: { a: 'value' } } };
  expect(unionShape({ members: { a: 'value' } }, { members: { b: 'any' } })).toEqual({ members: { a: 'value', b: 'any' } });
  expect(unionShape('value', list)).toEqual(list);
  expect(unionShape(list, { items: { members: { b: 'value' } } })).toEqual({ items: { members: { a: 'value', b: 'value' } } });
  expect([unionShape('any', list), unionShape(list, { members: {} }), unionShape({ members: {} }, list)]).toEqual(['any', 'any', 'any']);
});
