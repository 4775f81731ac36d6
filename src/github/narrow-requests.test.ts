import { expect, test } from '@jest/globals';
import nock from 'nock';
import { mockedApi, mockedClients, useMockedGitHub, type Answer } from '../../test/support/github-mock.ts';
import type { Db } from '../db/connect.ts';
import { createNarrowRequests, type NarrowRequest } from './narrow-requests.ts';

useMockedGitHub();

const token = 'ghs_0123456789012345678901234567890123456789';
const place = { installation: '77', owner: 'a', name: 'b', github_id: '9' };
// Only writes ask it, for their turn.
const db = undefined as unknown as Db;

/** Sends a GET with clients of its own; the token is made for it. */
async function ask(path: string, answer: Answer, changes: Partial<NarrowRequest> = {}) {
  nock(mockedApi)
    .post('/app/installations/77/access_tokens', { repository_ids: [9], permissions: { contents: 'read', issues: 'write' } })
    .reply(201, { token, expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  nock(mockedApi, { reqheaders: { authorization: `token ${token}` } })
    .get(`/repos/a/b${path}`)
    .reply(...answer);
  const send = createNarrowRequests({ clients: mockedClients(), db, host: 'ghe.example' });
  const permissions = { contents: 'read', issues: 'write' } as const;
  return await send(place, { method: 'GET', path, permissions, signal: new AbortController().signal, ...changes });
}

test('the token is made for the one repository and what was declared; what GitHub says of itself stays here', async () => {
  const headers = { 'content-type': 'application/json', 'x-oauth-scopes': 'x', etag: '"1"' };
  const answer = await ask('', [
    200,
    '{"id":12345678901234567890,"temp_clone_token":"AAAA","deep":[{"download_url":"https://x?token=1"}]}',
    headers,
  ]);
  expect(answer).toEqual({
    ok: true,
    value: { status: 200, headers: { 'content-type': 'application/json', etag: '"1"' }, data: { id: '12345678901234567890', deep: [{}] } },
  });
});

test('a redirect is an answer, and nobody goes there', async () => {
  const answer = await ask('/zipball', [302, '', { location: `${mockedApi}/elsewhere?token=secret` }]);
  expect(answer).toMatchObject({ ok: true, value: { status: 302, headers: {} } });
  expect(JSON.stringify(answer)).not.toContain('secret');
});

test.each<[string, Answer, object]>([
  ['what is not there', [404, { message: 'Not Found' }], { ok: true, value: { status: 404, data: { message: 'Not Found' } } }],
  ['a missing permission', [403, { message: 'Resource not accessible by integration' }], { ok: true, value: { status: 403 } }],
  ['a broken server', [502, 'no'], { ok: true, value: { status: 502 } }],
  ['a limit', [429, { message: 'slow down' }], { ok: false, code: 'github_rate_limited' }],
  ['a flood', [200, { text: 'x'.repeat(2 ** 20) }], { ok: false, code: 'github_refused', message: expect.stringContaining('1 MiB') }],
])('%s', async (_name, answer, expected) => {
  const said = await ask('/issues?page=2', answer);
  expect(said).toMatchObject(expected);
  expect(JSON.stringify(said)).not.toContain(token);
});

test('a script that ended sends nothing any more', async () => {
  const send = createNarrowRequests({ clients: mockedClients(), db, host: 'ghe.example' });
  const answer = await send(place, { method: 'GET', path: '', permissions: {}, signal: AbortSignal.abort() });
  expect(answer).toMatchObject({ ok: false, code: 'interrupted' });
});
