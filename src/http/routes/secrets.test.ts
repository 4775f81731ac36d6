import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, testActions, withToken, type TestHttpServer } from '../../../test/support/http.ts';
import { seedRepository, type SeededRepository } from '../../../test/support/seed.ts';
import { ok } from '../../core/outcome.ts';
import type { PutSecret } from '../secret-actions.ts';
import { pageOf } from '../schemas/common.ts';
import { secretSchema } from '../schemas/secret.ts';

let base: TestDatabase;
let server: TestHttpServer;
let repository: SeededRepository;
const put: PutSecret[] = [];

/** Stands for the vault: a row without a real value. */
async function putSecret(secret: PutSecret) {
  put.push(secret);
  const { owner, name, destinations } = secret;
  const bytes = Buffer.from('x');
  const row = { scope: owner.scope, installation_id: owner.installationId, repository_id: owner.repositoryId, name };
  const known = (await base.db('secrets').where(row).first('id')) as unknown;
  if (known !== undefined) return ok({ created: false, version: 2 });
  const sealed = { ciphertext: bytes, nonce: bytes, tag: bytes, wrapped_key: bytes, wrap_nonce: bytes, wrap_tag: bytes, key_id: 'k1' };
  const id = `00000000-0000-7000-8000-${String(put.length).padStart(12, '0')}`;
  await base.db('secrets').insert({ id, ...row, ...sealed, destinations: JSON.stringify(destinations) });
  return ok({ created: true, version: 1 });
}

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db, { actions: { ...testActions, secrets: { ...testActions.secrets, put: putSecret } } });
  repository = await seedRepository(base.db, 'Acme/App');
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

describe('secrets', () => {
  const send = async (method: string, path: string, body?: unknown) => {
    const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { ...withToken, 'content-type': 'application/json' } };
    const response = await fetch(`${server.base}${path}`, { method, headers: withToken, ...json });
    return { status: response.status, text: await response.text() };
  };

  test('are set for an owner and never read back', async () => {
    const body = { value: 'hunter2-value', scope: 'repository', repository: 'acme/APP', destinations: ['hooks.example.com'] };
    const made = await send('PUT', '/api/secrets/TOKEN', body);
    expect(made.status).toBe(201);
    expect((await send('PUT', '/api/secrets/TOKEN', body)).status).toBe(200);
    expect((await send('PUT', '/api/secrets/TOKEN', { value: 'hunter2-value' })).status).toBe(201);
    const owner = { scope: 'repository', installationId: repository.installationId, repositoryId: repository.id };
    expect(put[0]).toEqual({ owner, name: 'TOKEN', value: 'hunter2-value', destinations: ['hooks.example.com'], by: 'admin' });
    const list = await send('GET', '/api/secrets');
    const one = await send('GET', '/api/secrets/TOKEN?scope=repository&repository=acme/app');
    expect(
      pageOf(secretSchema.strict())
        .parse(JSON.parse(list.text))
        .data.map(({ scope }) => scope),
    ).toEqual(['global', 'repository']);
    expect(secretSchema.strict().parse(JSON.parse(one.text))).toMatchObject({
      repository: 'Acme/App',
      destinations: ['hooks.example.com'],
    });
    expect([made.text, list.text, one.text].join('')).not.toContain('hunter2');
    expect((await send('GET', '/api/secrets/OTHER')).status).toBe(404);
    expect((await send('DELETE', '/api/secrets/TOKEN')).status).toBe(204);
  });

  test.each([
    ['PUT', '/api/secrets/1BAD', { value: 'x' }],
    ['PUT', '/api/secrets/T', { value: 'x', scope: 'repository' }],
    ['PUT', '/api/secrets/T', { value: 'x', repository: 'acme/app' }],
    ['DELETE', '/api/secrets/T?scope=installation', undefined],
    ['PUT', '/api/secrets/T?scope=repository&repository=acme/app', { value: 'x', scope: 'repository', repository: 'acme/app' }],
    ['GET', '/api/secrets/T/used-by?scope=watch&watch=w', undefined],
  ])('%s %s without what it needs', async (method, path, body) => {
    expect((await send(method, path, body)).status).toBe(422);
  });
});
