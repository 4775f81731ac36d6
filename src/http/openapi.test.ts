import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { startHttp, withToken, type TestHttpServer } from '../../test/support/http.ts';
import { intakePath } from './node-server.ts';
import { projectBody } from './schemas/project.ts';
import { tokenBody } from './schemas/token.ts';

interface Operation {
  summary?: string;
  operationId?: string;
  tags?: string[];
  parameters?: { name: string }[];
  responses: Record<string, { headers?: Record<string, unknown>; content?: Record<string, unknown> }>;
}

let base: TestDatabase;
let server: TestHttpServer;
let document: {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
  document = (await (await fetch(`${server.base}/api/openapi.json`, { headers: withToken })).json()) as typeof document;
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

/** `GET /api/runs/{id}` of every operation. */
function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, operation]),
  );
}

test('is OpenAPI 3.1 without dangling references', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  const used = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(new Set(Object.keys(document.components.schemas)));
  expect(used).toContain('Problem');
});

test('is valid by the schema of OpenAPI 3.1, and every operation has a name of its own and a tag that is explained', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  const all = operations().map(([, operation]) => operation);
  const ids = all.map(({ operationId }) => operationId);
  expect(ids).toEqual([...new Set(ids)]);
  expect(ids).toContain('getRepoHooksByHookId');
  const known = new Set(document.tags.map(({ name }) => name));
  expect(all.flatMap(({ tags = [] }) => tags).filter((tag) => !known.has(tag))).toEqual([]);
});

test.each([
  ['/api/tokens', tokenBody],
  ['/api/projects', projectBody],
])('POST %s has an example that it takes', (path, body) => {
  const [example] = (body.meta()?.['examples'] ?? []) as unknown[];
  expect(body.safeParse(example)).toMatchObject({ success: true });
  expect(JSON.stringify(document.paths[path]?.['post'])).toContain(JSON.stringify(example));
});

test('says which headers are taken and answered', () => {
  const { get, put } = document.paths['/api/secrets/{name}']!;
  expect(put!.parameters!.map(({ name }) => name)).toEqual(expect.arrayContaining(['If-Match', 'If-None-Match']));
  expect(Object.keys(get!.responses['200']!.headers!)).toContain('ETag');
  expect(Object.keys(document.paths['/api/runs']!['get']!.responses['200']!.headers!)).toContain('Link');
  expect(Object.keys(document.paths['/api/runs']!['get']!.responses['503']!.headers!)).toContain('Retry-After');
});

test('every route is in the document, and everything in the document is a route', () => {
  const missing = operations()
    .map(([name]) => name.split(' ') as [string, string])
    .filter(([, path]) => path !== intakePath && !path.startsWith('/webhooks/'))
    .filter(([method, path]) => !server.app.hasRoute({ method, url: path.replace(/\{(\w+)\}/g, ':$1') }));
  expect(missing).toEqual([]);
  const documented = new Set(operations().map(([name]) => name.replace(/\{(\w+)\}/g, ':$1')));
  const undocumented = server.routes
    .map(({ method, url }) => `${method} ${url}`)
    .filter((name) => !name.startsWith('HEAD ') && !documented.has(name));
  expect(undocumented).toEqual([]);
});

test('every operation says what it does, where it belongs, what it answers and how it refuses', () => {
  const open = new Set([
    'GET /healthz',
    'GET /ping',
    'GET /version',
    'GET /readyz',
    'GET /schema/repowatch.json',
    'GET /schema/repowatch-organization.json',
    'GET /schema/envelope.v1.json',
  ]);
  const flaws = operations().flatMap(([name, { summary, tags, responses }]) => {
    const found: string[] = [];
    if (!summary) found.push(`${name}: no summary`);
    if (tags?.length !== 1) found.push(`${name}: no tag`);
    if (!Object.keys(responses).some((status) => status.startsWith('2'))) found.push(`${name}: no success`);
    const refusals = Object.values(responses).filter(({ content }) => content?.['application/problem+json'] !== undefined);
    if (!open.has(name) && refusals.length === 0) found.push(`${name}: no problem`);
    return found;
  });
  expect(flaws).toEqual([]);
});

test('the figures of a scrape', async () => {
  const text = await (await fetch(`${server.base}/metrics`, { headers: withToken })).text();
  for (const line of [
    'repowatch_deliveries{status="unprocessed"} 0',
    'repowatch_runs{status="dead"} 0',
    'repowatch_queue_depth{queue="deliveries"} 0',
    'repowatch_oldest_waiting_seconds{queue="runs"} 0',
    'repowatch_http_request_duration_seconds_count{method="GET",route="/api/openapi.json",status="200"} 1',
  ]) {
    expect(text).toContain(line);
  }
});
