import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readOperations } from './support/api-table.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { readPages } from './support/docs-pages.ts';
import { startHttp, withToken, type TestHttpServer } from './support/http.ts';

let base: TestDatabase;
let server: TestHttpServer;
/** Summary by `GET /api/runs/:id`. */
let operations: Map<string, string>;

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
  operations = new Map(await readOperations(server.base));
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

test("README's table of the API is the OpenAPI document", async () => {
  const readme = (await readPages()).get('README.md')!;
  const table = /<!-- api -->([\s\S]*)<!-- \/api -->/.exec(readme)?.[1] ?? '';
  const rows = [...table.matchAll(/^\| (GET|POST|PUT|PATCH|DELETE)\s+\| `([^`]+)`\s+\| (.+?)\s*\|$/gm)];
  expect(rows.map(([, method, path, summary]) => [`${method} ${path}`, summary])).toEqual([...operations]);
});

test('every call that a page names exists, and so does every metric', async () => {
  const metrics = await (await fetch(`${server.base}/metrics`, { headers: withToken })).text();
  const unknown: string[] = [];
  for (const [path, text] of await readPages()) {
    // The stand-in's page is about GitHub's API.
    if (path === 'docs/stand-in.md' || path.startsWith('docs/adr/')) continue;
    // The first column of that page is about other systems.
    const ours = path === 'docs/coming-from.md' ? text.replaceAll(/^\| [^|]*/gm, '') : text;
    for (const [, call = ''] of ours.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/(?!\w*_control)[^\s`?]+)/g)) {
      const pattern = call.replaceAll(/\/[A-Z]+(?=\/|$)/g, '/:name');
      if (!operations.has(call) && !operations.has(pattern)) unknown.push(`${path}: ${call}`);
    }
    // Counted where the intake is wired, which this server replaces.
    for (const [name] of text.matchAll(/\brepowatch_(?!intake_answers_total|session)[a-z_]+\b/g))
      if (!metrics.includes(name)) unknown.push(`${path}: ${name}`);
  }
  expect(unknown).toEqual([]);
});
