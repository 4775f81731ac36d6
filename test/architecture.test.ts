import { describe, expect, test } from '@jest/globals';
import { floors, judgeSources, listImports, nouns, onlyUsers, readSourceFiles } from './support/import-map.ts';

/** Judges a few made-up files. */
function judge(files: Record<string, string>): string[] {
  return judgeSources(new Map(Object.entries(files)));
}

test('the code keeps to the import map', async () => {
  const files = await readSourceFiles();
  expect(files.size).toBeGreaterThan(200);
  expect(files.get('src/env.ts')).toContain('process.env');
  expect(judgeSources(files)).toEqual([]);
});

test('every place and owner of a package that has code is on the map', async () => {
  const files = await readSourceFiles();
  const places = new Set(
    [...files.keys()].filter((path) => path.startsWith('src/') && !path.endsWith('.test.ts')).map((path) => path.split('/')[1]!),
  );
  expect([...places].filter((place) => !floors.flat().includes(place))).toEqual([]);
  const used = new Set([...files].filter(([path]) => /^(?:src|migrations)\//.test(path)).flatMap(([, text]) => listImports(text)));
  const unused = Object.keys(onlyUsers).filter((name) => ![...used].some((entry) => entry === name || entry.startsWith(`${name}/`)));
  expect(unused).toEqual([]);
});

describe('a planted violation is found:', () => {
  test('an import from below', () => {
    expect(judge({ 'src/core/clock.ts': `import { insertRuns } from '../runs/insert-runs.ts';` })).toEqual([
      'src/core/clock.ts imports src/runs/insert-runs.ts; core may not know runs.',
    ]);
  });

  test('an import from the same line, a type import, one over several lines, a dynamic one', () => {
    const flaws = judge({
      'src/http/server.ts': `import type { Tick } from '../schedule/scheduler.ts';`,
      'src/actions/door.ts': `import {\n  type Reader,\n  createReader,\n} from '../github/reader.ts';`,
      'src/flow/late.ts': `export async function late() {\n  return await import('../http/server.ts');\n}`,
    });
    expect(flaws).toEqual([
      'src/http/server.ts imports src/schedule/scheduler.ts; http may not know schedule.',
      'src/actions/door.ts imports src/github/reader.ts; actions may not know github.',
      'src/flow/late.ts imports src/http/server.ts; flow may not know http.',
    ]);
  });

  test('a noun that knows another noun', () => {
    expect(judge({ 'src/runs/list.ts': `import type { Delivery } from '../inbox/delivery.ts';` })).toEqual([
      'src/runs/list.ts imports src/inbox/delivery.ts; nouns do not know each other. Join them in flow/.',
    ]);
    expect(nouns.every((noun) => floors.flat().includes(noun))).toBe(true);
  });

  test('a stand-in that shares more with the product than core', () => {
    expect(judge({ 'src/stand-in/world.ts': `import { readPush } from '../github/translate/push.ts';` })).toEqual([
      'src/stand-in/world.ts imports src/github/translate/push.ts; stand-in may only import core.',
    ]);
  });

  test('a room that nobody planned', () => {
    expect(judge({ 'src/utils/text.ts': `import { a } from '../core/a.ts';` })).toEqual([
      'src/utils/text.ts lies in utils, which the import map does not know.',
    ]);
  });

  test.each([
    ['src/runs/insert-runs.ts', 'knex', 'type '],
    ['src/flow/apply-changes.ts', 'pg', ''],
    ['src/flow/apply-changes.ts', 'pg-boss', ''],
    ['src/flow/context.ts', 'probot', 'type '],
    ['src/http/intake.ts', '@octokit/webhooks', ''],
    ['src/actions/webhook/index.ts', 'isolated-vm', ''],
    ['src/flow/retry-later.ts', 'node-schedule', ''],
    ['src/github/clients.ts', 'undici', ''],
  ])('%s imports %s', (path, name, type) => {
    expect(judge({ [path]: `import ${type}{ X } from '${name}';` })).toEqual([expect.stringContaining(`${path} imports ${name}; only `)]);
  });

  test.each(['process.env', `process['env']`, 'process\n  .env'])('the environment read as %j', (text) => {
    expect(judge({ 'src/flow/context.ts': `export const home = ${text}.HOME;` })).toEqual([
      'src/flow/context.ts reads the environment; only src/env.ts does.',
    ]);
    expect(judge({ 'src/flow/context.ts': `import { env } from 'node:process';` })).toHaveLength(1);
  });

  test('a circle, of types only too', () => {
    const flaws = judge({
      'src/flow/a.ts': `import type { B } from './b.ts';`,
      'src/flow/b.ts': `import { c } from './c.ts';`,
      'src/flow/c.ts': `import type { A } from './a.ts';`,
    });
    expect(flaws).toEqual(['src/flow/a.ts → src/flow/b.ts → src/flow/c.ts → src/flow/a.ts is a circle of imports.']);
  });

  test('a barrel, a default export, a long file', () => {
    expect(judge({ 'src/flow/index.ts': `export * from './run-watch.ts';` })).toEqual([expect.stringContaining('hands on')]);
    expect(judge({ 'src/flow/index.ts': `export {\n  type A,\n  b,\n} from './run-watch.ts';` })).toEqual([
      expect.stringContaining('hands on'),
    ]);
    expect(judge({ 'src/flow/a.ts': `export default function a() {}` })).toEqual([expect.stringContaining('default export')]);
    expect(judge({ 'src/flow/a.ts': 'let a;\n'.repeat(301) })).toEqual([expect.stringContaining('has 301 lines')]);
    expect(judge({ 'src/flow/a.ts': 'let a;\n'.repeat(300) })).toEqual([]);
  });

  test('product code that imports from the tests, and a migration that imports from the product', () => {
    expect(judge({ 'src/flow/a.ts': `import { seed } from '../../test/support/seed.ts';` })).toEqual([
      'src/flow/a.ts imports test/support/seed.ts, which is not part of the product.',
    ]);
    expect(judge({ 'migrations/0001-a.ts': `import { a } from '../src/core/a.ts';` })).toEqual([
      expect.stringContaining('a migration must stay what it was'),
    ]);
  });
});

test('what looks like an import in a text is none', () => {
  expect(judge({ 'src/core/a.ts': 'export const sql = `\n  select 1 from "../runs/x.ts"`;\n// import { a } from "../runs/x.ts"' })).toEqual(
    [],
  );
});
