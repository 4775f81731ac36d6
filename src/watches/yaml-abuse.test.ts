import { beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fileWith, listProblems } from '../../test/support/config-world.ts';

describe('YAML that is refused', () => {
  test.each<[string, string]>([
    ['a: 1\nb: 2\na: 3', '3:1 config_key_duplicate The key `a` is here a second time.'],
    ['a: 1\n"a": 3', '2:1 config_key_duplicate'],
    ['version: 1\nversion: 1', '2:1 config_key_duplicate'],
    ['__proto__: { x: 1 }', '1:1 config_yaml_refused The key `__proto__` is not allowed.'],
    ['a: { constructor: { prototype: 1 } }', '1:6 config_yaml_refused The key `constructor` is not allowed.'],
    ['x: { y: [ { "prototype": 1 } ] }', '1:13 config_yaml_refused'],
    ['a: &a { b: 1 }\nc: { <<: *a }', '2:6 config_yaml_refused Merge keys'],
    ['a: !!binary aGVsbG8=', '1:4 config_yaml_refused'],
    ['a: !custom x', '1:4 config_yaml_refused'],
    ['a: !!str 5', '1:10 config_yaml_refused Tags such as'],
    ['a: &a [*a]', '1:8 config_yaml_refused The alias `*a` contains itself.'],
    ['a: &a { b: { c: *a } }', '1:17 config_yaml_refused'],
    ['a: *b', '1:4 config_syntax There is no anchor `&b` before this alias.'],
    ['%YAML 1.1\n---\non: yes', '1:1 config_yaml_refused Directives'],
    ['a: 1\n---\nb: 2', '2:1 config_yaml_refused The file holds more than one YAML document.'],
    ['? [a]\n: 1', '1:3 config_syntax'],
    ['a:\n\tb: 1', '2:1 config_syntax'],
    ['a: 12345678901234567890', '1:4 config_value_invalid `12345678901234567890` cannot be kept as a number.'],
    ['a: .inf', '1:4 config_value_invalid'],
    ['a: "x', '1:6 config_syntax'],
    ['a: b: c', '1:4 config_syntax'],
    ['a: [b', '1:6 config_syntax'],
    [
      'on: { push: { branches: [*.js] } }',
      '1:26 config_syntax There is no anchor `&.js` before this alias. Put a pattern that begins with `*` in quotes.',
    ],
    ['if: !contains(a)', '1:5 config_yaml_refused'],
    ['with: { a: ${{ x }} }', '1:13 config_syntax'],
    ['if: ${{ format(a: b) }} : c', '1:5 config_syntax'],
    ['a: "b\u0000"', '1:6 config_not_text The file has the character U+0000 here'],
    ['a: 1\nb: "\u0000"', '2:5 config_not_text The file has the character U+0000 here'],
    ['a: "\uD800"', '1:5 config_not_text The file has the character U+D800 here'],
    [`# ${'x'.repeat(128 * 1024)}`, '1:1 config_too_large The file has 131074 bytes; at most 131072 are read.'],
  ])('%j', (text, expected) => {
    expect(listProblems(text)).toEqual([expect.stringContaining(expected)]);
  });

  test('bytes that are not UTF-8', () => {
    expect(listProblems(Buffer.from([0x61, 0x3a, 0x20, 0xff]))).toEqual([
      expect.stringContaining('1:1 config_not_text The file is not UTF-8'),
    ]);
  });

  test.each([
    ['a: ${{ x: y }}', 'Put a value that contains `${{` in quotes'],
    ['a: !contains(x)', 'A value that begins with `!` is a tag'],
    ['a:\n\tb: 1', 'Indent with spaces'],
  ])('%j comes with what usually helps', (text, hint) => {
    expect(listProblems(text).join()).toContain(hint);
  });

  test('nothing reaches a prototype', () => {
    listProblems('__proto__: { polluted: 1 }\nversion: 1');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

const full = 128 * 1024;
const fill = (piece: string): string => piece.repeat(Math.floor(full / piece.length));
const lines = (line: (index: number) => string): string => {
  let text = '';
  for (let index = 0; text.length + line(index).length < full; index += 1) text += `${line(index)}\n`;
  return text;
};
const laughs = (width: number): string =>
  [
    'a0: &a0 [x,x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 9 }, (_, index) => `a${index + 1}: &a${index + 1} [${Array(width).fill(`*a${index}`).join(',')}]`),
  ].join('\n');

/** Files that cost a careless parser minutes or gigabytes. */
const abuses: Record<string, string> = {
  'one megabyte': 'x'.repeat(1024 * 1024),
  'duplicate keys': lines((index) => `k${index % 7}: ${index}`),
  'merge keys': `a: &a { b: 1 }\n${lines((index) => `k${index}: { <<: *a }`).slice(100)}`,
  'no characters': '\u0000'.repeat(100_000),
  'tabs for indentation': lines(() => '\tk: v'),
  'cut values': lines((index) => `k${index}: #v`).slice(0, 60_000),
  'broken expressions': lines((index) => `- { a: \${{ x${index} }} }`),
  'wrong keys': lines((index) => `key${index}: 1`).slice(0, 60_000),
  'many keys': lines((index) => `k${index}:`),
  'many anchors': lines((index) => `- &a${index} x`),
  'many aliases': `- &a x\n${fill('- *a\n').slice(20)}`,
  'billion laughs': laughs(9),
  'a few laughs': laughs(5),
  'quadratic aliases': `a: &a "${'x'.repeat(60_000)}"\nb: [${Array(60).fill('*a').join(', ')}]`,
  'deep lists': fill('['),
  'deep closed lists': `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  'deep mappings': fill('{a: '),
  'deep blocks': lines((index) => `${' '.repeat(index)}a:`),
  'deep sequences': fill('- '),
  'deep keys': fill('? '),
  'closing braces': fill('}'),
  commas: `[${fill(',').slice(10)}]`,
  documents: fill('---\n'),
  directives: fill('%A\n'),
  comments: fill('#\n'),
  'empty lines': fill('\n'),
  tabs: fill('\t'),
  tags: fill('!a '),
  'anchor properties': fill('&a '),
  escapes: `"${fill('\\x').slice(10)}`,
  'long text': `a: "${'x'.repeat(130_000)}"`,
  'long key': `${'x'.repeat(130_000)}: 1`,
  'many problems': `version: 1\nwatches:\n${lines((index) => ` w${index}: { o: 1 }`).slice(0, 100_000)}`,
  'many stray expressions': `version: 1\nvars:\n${lines((index) => ` v${index}: "\${{ x }}"`).slice(0, 90_000)}`,
  'many references': fileWith(`    on: push\n    steps: [{ uses: webhook, with: { url: "${'${{ vars.a }}'.repeat(9000)}" } }]`),
  'many openings': fileWith(`    on: push\n    steps: [{ uses: webhook, with: { url: "${'${{'.repeat(30_000)}" } }]`),
  'a deep expression': fileWith(`    on: push\n    if: "${'!'.repeat(20_000)}a"\n    steps: [{ uses: script, with: { run: x } }]`),
};

/** Milliseconds of this process's own work, which a busy machine stretches less than time. */
function measure(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const ordinary = fileWith('    on: push\n    steps: [{ uses: webhook, with: { url: "https://a.b" } }]');
/** What an ordinary file of five lines takes on this machine, once everything is warm. */
let unit = 0;
beforeAll(() => {
  for (let index = 0; index < 200; index += 1) listProblems(ordinary);
  unit = Math.min(...Array.from({ length: 20 }, () => measure(() => Array.from({ length: 10 }, () => listProblems(ordinary))) / 10));
});

describe('abusive files', () => {
  test.each(Object.keys(abuses))('%s: a located error within a tenth of a second', (name) => {
    let found: string[] = [];
    const times = Array.from({ length: 3 }, () => measure(() => (found = listProblems(abuses[name]!))));
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(50);
    expect(found.filter((problem) => !/^[1-9]\d*:[1-9]\d* [a-z_]+ \S.*$/su.test(problem) || problem.length > 600)).toEqual([]);
    // 100 ms, or on a slow or busy machine what as many lines of ordinary files take: a file that takes more than its size does not pass.
    expect(Math.min(...times)).toBeLessThan(Math.max(100, 500 * unit));
  });
});

describe('whatever is written', () => {
  const good = fileWith(`    on: { push: { branches: [main, "a/**"] } }
    if: \${{ ref.name == 'x' }}
    steps:
      - uses: webhook
        with: { url: "https://a.b/\${{ after }}", headers: { x: "y" } }`);
  const pieces = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '-',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '#',
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '?',
    '%',
    '@',
    '`',
    ',',
    '${{',
    '}}',
    '  ',
    '\t',
    '<<',
    '0',
    'on',
    'watches',
    'ü',
    '🚀',
  );

  test('the parser answers, the same each time, with places inside the file', () => {
    const anything = fc.oneof(
      fc.array(pieces, { maxLength: 60 }).map((list) => list.join('')),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(anything, (text) => expectPlaces(text)),
      { numRuns: 200 },
    );
  });

  test('also when a good file is damaged', () => {
    const damage = fc.record({
      at: fc.nat(good.length),
      remove: fc.nat(6),
      insert: fc.array(pieces, { maxLength: 3 }).map((list) => list.join('')),
    });
    fc.assert(
      fc.property(damage, ({ at, remove, insert }) => expectPlaces(good.slice(0, at) + insert + good.slice(at + remove))),
      { numRuns: 200 },
    );
  });

  test('bytes of any kind', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expect(listProblems(bytes).length).toBeGreaterThan(0)));
  });
});

function expectPlaces(text: string): void {
  const found = listProblems(text);
  expect(listProblems(text)).toEqual(found);
  const rows = text.replace(/^\uFEFF/, '').split('\n');
  const outside = found.filter((problem) => {
    const [line = 0, column = 0] = problem.split(/[: ]/, 2).map(Number);
    return !(line >= 1 && line <= rows.length && column >= 1 && column <= rows[line - 1]!.length + 1);
  });
  expect(outside).toEqual([]);
}
