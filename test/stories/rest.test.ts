import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import createClient from 'openapi-fetch';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true, settings: { CORS_ORIGINS: 'https://tools.example.com' } });
  const github = world.github!;
  await github.createAccount('acme', 'Organization');
  await github.createRepository({ owner: 'acme', name: 'app', files: { 'README.md': '# app\n' } });
  await github.installApp('acme', 'all');
  // Whole: what is taken over in the background changes the repository, and its tag with it.
  await world.eventually('acme/app is taken over whole', async () => {
    const [repository] = await world.list('/api/repos');
    const open = await world.list('/api/deliveries?status=unprocessed,processing');
    return open.length === 0 && repository?.['config_checked_at'] != null && repository['last_synced_at'] !== null;
  });
});

afterAll(async () => await world[Symbol.asyncDispose]());

interface Answer {
  status: number;
  code: string | undefined;
  body: ApiObject;
  headers: Headers;
}

async function ask(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; raw?: string } = {},
): Promise<Answer> {
  const { body, headers, raw = body === undefined ? undefined : JSON.stringify(body) } = options;
  const response = await fetch(`${world.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...(raw !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(raw !== undefined && { body: raw }),
  });
  const text = await response.text();
  const read = (text.startsWith('{') ? JSON.parse(text) : {}) as ApiObject;
  return { status: response.status, code: read['code'] as string | undefined, body: read, headers: response.headers };
}

const hook = (events: string[]) => ({ url: 'https://example.com/hook', events });
const secret = (value: string) => ({ value, scope: 'repository', repository: 'acme/app' });
const secretPlace = '?scope=repository&repository=acme/app';

describe('edits on condition', () => {
  /** Whatever can be edited: how it is made, where it is read, and two edits that differ. */
  const edited: [what: string, path: string, method: string, bodies: [unknown, unknown], read?: string][] = [
    ['a repository', '/api/repos/acme/app', 'PATCH', [{ enabled: false }, { enabled: true }]],
    ['an installation', '/api/installations/1', 'PATCH', [{ enabled: false }, { enabled: true }]],
    [
      'a watch',
      '/api/repos/acme/app/watches/by_api',
      'PUT',
      [
        { on: 'push', steps: [{ uses: 'webhook', with: { url: 'https://example.com/a' } }] },
        { on: 'push', steps: [{ uses: 'webhook', with: { url: 'https://example.com/b' } }] },
      ],
    ],
    ['a hook', '/api/repos/acme/app/hooks/one', 'PUT', [hook(['COMMIT']), hook(['TAG_CREATED'])]],
    ['a default hook', '/api/installations/1/default-hooks/one', 'PUT', [hook(['COMMIT']), hook(['TAG_CREATED'])]],
    ['rules for hooks', '/api/installations/1/hook-rules', 'PUT', [{ copy_on: ['fork'] }, { copy_on: [] }]],
    ['a person', '/api/people/mona?installation=1', 'PUT', [{ email: 'mona@example.com' }, { email: 'm@example.com' }]],
    ['a secret', '/api/secrets/TOKEN', 'PUT', [secret('one-long-value'), secret('two-long-value')], `/api/secrets/TOKEN${secretPlace}`],
  ];

  test.each(edited)('%s: stale tags are 412, fresh ones go', async (...row) => {
    const [, path, method, [first, second], read = path] = row;
    if (method === 'PUT') await ask('PUT', path, { body: second });
    const seen = await ask('GET', read);
    const tag = seen.headers.get('etag')!;
    expect([seen.status, tag]).toEqual([200, expect.stringMatching(/^"[^"]+"$/)]);
    expect((await ask('GET', read, { headers: { 'if-none-match': tag } })).status).toBe(304);
    const done = await ask(method, path, { body: first, headers: { 'if-match': tag } });
    expect([done.status, done.code]).toEqual([200, undefined]);
    const after = await ask('GET', read);
    expect(done.headers.get('etag')).toBe(after.headers.get('etag'));
    const late = await ask(method, path, { body: second, headers: { 'if-match': tag } });
    expect([late.status, late.code]).toEqual([412, 'changed_meanwhile']);
    expect((await ask('GET', read)).body).toEqual(after.body);
    if (method === 'PUT')
      expect((await ask(method, path, { body: second, headers: { 'if-none-match': '*' } })).code).toBe('already_exists');
    expect((await ask(method, path, { body: second, headers: { 'if-match': '*' } })).status).toBe(200);
  });

  test('what is gone cannot be matched, and is removed by its tag only', async () => {
    await ask('PUT', '/api/repos/acme/app/watches/short', {
      body: { on: 'push', steps: [{ uses: 'webhook', with: { url: 'https://example.com' } }] },
    });
    const tag = (await ask('GET', '/api/repos/acme/app/watches/short')).headers.get('etag')!;
    const remove = async (match: string) =>
      (await ask('DELETE', '/api/repos/acme/app/watches/short', { headers: { 'if-match': match } })).status;
    expect([await remove('"other"'), await remove(`"x", ${tag}`), await remove(tag)]).toEqual([412, 204, 412]);
  });

  test('of 20 edits at once with one tag one goes; those that read again lose nothing', async () => {
    const path = '/api/people/crowd?installation=1';
    await ask('PUT', path, { body: { jira_account_id: '0' } });
    const tag = (await ask('GET', path)).headers.get('etag')!;
    const many = Array.from({ length: 20 }, (_, index) =>
      ask('PUT', path, { body: { jira_account_id: `n${index}` }, headers: { 'if-match': tag } }),
    );
    const statuses = (await Promise.all(many)).map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
    await ask('PUT', path, { body: { jira_account_id: '0' } });
    const add = async (): Promise<void> => {
      const { body, headers } = await ask('GET', path);
      const next = { jira_account_id: String(Number(body['jira_account_id']) + 1) };
      const { status } = await ask('PUT', path, { body: next, headers: { 'if-match': headers.get('etag')! } });
      if (status === 412) await add();
    };
    await Promise.all(Array.from({ length: 20 }, add));
    expect((await ask('GET', path)).body).toMatchObject({ jira_account_id: '20' });
  });
});

describe('requests that are done once', () => {
  const trigger = (id: string) => ({ body: { provider: 'generic', repository: 'acme/app', repo_id: id, repo_path: `group/${id}` } });

  test('concurrent creates give one 201 and conflicts', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => ask('POST', '/api/triggers', trigger('same'))));
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    const hooks = await Promise.all(
      Array.from({ length: 10 }, () =>
        ask('PUT', '/api/repos/acme/app/hooks/race', { body: hook(['COMMIT']), headers: { 'if-none-match': '*' } }),
      ),
    );
    expect(hooks.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, ...Array.from({ length: 9 }, () => 412)]);
  });

  test('with a key, ten of one are one, and its secret is kept encrypted', async () => {
    const wish = { ...trigger('keyed'), headers: { 'idempotency-key': 'key-1' } };
    const all = await Promise.all(Array.from({ length: 10 }, () => ask('POST', '/api/triggers', wish)));
    const [first] = all;
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(all.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(all.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(9);
    const { rows } = await world.app.context.db.raw<{ rows: { text: string }[] }>('select t::text as text from idempotency_keys t');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ text }) => text.includes(String(first!.body['secret'])))).toEqual([]);
    const other = await ask('POST', '/api/triggers', { ...trigger('another'), headers: wish.headers });
    expect([other.status, other.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('refusals are not kept, and bad keys are', async () => {
    const headers = { 'idempotency-key': 'key-2' };
    const tokens = { name: 'late', scopes: ['read'], expires_at: '2020-01-01T00:00:00Z' };
    expect((await ask('POST', '/api/tokens', { body: tokens, headers })).status).toBe(422);
    const made = await ask('POST', '/api/tokens', { body: { name: 'late', scopes: ['read'] }, headers });
    expect([made.status, made.headers.get('idempotent-replayed')]).toEqual([201, null]);
    const again = await ask('POST', '/api/tokens', { body: { name: 'late', scopes: ['read'] }, headers });
    expect([again.body['id'], again.headers.get('location')]).toEqual([made.body['id'], made.headers.get('location')]);
    const odd = await ask('POST', '/api/tokens', { body: tokens, headers: { 'idempotency-key': 'x'.repeat(201) } });
    expect([odd.status, odd.code]).toEqual([400, 'header_invalid']);
  });
});

describe('pages', () => {
  test('are the same rows however many come in between', async () => {
    for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) await ask('POST', '/api/tokens', { body: { name, scopes: ['read'] } });
    const before = (await ask('GET', '/api/tokens?limit=100')).body['data'] as ApiObject[];
    const seen: unknown[] = [];
    let next: string | undefined = '/api/tokens?limit=2';
    while (next !== undefined) {
      const { body, headers } = await ask('GET', next);
      seen.push(...(body['data'] as ApiObject[]).map(({ id }) => id));
      await ask('POST', '/api/tokens', { body: { name: `between-${seen.length}`, scopes: ['read'] } });
      const link = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      next = link === undefined ? undefined : link.slice(new URL(link).origin.length);
    }
    expect(seen).toEqual(before.map(({ id }) => id));
  });

  test('lead back to the first', async () => {
    const { body } = await ask('GET', '/api/tokens?limit=1');
    const { headers } = await ask('GET', `/api/tokens?limit=1&cursor=${(body['meta'] as { next: string }).next}`);
    expect(headers.get('link')).toMatch(/\/api\/tokens\?limit=1>; rel="first"$/);
  });
});

describe('refusals', () => {
  const cases: [what: string, status: number, code: string, ask: () => Promise<Answer>][] = [
    ['half a JSON', 400, 'request_malformed', () => ask('POST', '/api/tokens', { raw: '{"name":' })],
    [
      'another content type',
      415,
      'content_type_unsupported',
      () => ask('POST', '/api/tokens', { raw: '<a/>', headers: { 'content-type': 'text/xml' } }),
    ],
    ['a body of 2 MB', 413, 'request_too_large', () => ask('POST', '/api/tokens', { raw: `{"name":"${'x'.repeat(2_000_000)}"}` })],
    [
      'a field that nobody knows',
      422,
      'request_invalid',
      () => ask('POST', '/api/tokens', { body: { name: 'x', scopes: ['read'], admin: true } }),
    ],
    ['no token', 401, 'unauthorized', () => ask('GET', '/api/tokens', { headers: { authorization: '' } })],
    ['a method that is not taken', 405, 'method_not_allowed', () => ask('PATCH', '/api/tokens', { body: {} })],
    ['nothing there', 404, 'not_found', () => ask('GET', '/api/runs/999999')],
  ];

  test.each(cases)('%s is %d %s', async (...row) => {
    const [, status, code, refused] = row;
    const { body, headers, ...answer } = await refused();
    expect([answer.status, answer.code, headers.get('content-type')]).toEqual([
      status,
      code,
      expect.stringContaining('application/problem+json'),
    ]);
    expect(body).toMatchObject({
      type: expect.stringContaining(`#${code}`),
      title: expect.any(String),
      detail: expect.any(String),
      instance: expect.any(String),
    });
  });

  test('GitHub is down: whoever waits is told, and when to come back', async () => {
    const up = await ask('POST', '/api/repos/acme/app/sync?wait=1', { body: {} });
    expect([up.status, (up.body['job'] as ApiObject)['status']]).toEqual([200, 'done']);
    await world.github!.setFailure({ status: 503, times: 1000 });
    const { status, code, headers } = await ask('POST', '/api/repos/acme/app/sync?wait=1', { body: {} });
    await world.github!.clearFailures();
    expect([status, code, Number(headers.get('retry-after'))]).toEqual([503, 'github_unavailable', expect.any(Number)]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('other origins', () => {
  const preflight = { origin: 'https://tools.example.com', 'access-control-request-method': 'PUT', authorization: '' };

  test('that are listed may call with a token, and never with a cookie', async () => {
    const answer = await ask('OPTIONS', '/api/tokens', { headers: preflight });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, preflight.origin]);
    const { headers } = await ask('GET', '/api/tokens', { headers: { origin: preflight.origin } });
    expect([headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]).toEqual([preflight.origin, null]);
  });

  test('that are not listed are told nothing', async () => {
    const answer = await ask('OPTIONS', '/api/tokens', { headers: { ...preflight, origin: 'https://evil.example' } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, null]);
  });
});

test('the page of the API takes nothing from anywhere else', async () => {
  const { headers } = await ask('GET', '/api/docs', { headers: { authorization: '' } });
  const page = await (await fetch(`${world.url}/api/docs`)).text();
  const policy = headers.get('content-security-policy')!;
  expect(policy).toContain("default-src 'none'");
  expect(policy.replaceAll(/'[^']*'|data:/g, '')).not.toMatch(/https?:|\*/);
  const sources = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!);
  expect(sources).toEqual(['/api/docs/scalar.js', '/api/docs/start.js']);
  expect(page).not.toMatch(/<script(?![^>]*src=)/);
  for (const source of sources) expect((await fetch(`${world.url}${source}`)).headers.get('content-type')).toContain('javascript');
});

/** What openapi-typescript would write of the document, for the calls below. */
interface Paths {
  '/api/tokens': {
    get: {
      parameters: { query?: { limit?: number } };
      responses: { 200: { content: { 'application/json': { data: { id: string; name: string }[] } } } };
    };
    post: {
      requestBody: { content: { 'application/json': { name: string; scopes: string[] } } };
      responses: { 201: { content: { 'application/json': { id: string; token: string } } } };
    };
  };
  '/api/repos/{owner}/{name}': {
    get: {
      parameters: { path: { owner: string; name: string } };
      responses: {
        200: { content: { 'application/json': { full_name: string } } };
        404: { content: { 'application/problem+json': { code: string } } };
      };
    };
  };
}

test('a client made from the document talks to the server', async () => {
  const client = createClient<Paths>({ baseUrl: world.url, headers: { authorization: `Bearer ${adminToken}` } });
  const { paths } = (await ask('GET', '/api/openapi.json')).body as { paths: Record<string, object> };
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/api/tokens', '/api/repos/{owner}/{name}'] satisfies (keyof Paths)[]));
  const made = await client.POST('/api/tokens', { body: { name: 'generated', scopes: ['read'] } });
  expect(made.data?.token).toMatch(/^rwt_/);
  const { data } = await client.GET('/api/tokens', { params: { query: { limit: 1 } } });
  expect(data?.data[0]).toMatchObject({ id: made.data?.id, name: 'generated' });
  const repository = await client.GET('/api/repos/{owner}/{name}', { params: { path: { owner: 'acme', name: 'app' } } });
  expect(repository.data?.full_name).toBe('acme/app');
  const missing = await client.GET('/api/repos/{owner}/{name}', { params: { path: { owner: 'acme', name: 'none' } } });
  expect([missing.response.status, missing.error?.code]).toEqual([404, 'not_found']);
});
