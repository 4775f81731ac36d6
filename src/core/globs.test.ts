import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { checkPattern, compilePatterns } from './globs.ts';

/** GitHub's "filter pattern cheat sheet": every documented example, and what its words rule out. */
const branchesAndTags: [pattern: string, matches: string[], others: string[]][] = [
  ['feature/*', ['feature/my-branch', 'feature/your-branch'], ['feature', 'feature/a/b', 'x/feature/a']],
  ['feature/**', ['feature/beta-a/my-branch', 'feature/your-branch', 'feature/mona/the/octocat'], ['feature', 'features/a']],
  ['main', ['main'], ['Main', 'main2', 'a/main', '']],
  ['releases/mona-the-octocat', ['releases/mona-the-octocat'], ['releases/mona']],
  ['*', ['main', 'releases'], ['all/the/branches']],
  ['**', ['all/the/branches', 'every/tag', 'main'], []],
  ['*feature', ['mona-feature', 'feature', 'ver-10-feature'], ['a/feature', 'feature-1']],
  ['v2*', ['v2', 'v2.0', 'v2.9'], ['v1', 'v2/a']],
  ['v[12].[0-9]+.[0-9]+', ['v1.10.1', 'v2.0.0'], ['v3.0.0', 'v1..1', 'v1.10', 'v1.a.1']],
  ['Octo*', ['Octocat', 'Octo'], ['octocat']],
  ['[CB]at', ['Cat', 'Bat'], ['cat', 'Rat', 'at']],
  ['[1-2]00', ['100', '200'], ['300', '00', '1-200']],
  ['release/v[0-9].[0-9]', ['release/v1.2'], ['release/v10.2']],
];
const paths: typeof branchesAndTags = [
  ['*', ['README.md', 'server.rb'], ['docs/README.md']],
  ['*.jsx?', ['page.js', 'page.jsx'], ['page.jsxx', 'page.jsy', 'a/page.js']],
  ['**', ['all/the/files.md'], []],
  ['*.js', ['app.js', 'index.js'], ['js/index.js', 'app.jsx']],
  ['**.js', ['index.js', 'js/index.js', 'src/js/app.js'], ['index.ts']],
  ['docs/*', ['docs/README.md', 'docs/file.txt'], ['docs/a/b.md']],
  ['docs/**', ['docs/README.md', 'docs/mona/octocat.txt'], ['doc/README.md']],
  ['docs/**/*.md', ['docs/README.md', 'docs/mona/hello-world.md', 'docs/a/markdown/file.md'], ['docs/a.txt', 'x/docs/a.md']],
  ['**/docs/**', ['docs/hello.md', 'dir/docs/my-file.txt', 'space/docs/plan/space.doc'], ['mydocs/hello.md', 'docs']],
  ['**/README.md', ['README.md', 'js/README.md', 'a/b/README.md'], ['MYREADME.md']],
  ['**/*src/**', ['a/src/app.js', 'my-src/code/js/app.js', 'src/a'], ['source/a.js']],
  ['**/*-post.md', ['my-post.md', 'path/their-post.md'], ['post.md']],
  ['**/migrate-*.sql', ['migrate-10909.sql', 'db/migrate-v1.0.sql', 'db/sept/migrate-v1.sql'], ['db/migrate.sql']],
];

describe('GitHub’s documented patterns', () => {
  test.each([...branchesAndTags, ...paths])('%s', (pattern, matches, others) => {
    const match = compilePatterns([pattern]);
    expect(matches.filter((name) => !match(name).matched)).toEqual([]);
    expect(others.filter((name) => match(name).matched)).toEqual([]);
  });

  test('a later `!` takes out, a later pattern takes in again', () => {
    const without = compilePatterns(['*.md', '!README.md']);
    expect(without('hello.md')).toEqual({ matched: true, by: '*.md' });
    expect(without('README.md')).toEqual({ matched: false, by: '!README.md' });
    expect(without('docs/hello.md')).toEqual({ matched: false });
    const again = compilePatterns(['*.md', '!README.md', 'README*']);
    expect(['hello.md', 'README.md', 'README.doc'].every((name) => again(name).matched)).toBe(true);
  });

  test('the example of the configuration language', () => {
    const match = compilePatterns(['main', 'release/**', '!release/**/tmp']);
    expect(match('main').matched).toBe(true);
    expect(match('release/1/x').matched).toBe(true);
    expect(match('release/1/tmp')).toEqual({ matched: false, by: '!release/**/tmp' });
    expect(match('release/tmp').matched).toBe(false);
  });
});

