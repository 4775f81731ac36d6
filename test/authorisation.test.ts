import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTokenText } from '../src/people/token-text.ts';
import { callers, classes, rows, type Expected, type Row } from './support/authorisation-rows.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { startHttp, testToken, type TestHttpServer } from './support/http.ts';
import { seedPerson, seedToken } from './support/people.ts';
import { seedProject, seedRepository, seedThread } from './support/seed.ts';

let base: TestDatabase;
let server: TestHttpServer;
/** Tokens by who calls, and what stands for the parameters of paths. */
let tokens: Record<string, string>;
let names: Record<string, string>;
const strangers = ['none', 'wrong', 'mistyped', 'expired', 'revoked'];

beforeAll(async () => {
  base = await createTestDatabase();
  const { db } = base;
  server = await startHttp(db);
  const app = await seedRepository(db, 'acme/app', { watches: ['deploy'] });
  const other = await seedRepository(db, 'rival/app', { watches: ['deploy'] });
  const thread = await seedThread(db, app);
  const ofThread = await db.raw<{ rows: { installation: string; repository: string }[] }>(
    `update deliveries set installation_github_id = (select github_id from installations where id = ?), repository_github_id = ? where id = ?
     returning installation_github_id as installation, repository_github_id as repository`,
    [app.installationId, app.githubId, thread.deliveryId],
  );
  const { installation } = ofThread.rows[0]!;
  const { rows: jobs } = await db.raw<{ rows: { id: string }[] }>(
    `insert into jobs (kind, target, requested_by) values ('reconcile', 'acme/app', 'admin') returning id`,
  );
  const jobId = jobs[0]!.id;
  await db.raw('insert into job_items (job_id, repository_id, installation_id) values (?, ?, ?)', [jobId, app.id, app.installationId]);
  const seen = (permission: 'read' | 'maintain') => [
    { githubId: installation, manages: false, repositories: [{ githubId: app.githubId, permission }] },
  ];
  const { rows: installations } = await db.raw<{ rows: { github_id: string }[] }>('select github_id from installations where id = ?', [
    other.installationId,
  ]);
  const owns = (githubId: string) => [{ githubId, manages: true, repositories: [] }];
  const revoked = await seedToken(db, { name: 'revoked' });
  await db.raw(`update api_tokens set revoked_at = now() where name = 'revoked'`);
  tokens = {
    wrong: createTokenText(),
    mistyped: `${createTokenText().slice(0, -1)}-`,
    expired: await seedToken(db, { expiresAt: new Date(Date.now() - 1_000) }),
    revoked,
    viewer: (await seedPerson(db, 'viewer', seen('read'))).token,
    reader: await seedToken(db, { scopes: ['read'], installations: [app.installationId] }),
    maintainer: (await seedPerson(db, 'maintainer', seen('maintain'))).token,
    manager: (await seedPerson(db, 'manager', owns(installation))).token,
    outsider: (await seedPerson(db, 'outsider', owns(installations[0]!.github_id))).token,
    admin: testToken,
  };
  const project = await seedProject(db, app);
  names = {
    ':owner': 'acme',
    ':name': 'app',
    ':installation': app.installationId,
    '/api/projects/:id': `/api/projects/${project.id}`,
    ':actionId': project.actionId,
    '/api/actions/:id': `/api/actions/${project.actionId}`,
    '/api/runs/:id': `/api/runs/${thread.runId}`,
    '/api/changes/:id': `/api/changes/${thread.changeId}`,
    '/api/deliveries/:id': `/api/deliveries/${thread.deliveryId}`,
    '/api/jobs/:id': `/api/jobs/${jobId}`,
    '/api/installations/:id': `/api/installations/${app.installationId}`,
    '/api/secrets/:name': '/api/secrets/TOKEN',
  };
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await base[Symbol.asyncDispose]();
});

