import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seedRepository, seedThread } from './support/seed.ts';
import { isErrorCode } from '../src/core/error-catalogue.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { startHttp, withToken, type TestHttpServer } from './support/http.ts';

interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: unknown;
}

let base: TestDatabase;
let server: TestHttpServer;
/** Every operation below /api, by method and path. */
let operations: { method: string; path: string; operation: Operation }[];

beforeAll(async () => {
  base = await createTestDatabase();
  const app = await seedRepository(base.db, 'acme/app', { watches: ['deploy'] });
  await seedThread(base.db, app);
  server = await startHttp(base.db);
  const document = (await (await fetch(`${server.base}/api/openapi.json`, { headers: withToken })).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(() => path.startsWith('/api/') && path !== '/api/github/webhooks')
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await base[Symbol.asyncDispose]();
});

const texts = [
  "1' or '1'='1",
  '1; drop table runs; --',
  '__proto__',
  'constructor',
  'a\0b',
  '../../etc/passwd',
  '9'.repeat(400),
  '💥\u202e',
  '%',
  '-1',
];

/** Bodies that no address takes; as text, because some of them cannot be written by `JSON.stringify`. */
const bodies = [
  '[]',
  '"text"',
  '42',
  'true',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"name":"\\u0000"}',
  '{"name":"\\ud800"}',
  '{"\\ud800":1}',
  '{"unknown":"\'; drop table runs; --"}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `{"a":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`,
  '{"id":1e999,"limit":-1}',
  '{"name":',
];

const takesBody = new Set(['PUT', 'PATCH', 'POST']);

/** The rows of every table, so that nothing can have changed unseen; but for what is noted of the parts that stand behind the routes here and always succeed. */
async function countRows(): Promise<Record<string, number>> {
  const { rows } = await base.db.raw<{ rows: { name: string; count: string }[] }>(
    `select table_name as name, (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', table_name), false, true, '')))[1]::text as count
     from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'audit_entries' order by 1`,
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]));
}

/** Asks, and says what is wrong with the answer: it must refuse with a code, and never fail. */
async function judge(method: string, path: string, { body, only4xx }: { body?: string; only4xx: boolean }): Promise<string[]> {
  const response = await fetch(`${server.base}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...withToken, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body }),
  });
  const said = `${method} ${path.slice(0, 120)} ${(body ?? '').slice(0, 40)}: ${response.status}`;
  if (response.headers.get('content-type')?.startsWith('application/problem+json') !== true) {
    await response.body?.cancel();
    return only4xx || response.status >= 400 ? [said] : [];
  }
  const { code = '', status } = (await response.json()) as { code?: string; status: number };
  return isErrorCode(code) && status === response.status && status >= 400 && status < 500 ? [] : [`${said} ${code}`];
}

function fill(path: string, value: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'owner' ? 'acme' : name === 'name' && path.includes('/repos/') ? 'app' : value,
  );
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<string[]>): Promise<string[]> {
  const wrong: string[] = [];
  for (let at = 0; at < items.length; at += 16) wrong.push(...(await Promise.all(items.slice(at, at + 16).map(work))).flat());
  return wrong;
}

test('no name or id in an address does any harm, on any route', async () => {
  const before = await countRows();
  const asked = operations.filter(({ path }) => path.includes('{'));
  const cases = asked.flatMap(({ method, path }, index) =>
    // Every text with every route would be the same few guards a thousand times over: each route meets four, each text a third of them.
    texts.filter((_, at) => (at + index) % 3 === 0).map((text) => ({ method, path: fill(path, encodeURIComponent(text)) })),
  );
  const isHarmless = ({ method, path }: { method: string; path: string }) =>
    judge(method, path, { ...(takesBody.has(method) && { body: '[]' }), only4xx: method === 'PUT' || method === 'PATCH' });
  expect(await inTurns(cases, isHarmless)).toEqual([]);
  expect(await countRows()).toEqual(before);
});

test('no limit, cursor or filter does any harm, on any list', async () => {
  const lists = operations.filter(
    ({ method, operation }) => method === 'GET' && operation.parameters?.some(({ name }) => name === 'limit'),
  );
  expect(lists.length).toBeGreaterThan(15);
  const queries = [
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=abc',
    'limit=1e9',
    'limit=1&limit=2',
    'cursor=%00',
    "cursor=' or 1=1",
    'cursor=OTk5',
    'cursor=__proto__',
    '__proto__=1',
    'nobody[knows]=1',
  ];
  const cases = lists.flatMap(({ path }) => queries.map((query) => `${fill(path, '1')}?${query}`));
  const answers = await inTurns(cases, (path) => judge('GET', path, { only4xx: !path.endsWith('cursor=OTk5') }));
  expect(answers).toEqual([]);
});

test('no body does any harm, on any route that takes one', async () => {
  const before = await countRows();
  const writes = operations.filter(
    ({ method, operation }) => method !== 'GET' && method !== 'DELETE' && operation.requestBody !== undefined,
  );
  const cases = writes.flatMap(({ method, path }, index) =>
    bodies.filter((_, at) => (at + index) % 3 === 0 || at < 5).map((body) => ({ method, path: fill(path, '1'), body })),
  );
  // An import is answered item by item.
  const wrong = await inTurns(cases, ({ method, path, body }) => judge(method, path, { body, only4xx: !path.endsWith('/import') }));
  expect(wrong).toEqual([]);
  expect(await countRows()).toEqual(before);
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});