describe('our reading of what GitHub leaves open', () => {
  test.each<[string, string, boolean]>([
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['\\!a', '!a', true],
    ['a!b', 'a!b', true],
    ['[a\\]]x', ']x', true],
    ['[a-]x', '-x', true],
    ['a+?', '', true],
    ['a+?', 'aaa', true],
    ['ü+', 'üüü', true],
    ['🚀?x', 'x', true],
    ['[🚀é]', '🚀', true],
    ['a.b', 'axb', false],
    ['.*', '.hidden', true],
    ['(a|b){2}', '(a|b){2}', true],
    ['@(a)', 'a', false],
    ['{a,b}', 'a', false],
    ['a]', 'a]', true],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(compilePatterns([pattern])(name).matched).toBe(expected);
  });

  test.each(['', '!', '?a', '+', '[', '[]', '[a', '[^a]', '[!a]', '[z-a]', '[a-Z]', '[!-/]', 'a\\', '[\\', 'x'.repeat(2000)])(
    'refuses %j and says why',
    (pattern) => {
      expect(checkPattern(pattern)).toMatch(/^The pattern `.*` .+\.$/s);
      expect(() => compilePatterns([pattern])).toThrow();
    },
  );
});

describe('hostile patterns and names', () => {
  test.each([
    ['*a'.repeat(100) + 'b', 'a'.repeat(255)],
    ['a?'.repeat(300) + 'a'.repeat(300), 'a'.repeat(300)],
    ['a+'.repeat(300) + 'b', 'a'.repeat(255)],
    ['**/'.repeat(200) + 'x', 'a/'.repeat(2000)],
  ])('%#: takes time in proportion', (pattern, name) => {
    const match = compilePatterns([pattern]);
    const start = performance.now();
    match(name);
    // A backtracking matcher needs longer than the universe has existed.
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('any pattern is either refused in words or answers for any name', () => {
    const characters = fc.constantFrom('*', '?', '+', '[', ']', '!', '\\', '-', '/', 'a', 'Z', '0', '.', '🚀', 'é');
    const pattern = fc.string({ unit: characters, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), fc.string({ unit: 'binary', maxLength: 255 }), (list, name) => {
        const good = list.filter((text) => checkPattern(text) === undefined);
        const match = compilePatterns(good);
        expect(match(name)).toEqual(match(name));
        expect(match(name).matched).toBe(good.length > 0 && match(name).matched);
      }),
    );
  });

  test('a name always matches itself, escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }), (name) => {
        const escaped = Array.from(name, (character) => `\\${character}`).join('');
        expect(compilePatterns([escaped])(name).matched).toBe(true);
        expect(compilePatterns([escaped])(`${name}x`).matched).toBe(false);
      }),
    );
  });

  test('the last pattern that fits decides, in whatever order they stand', () => {
    const pattern = fc.tuple(fc.boolean(), fc.constantFrom('**', 'a/*', 'a/**', '*b', 'a/b', '**/b', 'c+', '[ab]', 'a?/b'));
    const names = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 6 }), names, (list, name) => {
        const last = list.findLast(([, text]) => compilePatterns([text])(name).matched);
        const match = compilePatterns(list.map(([negative, text]) => (negative ? `!${text}` : text)));
        expect(match(name).matched).toBe(last !== undefined && !last[0]);
      }),
    );
  });

  test('agrees with a regular expression on the simple part of the language', () => {
    const part = fc.constantFrom<[string, string]>(
      ['*', '[^/]*'],
      ['**', '.*'],
      ['a', 'a'],
      ['b', 'b'],
      ['/x', '/x'],
      ['[ab]', '[ab]'],
      ['a+', 'a+'],
      ['b?', 'b?'],
    );
    // Two stars in a row would be one pattern here and two in the regular expression; a letter keeps them apart.
    const parts = fc
      .array(part, { minLength: 1, maxLength: 6 })
      .map((list) => list.flatMap((item): [string, string][] => [item, ['c', 'c']]));
    const names = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', 'x'), maxLength: 20 });
    fc.assert(
      fc.property(parts, names, (list, name) => {
        const glob = list.map(([text]) => text).join('');
        const expected = new RegExp(`^${list.map(([, text]) => text).join('')}$`, 's');
        expect(compilePatterns([glob])(name).matched).toBe(expected.test(name));
      }),
    );
  });
});