function fill(text: string): string {
  const whole = Object.entries(names).sort(([a], [b]) => b.length - a.length);
  const filled = whole.reduce((path, [name, value]) => path.replace(new RegExp(`${name}(?![A-Za-z])`), value), text);
  return filled
    .replace(':key', 'deploy')
    .replace(':watch', 'deploy')
    .replace(/:[A-Za-z]+/g, '999999');
}

/** What a caller is answered: a status, or `ok` when it is not a refusal of whoever asks. */
async function ask(route: string, row: Row, caller: string): Promise<Expected> {
  const [method = '', url = ''] = route.split(' ');
  const { body, query = '', path = url } = typeof row === 'string' ? {} : row;
  const token = tokens[caller];
  const response = await fetch(`${server.base}${fill(path)}${fill(query)}`, {
    method,
    redirect: 'manual',
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: fill(JSON.stringify(body)) }),
  });
  if (response.status === 200) await response.body?.cancel();
  const text = response.status === 200 ? '' : await response.text();
  const said = JSON.parse(text.startsWith('{') ? text : '{}') as { detail?: string };
  // Somebody who may ask is told, too, of what there is not; whoever may not is told of nothing but the thing that they named.
  const isElsewhere =
    response.status === 404 &&
    !/^There is no (?:repository acme|installation|run|change|delivery|job|trigger|destination|breaker|lane|ticket|project|action|validation \d+(?! of|\d))/.test(
      said.detail ?? '',
    );
  // After ten wrong tokens from one address, the gate answers no more of them.
  if (response.status === 429) return 401;
  if ([401, 403].includes(response.status)) return response.status === 401 ? 401 : 403;
  return response.status === 404 && !isElsewhere ? 404 : 'ok';
}

test('every route of the server says who may use it, and has its line in the table', () => {
  const routes = server.routes.filter(({ method, url }) => method !== 'HEAD' && url !== '*');
  expect(routes.filter(({ access }) => access === undefined)).toEqual([]);
  const missing = routes.map(({ method, url }) => `${method} ${url}`).filter((route) => !(route in rows));
  expect(missing).toEqual([]);
});

test.each([
  ['none', 'unauthorized'],
  ['wrong', 'unauthorized'],
  ['mistyped', 'token_malformed'],
  ['expired', 'token_expired'],
  ['revoked', 'token_revoked'],
])('a token that is %s is told so: %s', async (who, code) => {
  const token = tokens[who];
  const response = await fetch(`${server.base}/api/runs`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  const body = (await response.json()) as { code: string };
  expect([response.status, body.code, response.headers.get('www-authenticate')]).toEqual([
    401,
    code,
    expect.stringMatching(/^Bearer realm=/),
  ]);
});

test('nobody gets in without a good token, whatever the route', async () => {
  const wrong: string[] = [];
  for (const [route, row] of Object.entries(rows)) {
    if (!isServed(route)) continue;
    // One stranger for each route and every stranger for some: the gate does not look at the route.
    const all = route.endsWith('/api/runs') || route.includes('/secrets/:name');
    for (const who of all ? strangers : [strangers[Object.keys(rows).indexOf(route) % strangers.length]!]) {
      const status = await ask(route, row, who);
      if (status !== (row === 'public' ? 'ok' : 401)) wrong.push(`${route} as ${who}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
});

test.each(callers)('what the %s may do, route by route', async (caller) => {
  const wrong: string[] = [];
  for (const [route, row] of Object.entries(rows)) {
    if (row === 'public' || !isServed(route)) continue;
    const expected = classes[typeof row === 'string' ? row : row.is][callers.indexOf(caller)]!;
    const status = await ask(route, row, caller);
    const fits = expected === 'ok or absent' ? status === 'ok' || status === 404 : status === expected;
    if (!fits) wrong.push(`${route}: ${status} instead of ${expected}`);
  }
  expect(wrong).toEqual([]);
});

function isServed(route: string): boolean {
  return server.routes.some(({ method, url }) => `${method} ${url}` === route);
}
