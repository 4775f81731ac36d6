import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { readBlocks } from '../../../test/support/docs-pages.ts';
import { startHttp, type TestHttpServer } from '../../../test/support/http.ts';
import { loadKinds } from '../../actions/load-kinds.ts';

let base: TestDatabase;
let server: TestHttpServer;

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db, { kinds: await loadKinds() });
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

const read = (path: string, headers: Record<string, string> = {}) => fetch(`${server.base}/schema/${path}`, { headers });

test('the schema is open to everybody, cacheable, and answered once per version', async () => {
  const answer = await read('repowatch.json');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/schema\+json/);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  const schema = (await answer.json()) as { $schema: string; properties: Record<string, { description?: string }> };
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(Object.entries(schema.properties).filter(([, { description }]) => description === undefined)).toEqual([]);
  const again = await read('repowatch.json', { 'if-none-match': answer.headers.get('etag')! });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('every example of the pages is valid for it, and the organisation’s has more keys', async () => {
  const ajv = new Ajv({ strictTypes: false });
  const validate = ajv.compile((await (await read('repowatch.json')).json()) as object);
  const blocks = (await readBlocks()).filter(({ language }) => language === 'yaml');
  const refused = blocks.filter(({ text }) => !validate(parse(text))).map(({ place }) => place);
  expect(refused).toEqual([]);
  expect(blocks.length).toBeGreaterThan(5);
  const organization = ajv.compile((await (await read('repowatch-organization.json')).json()) as object);
  const file = { version: 1, mandatory: ['a'], allow: { actions: 'webhook' } };
  expect([validate(file), organization(file)]).toEqual([false, true]);
});
