import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { judgeBySchema, parseCorpusFile, readCorpus, readExpected } from '../../test/support/config-corpus.ts';
import { fileWith, listProblems } from '../../test/support/config-world.ts';
import { compileConfig } from './compile-config.ts';

const broken = await readCorpus('broken');
const valid = await readCorpus('valid');
const expected = await readExpected();

/** Where a problem is, as the text of its line from there on. */
function textAt(text: string, { line, column }: { line: number; column: number }): string {
  return text.split('\n')[line - 1]!.slice(column - 1);
}

describe('broken files', () => {
  test('there are enough of them, and each has its expectation', () => {
    expect(broken.size).toBeGreaterThanOrEqual(60);
    expect(Object.keys(expected)).toEqual([...broken.keys()]);
  });

  test.each([...broken])('%s has its one problem, at its place, with its code and hint', (name, text) => {
    const result = parseCorpusFile(name, text);
    const { schema, ...problem } = expected[name]!;
    expect(result).toMatchObject({ status: 'invalid' });
    const problems = result.status === 'invalid' ? result.problems : [];
    expect(
      problems.map(({ line, column, code, message, hint, severity }) => ({ at: `${line}:${column}`, code, message, hint, severity })),
    ).toEqual([{ ...problem, severity: 'error' }]);
    expect(problem.hint).toMatch(/^\S.{3,}$/su);
    expect(judgeBySchema(name, text)).toBe(schema);
  });

  test('the JSON Schema alone refuses every wrong key that stands in a mapping of the language', () => {
    const keys = Object.entries(expected).filter(([, { code }]) => code === 'config_key_unknown' || code === 'config_key_missing');
    const accepted = keys.filter(([, { schema }]) => schema === 'accepts').map(([name]) => name);
    // The first has a kind with an open schema, the second a rule between two keys.
    expect(accepted).toEqual(['manual-choice.yml', 'step-input-typo.yml']);
    expect(keys.length).toBeGreaterThan(20);
  });
});

describe('valid files', () => {
  test('there are enough of them', () => expect(valid.size).toBeGreaterThanOrEqual(30));

  test.each([...valid])('%s is valid, for the JSON Schema too, and can be compiled', (name, text) => {
    const result = parseCorpusFile(name, text);
    expect(result).toMatchObject({ status: 'ok', warnings: [] });
    if (result.status === 'ok') expect(() => compileConfig(result.config)).not.toThrow();
    expect(judgeBySchema(name, text)).toBe('accepts');
  });
});

