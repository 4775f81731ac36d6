import { describe, expect, test } from '@jest/globals';
import { pushFacts } from '../../../test/support/attempt-context.ts';
import { RepoWatchError } from '../../core/errors.ts';
import type { NarrowRequest } from '../narrow-github.ts';
import { answerScriptGitHub, resolveRoute } from './script-github.ts';

const facts = pushFacts();
const signal = new AbortController().signal;

describe('routes of github.request', () => {
  test.each<[string, Record<string, unknown>, object]>([
    ['GET /repos/{owner}/{repo}', {}, { method: 'GET', path: '' }],
    ['GET /repos/acme/app/issues', { state: 'open', per_page: 5 }, { method: 'GET', path: '/issues?state=open&per_page=5' }],
    ['GET /repos/ACME/App/issues', {}, { path: '/issues' }],
    ['POST /repos/{owner}/{repo}/issues', { title: 'x', headers: { a: 1 } }, { path: '/issues', body: { title: 'x', headers: { a: 1 } } }],
    [
      'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
      { owner: 'acme', repo: 'app', issue_number: 7, state: 'closed' },
      { path: '/issues/7', body: { state: 'closed' } },
    ],
    [
      'DELETE /repos/{owner}/{repo}/issues/{n}/labels/{name}',
      { n: 1, name: 'a/b %?#' },
      { path: '/issues/1/labels/a%2Fb%20%25%3F%23', body: {} },
    ],
    ['GET /repos/{owner}/{repo}/contents/{path}', { path: 'a b/日/c.txt', ref: 'x' }, { path: '/contents/a%20b/%E6%97%A5/c.txt?ref=x' }],
    ['GET /repos/{owner}/{repo}/git/ref/{ref}', { ref: 'heads/release/1' }, { path: '/git/ref/heads/release/1' }],
  ])('%s %j', (route, params, target) => {
    expect(resolveRoute(route, params, facts)).toMatchObject({ ok: true, value: target });
  });

  test.each<[string, Record<string, unknown>]>([
    ['GET /user', {}],
    ['GET /installation/repositories', {}],
    ['GET https://api.github.com/repos/acme/app', {}],
    ['GET //evil.example/repos/acme/app', {}],
    ['GET /repos/acme/other', {}],
    ['GET /repos/other/app', {}],
    ['GET /repos/acme/app/../other', {}],
    ['GET /repos/acme/app/./issues', {}],
    ['GET /repos/acme/app/%2e%2e/other', {}],
    ['GET /repos/acme/app\\..\\other', {}],
    ['GET /repos/acme/app/issues?x=1', {}],
    ['GET /repos/acme/app#x', {}],
    ['GET /repos/../acme/app', {}],
    ['CONNECT /repos/acme/app', {}],
    ['get /repos/acme/app', {}],
    ['GET /repos/acme/app\r\nX-Evil: 1', {}],
    ['GET /repos/acme/app/issues\n', {}],
    ['GET /repos/{owner}/{repo}', { owner: 'other' }],
    ['GET /repos/{owner}/{repo}', { repo: '../other' }],
    ['GET /repos/{owner}/{repo}', { repo: 'app/issues' }],
    ['GET /repos/acme/app', { owner: 'other' }],
    ['GET /repos/{owner}/{repo}/issues/{n}', {}],
    ['GET /repos/{owner}/{repo}/issues/{n}', { n: '' }],
    ['GET /repos/{owner}/{repo}/issues/{n}', { n: '..' }],
    ['GET /repos/{owner}/{repo}/issues/{n}', { n: '\ud800' }],
    ['GET /repos/{owner}/{repo}/contents/{path}', { path: '../../other' }],
    ['GET /repos/{owner}/{repo}/contents/{path}', { path: 'a//b' }],
    ['GET /repos/{owner}/{repo}/{__proto__}', {}],
    ['GET /repos/{owner}/{repo}/{constructor}', {}],
    ['GET /repos/{owner}/{repo}/{a', {}],
  ])('%j %j is refused', (route, params) => {
    expect(resolveRoute(route, params, facts)).toMatchObject({ ok: false, code: 'github_refused' });
  });
});

describe('answers of github.request', () => {
  const asked: NarrowRequest[] = [];
  const github = {
    url: new URL('https://api.github.test'),
    request: async (_facts: unknown, request: NarrowRequest) => {
      asked.push(request);
      return {
        ok: true as const,
        value: { status: 200, headers: {}, data: request.path === '/large' ? 'x'.repeat(2 ** 20) : { id: '9' } },
      };
    },
  };
  const ask = async (request: object, checkDestination: (url: URL) => void = () => {}) =>
    JSON.parse(
      await answerScriptGitHub(JSON.stringify(request), signal, { github, facts, permissions: { issues: 'write' }, checkDestination }),
    ) as object;

  test('are what GitHub said; the permissions are those of the step', async () => {
    expect(await ask({ route: 'GET /repos/{owner}/{repo}' })).toEqual({ status: 200, headers: {}, data: { id: '9' } });
    expect(asked).toMatchObject([{ permissions: { issues: 'write' } }]);
  });

  test('a secret that may not go to GitHub keeps the request here', async () => {
    const refuse = () => {
      throw new RepoWatchError('secret_destination_not_allowed', 'not there');
    };
    expect(await ask({ route: 'GET /repos/{owner}/{repo}' }, refuse)).toMatchObject({ code: 'secret_destination_not_allowed' });
    expect(asked).toHaveLength(1);
  });

  test.each([
    [{ route: 'GET /repos/{owner}/{repo}/large' }, '1 MiB'],
    [{ route: 5 }, 'does not take'],
    [{ route: 'GET /repos/{owner}/{repo}', params: 'x' }, 'does not take'],
    [{ route: 'GET /repos/{owner}/{repo}', baseUrl: 'https://evil.example' }, 'does not take'],
  ])('%j is an error', async (request, message) => {
    expect(await ask(request)).toMatchObject({ error: expect.stringContaining(message) });
  });
});
