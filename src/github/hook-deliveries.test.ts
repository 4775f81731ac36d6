import { describe, expect, test } from '@jest/globals';
import { mockGet, mockedClients, nextPage, useMockedGitHub } from '../../test/support/github-mock.ts';
import { createHookDeliveries } from './hook-deliveries.ts';

useMockedGitHub();

const log = createHookDeliveries(mockedClients());
const json = { 'content-type': 'application/json; charset=utf-8' };
const path = '/app/hook/deliveries';

const item = (id: string, more = '') =>
  `{"id":${id},"guid":"0b989ba4-242f-11e5-81e1-c7b6966d2516","delivered_at":"2026-11-20T00:57:16Z","redelivery":false,"duration":0.27,
    "status":"OK","status_code":200,"event":"issues","action":"opened","installation_id":123,"repository_id":456,"throttled_at":null${more}}`;

describe('the list', () => {
  test('has ids above 2^53 as they are, small ones beside them, and the cursor of the next page', async () => {
    mockGet(`${path}?per_page=100`, [
      200,
      `[${item('3804004623172239366')},${item('17')}]`,
      { ...json, ...nextPage(`${path}?per_page=100&cursor=v1_17`) },
    ]);
    const page = await log.listPage(undefined);
    expect(page).toMatchObject({
      ok: true,
      value: { next: 'v1_17', unreadable: 0, deliveries: [{ id: '3804004623172239366' }, { id: '17' }] },
    });
    expect(page.ok && page.value.deliveries[0]).toEqual({
      id: '3804004623172239366',
      guid: '0b989ba4-242f-11e5-81e1-c7b6966d2516',
      deliveredAt: new Date('2026-11-20T00:57:16Z'),
      redelivery: false,
      status: 'OK',
      statusCode: 200,
      event: 'issues',
      action: 'opened',
      installationGithubId: '123',
      repositoryGithubId: '456',
    });
  });

  test('ends without a Link; entries without installation, and some that nobody understands, do not stop it', async () => {
    const ping = '{"id":5,"guid":"g","delivered_at":"2026-11-20T00:57:16Z","event":"ping","installation_id":null,"repository_id":null}';
    mockGet(`${path}?per_page=100&cursor=v1_17`, [200, `[${ping},{"id":6},7]`, json]);
    expect(await log.listPage('v1_17')).toMatchObject({
      value: { next: undefined, unreadable: 2, deliveries: [{ id: '5', status: '', action: null, installationGithubId: null }] },
    });
  });

  test('a page that is cut off or leads nowhere is a failure', async () => {
    mockGet(`${path}?per_page=100`, [200, `[${item('1')}`, json]);
    expect(await log.listPage(undefined)).toMatchObject({ ok: false, code: 'listing_incomplete' });
    mockGet(`${path}?per_page=100&cursor=c`, [200, '[]', { ...json, ...nextPage(`${path}?cursor=c`) }]);
    expect(await log.listPage('c')).toMatchObject({ ok: false, code: 'listing_incomplete' });
  });

  test('a limit says when to ask again', async () => {
    mockGet(`${path}?per_page=100`, [429, '{"message":"wait"}', { ...json, 'retry-after': '30' }]);
    expect(await log.listPage(undefined)).toMatchObject({ ok: false, code: 'github_rate_limited', retryAt: expect.any(Date) });
  });
});

describe('one delivery', () => {
  test('is read with its headers, and its payload byte for byte', async () => {
    const payload = '{"action":"opened","big":9007199254740993, "price": 1.10,"text":"\\u00e9 é 🎉"}';
    mockGet(`${path}/3804004623172239366`, [
      200,
      `{"id":3804004623172239366,"request":{"headers":{"X-GitHub-Event":"issues","X-GitHub-Hook-ID":12},"payload":${payload}},"response":{"headers":{},"payload":"ok"}}`,
      json,
    ]);
    const sent = await log.read('3804004623172239366');
    expect(sent).toMatchObject({ ok: true, value: { headers: { 'x-github-event': 'issues', 'x-github-hook-id': '12' } } });
    expect(sent.ok && sent.value.body?.toString()).toBe(payload);
  });

  test('without a payload has no body; gone, cut off and refused are failures', async () => {
    mockGet(`${path}/1`, [200, '{"request":{"headers":null,"payload":null}}', json]);
    expect(await log.read('1')).toEqual({ ok: true, value: { headers: {}, body: undefined } });
    mockGet(`${path}/2`, [404, '{"message":"Not Found"}', json]);
    expect(await log.read('2')).toMatchObject({ ok: false, code: 'github_not_found' });
    mockGet(`${path}/3`, [200, '{"request":{"headers":{},"payl', json]);
    expect(await log.read('3')).toMatchObject({ ok: false, code: 'github_unavailable' });
    mockGet(`${path}/4`, [200, '{"nothing":1}', json]);
    expect(await log.read('4')).toMatchObject({ ok: false, code: 'github_unavailable' });
  });
});

test('the configuration of the webhook', async () => {
  mockGet('/app/hook/config', [
    200,
    '{"url":"https://a.example/api/github/webhooks","content_type":"json","insecure_ssl":"1","secret":"********"}',
    json,
  ]);
  expect(await log.readConfig()).toEqual({
    ok: true,
    value: { url: 'https://a.example/api/github/webhooks', contentType: 'json', insecureSsl: true, hasSecret: true },
  });
});