describe('whatever becomes of a file', () => {
  const texts = [...valid].map(([name, text]): [string, string] => [name, text.toString()]);
  const pieces = fc.constantFrom(
    ':',
    ' ',
    '\n',
    '-',
    '[',
    '}',
    '"',
    "'",
    ' #',
    '&a',
    '*a',
    '!',
    '|',
    '${{',
    '}}',
    '\t',
    '<<',
    '0',
    'on',
    '.',
    'watches:',
    'ü',
    '🚀',
    'null',
  );
  const damaged = fc.record({
    file: fc.constantFrom(...texts),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(12),
    insert: fc.array(pieces, { maxLength: 4 }).map((list) => list.join('')),
  });

  test('the parser answers, always the same, with places that exist', () => {
    fc.assert(
      fc.property(damaged, ({ file: [name, text], at, remove, insert }) => {
        const from = Math.floor(at * text.length);
        const changed = text.slice(0, from) + insert + text.slice(from + remove);
        const result = parseCorpusFile(name, changed);
        expect(parseCorpusFile(name, changed)).toEqual(result);
        const rows = changed.replace(/^\uFEFF/, '').split('\n');
        const problems = [...(result.status === 'invalid' ? result.problems : []), ...result.warnings];
        expect(problems.filter(({ line, column }) => !(line <= rows.length && column <= rows[line - 1]!.length + 1))).toEqual([]);
        expect(result.status === 'ok' || result.problems.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a word that does not belong is found exactly where it stands', () => {
    const word = fc.stringMatching(/^zq[a-z]{2,8}$/);
    const noise = fc.constantFrom('', '\n', '# note\n', '   \n\n');
    const spots = fc.constantFrom<[before: string, after: string]>(
      ['', ': 1\nversion: 1\nwatches: {}\n'],
      ['version: 1\nwatches:\n  a:\n    on: push\n    ', ': 1\n    steps: [{ uses: webhook, with: { url: https://a.b } }]\n'],
      [
        'version: 1\nwatches:\n  a:\n    on: { push: { branches: [main], ',
        ': 1 } }\n    steps: [{ uses: webhook, with: { url: https://a.b } }]\n',
      ],
      ['version: 1\nwatches:\n  a:\n    on: [push, "', '"]\n    steps: [{ uses: webhook, with: { url: https://a.b } }]\n'],
      [
        "version: 1\nwatches:\n  a:\n    on: push\n    if: \"ref.name == 'ü🚀'  &&  change.",
        '"\n    steps: [{ uses: webhook, with: { url: https://a.b } }]\n',
      ],
      [
        'version: 1\nwatches:\n  a:\n    on: push\n    steps:\n      - uses: webhook\n        with:\n          url: https://a.b\n          body: |\n            one ${{ ref.name }}\n            two ${{ after }} ${{ ',
        '.x }}\n',
      ],
      ['version: 1\nwatches:\n  a:\n    on: push\n    steps: [{ uses: "', '" }]\n'],
    );
    fc.assert(
      fc.property(word, noise, spots, (typo, above, [before, after]) => {
        const text = `${above}${before}${typo}${after}`;
        const result = parseCorpusFile('typo.yml', text);
        const problems = result.status === 'invalid' ? result.problems : [];
        expect(problems).toHaveLength(1);
        expect(textAt(text, problems[0]!).replace(/^["']/, '')).toMatch(new RegExp(`^${typo}`));
      }),
      { numRuns: 200 },
    );
  });
});

describe('an expression over several lines or with escapes', () => {
  test.each([
    ["    if: |\n      ref.name == 'x' &&\n      zq.name == 'y'", '6:7'],
    ["    if: >-\n      ref.name == 'x' &&\n\n      contains(zq, 'y')", '7:16'],
    ["    if: ref.name == 'x' &&\n      zq.name", '5:7'],
    ['    if: "ref.name == \'\\u00fc \\"x\\"\' && zq.name"', '4:40'],
    ["    if: 'ref.name == ''a'' && zq'", '4:31'],
    ["    if: |\n      ${{\n        ref.name == 'x' &&\n        zq.name\n      }}", '7:9'],
  ])('%j', (condition, at) => {
    const [problem] = listProblems(fileWith(`${condition}\n    on: push\n    steps: [{ uses: webhook, with: { url: https://a.b } }]`));
    expect(problem).toMatch(new RegExp(`^${at} expression_invalid \`zq\` cannot be used here`));
  });
});

describe('warnings', () => {
  const hook = '    on: push\n    steps: [{ uses: webhook, with: { url: "https://a.b", secret: "${{ secrets.S }}" } }]';
  const warningsOf = (text: string) =>
    parseCorpusFile('w.yml', text).warnings.map(({ line, column, code, severity }) => `${line}:${column} ${code} ${severity}`);

  test.each([
    ['github', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
    ['slack', 'xoxb-1234567890-abcdefghij'],
    ['slack address', 'https://hooks.slack.com/services/T000/B000/abcdefghijklmnop'],
    ['aws', 'AKIAABCDEFGHIJKLMNOP'],
    ['key', 'before -----BEGIN RSA PRIVATE KEY-----'],
    ['bearer', 'Bearer abcdefghijklmnopqrstuvwxyz'],
    ['password', 'https://user:hunter22@a.example.com'],
  ])('a secret written out is told and never repeated: %s', (_, secret) => {
    const text = fileWith(hook, `vars:\n  a: x\n  b: "y ${secret}"\n`);
    const { warnings } = parseCorpusFile('w.yml', text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ code: 'secret_literal', severity: 'warning', line: 4, path: 'vars.b' });
    expect(textAt(text, warnings[0]!)).toContain(secret.replace('before ', ''));
    expect(JSON.stringify(warnings)).not.toContain(secret.slice(-12));
    expect(listProblems(text)).toEqual([]);
  });

  test('a secret input without a name of a secret', () => {
    expect(warningsOf(fileWith(hook))).toEqual([]);
    expect(warningsOf(fileWith(hook.replace('${{ secrets.S }}', 'plain words')))).toEqual(['5:67 secret_literal warning']);
  });

  test('a comment that cuts a value; an ordinary comment is none', () => {
    expect(warningsOf(fileWith(`    name: Deploy #1 to main\n${hook}`))).toEqual(['4:11 config_comment_cut warning']);
    expect(warningsOf(fileWith(`    name: Deploy # number one\n${hook}`))).toEqual([]);
    expect(warningsOf(fileWith(`    name: "Deploy #1"\n${hook}`))).toEqual([]);
  });
});
