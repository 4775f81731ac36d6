import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ExpressionScope } from './expressions-evaluator.ts';
import { compileExpression, evaluate, evaluateCondition, evaluateText } from './expressions.ts';

const place = { contexts: ['change', 'commit', 'commits', 'steps', 'secrets', 'vars', 'event', 'after'], status: true };
const scope: ExpressionScope = {
  contexts: {
    after: 'abc',
    change: { commit_count: 3, forced: false, Mixed: 'x', constructor: 'own', none: null },
    commits: [
      { id: 'a', message: 'one', added: ['x', 'y'] },
      { id: 'b', message: 'two', added: [] },
    ],
    steps: { gate: { outputs: { deploy: true, reason: 'fine' } } },
    secrets: { TOKEN: 's3cret' },
    vars: { count: 5 },
    event: JSON.parse('{"__proto__": {"polluted": true}, "a": {"constructor": 1}}') as unknown,
  },
};

function value(source: string, with_: ExpressionScope = scope): unknown {
  const compiled = compileExpression(source, place);
  if (!compiled.ok) throw new Error(compiled.message);
  const outcome = evaluate(compiled.value, with_);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
}

describe('GitHub’s language', () => {
  test.each<[string, unknown]>([
    ['after', 'abc'],
    ['change.commit_count > 2 && !change.forced', true],
    ['change.MIXED', 'x'],
    ["change['mixed']", 'x'],
    ['change.missing', null],
    ['change.missing.deeper', null],
    ["contains(commits.*.message, 'TWO')", true],
    ["contains('Hello', 'ELL')", true],
    ["startsWith('refs/heads/x', 'refs/heads/')", true],
    ["endsWith('a.MD', '.md')", true],
    ["format('{0} {{1}} {1}', 'a', 2)", 'a {1} 2'],
    ["join(commits.*.id, '-')", 'a-b'],
    ['join(commits.*.id)', 'a,b'],
    ['fromJSON(\'[1,{"a":2}]\')[1].a', 2],
    ['toJSON(commits[0].added)', '[\n  "x",\n  "y"\n]'],
    ['commits[1].id', 'b'],
    ['commits[9]', null],
    ['commits.*.added', [['x', 'y'], []]],
    ['commits.*.added.*', ['x', 'y']],
    ["'it''s a ''x'''", "it's a 'x'"],
    ["change.forced || 'default'", 'default'],
    ["'1' == 1", true],
    ["'A' == 'a'", true],
    ["case(true, 'a', 'b')", 'a'],
    ['steps.gate.outputs.deploy', true],
    ['success()', true],
    ['failure()', false],
    ['always()', true],
  ])('%s', (source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  test('success() and failure() follow the run', () => {
    expect(value('failure()', { ...scope, failed: true })).toBe(true);
    expect(value('success()', { ...scope, failed: true })).toBe(false);
  });

  test('writes values into texts as GitHub does', () => {
    const text = (source: string) => {
      const compiled = compileExpression(source, place);
      return compiled.ok ? evaluateText(compiled.value, scope) : compiled;
    };
    expect(text('change.none')).toEqual({ ok: true, value: '' });
    expect(text('change')).toEqual({ ok: true, value: 'Object' });
    expect(text('commits')).toEqual({ ok: true, value: 'Array' });
    expect(text('1.50')).toEqual({ ok: true, value: '1.5' });
    expect(text('change.forced')).toEqual({ ok: true, value: 'false' });
  });

  test.each([
    ['change.none', false],
    ["''", false],
    ['0', false],
    ["'false'", true],
    ['commits', true],
  ])('%s counts as %s', (source, expected) => {
    const compiled = compileExpression(source, place);
    expect(compiled.ok && evaluateCondition(compiled.value, scope)).toEqual({ ok: true, value: expected });
  });
});

describe('problems are found before anything runs', () => {
  test.each<[string, string | RegExp, number]>([
    ['', 'The expression is empty.', 0],
    ['chnage.id == 1', /`chnage` cannot be used here\. Did you mean `change`\?/, 0],
    ["change.id == 1 && contain('a', 'b')", /no function `contain` here\. Did you mean `contains`\?/, 18],
    ['hashFiles(after)', /no function `hashFiles`/, 0],
    ['change.id ==', /Unexpected end of expression/, 10],
    ["'open", /`'open` cannot stand here/, 0],
    ['a = b', /`=` cannot stand here\. Compare with `==`/, 2],
    ['contains(after)', /too few values\. Write `contains\(where, what\)`/, 0],
    ['toJSON(secrets)', /by name: write `secrets.NAME`/, 7],
    ['secrets.*', /by name/, 0],
    ['secrets[after]', /by name/, 0],
    ['(secrets)[vars.a]', /by name/, 1],
    ['constructor(after)', /no function `constructor`/, 0],
    ['__proto__(after)', /no function `__proto__`/, 0],
    ['constructor', /cannot be used here/, 0],
    ['x'.repeat(30_000), /longer than 21000/, 0],
    [`${'('.repeat(100)}1${')'.repeat(100)}`, /max expression depth/, 50],
    [Array.from({ length: 3000 }, () => '1').join('=='), /operators in a row/, 0],
    ['\n\n  nope', /`nope` cannot/, 4],
  ])('%j', (source, message, offset) => {
    const compiled = compileExpression(source, place);
    expect(compiled).toMatchObject({ ok: false, code: 'expression_invalid', message: expect.stringMatching(message) });
    expect(!compiled.ok && Math.abs(compiled.offset - offset)).toBeLessThanOrEqual(2);
  });

  test('status functions are only known where they mean something', () => {
    expect(compileExpression('failure()', { contexts: [] })).toMatchObject({
      ok: false,
      message: expect.stringContaining('`failure()` means nothing here'),
    });
  });

  test('says which contexts and members it names', () => {
    const compiled = compileExpression(
      "(steps).gate.outputs.x == secrets.TOKEN && vars['A'] && event.a[commits[0].id] && failure()",
      place,
    );
    expect(compiled.ok && compiled.value.references.map(({ context, member }) => [context, member])).toEqual([
      ['steps', 'gate'],
      ['secrets', 'TOKEN'],
      ['vars', 'A'],
      ['event', 'a'],
      ['commits', undefined],
    ]);
    expect(compiled.ok && compiled.value.usesStatus).toBe(true);
  });
});

describe('data is only data', () => {
  test('own keys are seen, whatever they are called; prototypes are not', () => {
    expect(value('change.constructor')).toBe('own');
    expect(value('event.a.constructor')).toBe(1);
    expect(value('event.polluted')).toBeNull();
    expect(value('event.__proto__.polluted')).toBe(true);
    expect(value('commits.constructor')).toBeNull();
    expect(value('vars.toString')).toBeNull();
    expect(value('vars.valueOf')).toBeNull();
    expect(value('after.length')).toBeNull();
    const copy = value('event') as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(['__proto__', 'a']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('what is not JSON is null, and functions are never called', () => {
    let called = 0;
    const odd = { contexts: { after: () => (called += 1), vars: { a: Symbol('x'), b: new Date(0), c: 5n, d: undefined } } };
    expect(value('after', odd)).toBeNull();
    expect(value('vars.a', odd)).toBeNull();
    expect(value('vars.c', odd)).toBeNull();
    expect(called).toBe(0);
  });

  test('a context behind a getter is only read when it is named', () => {
    let read = 0;
    const lazy = {
      contexts: {
        after: 'x',
        get event() {
          read += 1;
          return { a: 1 };
        },
      },
    };
    value('after', lazy);
    expect(read).toBe(0);
    expect(value('event.a', lazy)).toBe(1);
    expect(read).toBe(1);
  });
});

describe('results and work are limited', () => {
  const failing = (source: string, contexts: Record<string, unknown>) => {
    const compiled = compileExpression(source, place);
    return compiled.ok ? evaluate(compiled.value, { contexts }) : compiled;
  };
  const nest = (depth: number): unknown => Array.from({ length: depth }).reduce<unknown>((inner) => ({ a: inner }), 1);
  const formats = Array.from({ length: 20 }).reduce<string>(
    (inner) => `format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', ${inner})`,
    "'xxxxxxxxxx'",
  );

  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ['nested format()', formats, {}, /more than 1048576 characters/],
    ['a long text', 'after', { after: 'x'.repeat(2_000_000) }, /more than/],
    ['a long join', "join(commits, 'yyyyyyyyyy')", { commits: Array.from({ length: 200_000 }, () => 'x') }, /more than/],
    ['a large toJSON', 'toJSON(event)', { event: { a: Array.from({ length: 300_000 }, () => 1) } }, /more than/],
    ['a deep value', 'event', { event: nest(150) }, /deeper than 100/],
    [
      'much work',
      Array.from({ length: 100 }, () => "contains(commits, 'z')").join(' || '),
      { commits: Array.from({ length: 1000 }, () => 'x'.repeat(500)) },
      /more work/,
    ],
    ['bad JSON', "fromJSON('{')", {}, /not JSON/],
    ['a bad format', "format('{3}', 'a')", {}, /names \{3\}/],
    ['a single brace', "format('{', 'a')", {}, /single `\{`/],
    ['a case without truth', "case('a', 1, 2)", {}, /boolean/],
  ])('%s is expression_failed', (...[, source, contexts, message]) => {
    expect(failing(source, contexts)).toMatchObject({ ok: false, code: 'expression_failed', message: expect.stringMatching(message) });
  });

  test('a deep text survives fromJSON', () => {
    expect(failing('fromJSON(after)', { after: '['.repeat(200_000) + ']'.repeat(200_000) })).toMatchObject({
      ok: false,
      code: 'expression_failed',
    });
  });

  test('no source and no data makes it throw', () => {
    const pieces = fc.constantFrom(
      'change',
      '.',
      'commits',
      '*',
      '[',
      ']',
      '(',
      ')',
      "'",
      'x',
      '1',
      '==',
      '&&',
      '!',
      ',',
      ' ',
      'format',
      'toJSON',
      'secrets',
      '\n',
      '{0}',
      '-',
      'NaN',
      'constructor',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), fc.jsonValue(), (list, data) => {
        const compiled = compileExpression(list.join(''), place);
        const outcome = compiled.ok
          ? evaluate(compiled.value, { contexts: { change: data, commits: [data, data], secrets: { x: 'y' } } })
          : compiled;
        expect(typeof outcome.ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});
