import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let repository: Awaited<ReturnType<typeof track>>;
let third: typeof repository;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  const body = { event: '${{ change.event }}', from: '${{ change.trigger.name }}', sha: '${{ change.after }}', who: '${{ actor.login }}' };
  const watches = {
    pushed: webhookWatch(`${world.sink.url}/pushed`),
    told: webhookWatch(
      `${world.sink.url}/told`,
      { on: { inbound: { triggers: ['mirror', 'ci*'], events: ['push', 'deploy.*'] } } },
      { body },
    ),
  };
  repository = await track(world, 'app', { '.github/repowatch.yml': configOf(watches) });
  await track(world, 'other');
  third = await track(world, 'third');
  await quiet(world);
  world.sink.requests.length = 0;
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(path.startsWith('http') ? path : `${world.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const ask = (path: string, body: unknown) => post(path, body, { authorization: `Bearer ${adminToken}` });
const register = async (body: object): Promise<ApiObject & { id: string; uri: string; secret: string }> => {
  const response = await ask('/api/triggers', body);
  expect(response.status).toBe(201);
  return (await response.json()) as ApiObject & { id: string; uri: string; secret: string };
};
const signed = (text: string, secret: string) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
const codeOf = async (response: Response) => [response.status, ((await response.json()) as ApiObject)['code']];
const settledOf = async (response: Response): Promise<ApiObject> => {
  expect(response.status).toBe(202);
  return await world.settled(((await response.json()) as { guid: string }).guid);
};

describe('a trigger of GitHub', () => {
  test('shows its secret once, takes the repository’s own webhook, and makes the changes that the App would make', async () => {
    const { id, uri, secret } = await register({ provider: 'github', repo_id: repository.id, repo_path: 'acme/app' });
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(uri).toBe(`/webhooks/github/${id}/payload`);
    expect(await codeOf(await ask('/api/triggers', { provider: 'github', repository: 'acme/app' }))).toEqual([409, 'conflict']);
    for (const path of [`/api/triggers/${id}`, '/api/triggers', `/api/triggers/find?provider=github&repo_id=${repository.id}`])
      expect(JSON.stringify(await world.api(path))).not.toContain(secret);

    await world.github!.updateRef({ repo: 'acme/app', ref: 'refs/heads/side', sha: repository.head });
    await quiet(world);
    // The repository's own webhook sends what the App gets, without the installation.
    const { rows } = await world.database.db.raw<{ rows: { body: Buffer }[] }>(
      "select body from deliveries where event = 'push' order by id desc limit 1",
    );
    const text = JSON.stringify({ ...(JSON.parse(rows[0]!.body.toString('utf8')) as ApiObject), installation: undefined });
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'hook-1', 'x-hub-signature-256': signed(text, secret) };
    expect(await settledOf(await post(uri, text, headers))).toMatchObject({ source: 'trigger' });
    expect(await codeOf(await post(uri, text, { ...headers, 'x-hub-signature-256': signed(text, 'wrong') }))).toEqual([
      401,
      'signature_invalid',
    ]);
    // Twice the same push, from the App's webhook and from the repository's own, is one change.
    await quiet(world);
    expect(world.sink.requests.filter(({ path }) => path === '/pushed')).toHaveLength(1);
  });

  test('cannot speak of other repositories, nor of the installation', async () => {
    const { uri, secret } = await register({ provider: 'github', repository: 'acme/other', name: 'own' });
    const about = (payload: object, event: string, guid: string) => {
      const text = JSON.stringify(payload);
      return post(uri, text, { 'x-github-event': event, 'x-github-delivery': guid, 'x-hub-signature-256': signed(text, secret) });
    };
    expect(await codeOf(await about({ repository: { id: repository.id, full_name: 'acme/app' } }, 'push', 'm-1'))).toEqual([
      422,
      'trigger_mismatch',
    ]);
    const uninstalled = await about({ action: 'deleted', installation: { id: repository.installation } }, 'installation', 'm-2');
    expect(await settledOf(uninstalled)).toMatchObject({ status: 'ignored', code: 'unhandled_event' });
    expect((await world.list('/api/installations'))[0]).toMatchObject({ active: true });
  });

  test('is not believed about what a repository is: its number, its name, its owner, whose it is', async () => {
    const github = world.github!;
    await github.createAccount('rival', 'Organization');
    const { id: rivals } = await github.createRepository({ owner: 'rival', name: 'app', files: { a: 'a' } });
    await github.installApp('rival', 'all');
    await world.eventually('rival/app', () => world.api('/api/repos/rival/app').catch(() => undefined));
    await quiet(world);
    const shown = async () =>
      (await world.list('/api/repos')).map((each) => [each['github_id'], each['full_name'], each['installation_id']]);
    const before = await shown();
    const { uri, secret } = await register({ provider: 'github', repository: 'acme/third' });
    const { rows } = await world.database.db.raw<{ rows: { body: Buffer }[] }>(
      "select body from deliveries where event = 'push' order by id desc limit 1",
    );
    const push = JSON.parse(rows[0]!.body.toString('utf8')) as ApiObject;
    const mask = {
      ...(push['repository'] as ApiObject),
      full_name: 'rival/app',
      updated_at: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const forged = [
      { ...mask, id: third.id, owner: { id: rivals, login: 'rival', type: 'Organization' }, private: false },
      { ...mask, id: String(rivals) },
    ].map((facts) => JSON.stringify({ ...push, installation: undefined, ref: 'main', ref_type: 'branch', repository: facts }));
    for (const [index, text] of forged.entries()) {
      const headers = { 'x-github-event': 'create', 'x-github-delivery': `forged-${index}`, 'x-hub-signature-256': signed(text, secret) };
      expect([202, 422]).toContain((await post(uri, text, headers)).status);
    }
    await quiet(world);
    expect(await shown()).toEqual(before);
  });
});

describe('a trigger of another system', () => {
  test('GitLab proves itself by its token, and its push begins what waits for it, once', async () => {
    const { id, uri, secret } = await register({
      provider: 'gitlab',
      repo_id: 42,
      repo_path: 'group/app',
      repository: 'acme/app',
      name: 'mirror',
    });
    const push = {
      object_kind: 'push',
      ref: 'refs/heads/main',
      before: 'a'.repeat(40),
      after: 'b'.repeat(40),
      user_username: 'bob',
      project: { web_url: 'https://gitlab.test/group/app' },
    };
    const headers = { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secret, 'idempotency-key': 'gl-1' };
    expect(await codeOf(await post(uri, push, { ...headers, 'x-gitlab-token': 'x' }))).toEqual([401, 'signature_invalid']);
    expect(await codeOf(await post(uri, push, { 'x-gitlab-event': 'Push Hook' }))).toEqual([401, 'signature_missing']);
    expect(await settledOf(await post(uri, push, headers))).toMatchObject({ status: 'processed', event: 'push' });
    expect((await post(uri, push, headers)).status).toBe(202);
    await post(uri, { object_kind: 'issue' }, { ...headers, 'x-gitlab-event': 'Issue Hook', 'idempotency-key': 'gl-2' });
    await world.sink.waitUntil((requests) => requests.some(({ path }) => path === '/told'));
    await quiet(world);
    const told = world.sink.requests.filter(({ path }) => path === '/told').map(({ json }) => json);
    expect(told).toEqual([{ event: 'push', from: 'mirror', sha: 'b'.repeat(40), who: 'bob' }]);
    expect(await world.api(`/api/triggers/${id}`)).toMatchObject({ last_delivery: { event: 'issue', status: 'processed' } });
    expect((await world.list('/api/changes?type=inbound.received')).map(({ sentence }) => sentence)).toContain(
      'bob told push of acme/app through the trigger mirror (gitlab)',
    );
  });

  test('anybody else signs the body, or as Standard Webhooks say; without an id the bytes are the message', async () => {
    const { uri, secret } = await register({ provider: 'generic', repository: 'acme/app', name: 'ci-1' });
    const text = JSON.stringify({ type: 'Deploy.done', n: 1 });
    const headers = { 'x-signature-256': signed(text, secret) };
    const first = await settledOf(await post(uri, text, headers));
    expect(first).toMatchObject({ status: 'processed', event: 'deploy.done' });
    expect(await (await post(uri, text, headers)).json()).toMatchObject({ result: 'known', guid: first['guid'] });
    // Whoever caught the message has its bytes and its signature, and makes up an id.
    const again = await settledOf(await post(uri, text, { ...headers, 'x-delivery-id': 'another', 'webhook-id': 'another' }));
    expect(again).toMatchObject({ guid: 'another', status: 'ignored', code: 'already_known' });
    const standard = new Webhook(Buffer.from(secret).toString('base64'));
    const at = new Date();
    const by = (time: Date) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(time.getTime() / 1000)),
      'webhook-signature': standard.sign('msg_1', time, text),
    });
    expect(await codeOf(await post(uri, text, by(new Date(at.getTime() - 600_000))))).toEqual([401, 'signature_invalid']);
    expect(await settledOf(await post(uri, text, by(at)))).toMatchObject({ status: 'processed', guid: 'msg_1' });
  });

  test('a rotated secret ends at once, or after its grace; an imported one is never told', async () => {
    const { id, uri, secret } = await register({ provider: 'generic', repository: 'acme/other', name: 'turning' });
    const send = (key: string, n: number) => {
      const text = JSON.stringify({ n });
      return post(uri, text, { 'x-signature-256': signed(text, key) });
    };
    const rotated = (await (await ask(`/api/triggers/${id}/rotate`, { grace_seconds: 3_600 })).json()) as {
      secret: string;
      previous_valid_until: string;
    };
    expect(rotated.previous_valid_until).toMatch(/Z$/);
    expect([(await send(secret, 1)).status, (await send(rotated.secret, 2)).status]).toEqual([202, 202]);
    const last = (await (await ask(`/api/triggers/${id}/rotate`, {})).json()) as { secret: string };
    expect([(await send(secret, 3)).status, (await send(rotated.secret, 4)).status, (await send(last.secret, 5)).status]).toEqual([
      401, 401, 202,
    ]);
    const own = 'a secret that the sender has';
    const imported = await ask('/api/triggers/import', { provider: 'generic', repository: 'acme/other', secret: own });
    expect([imported.status, JSON.stringify(await imported.json()).includes(own)]).toEqual([200, false]);
    expect([(await send(last.secret, 6)).status, (await send(own, 7)).status]).toEqual([401, 202]);
    const { rows } = await world.database.db.raw<{ rows: { text: string }[] }>(
      'select row_to_json(s)::text as text from trigger_secrets s',
    );
    for (const value of [secret, rotated.secret, last.secret, own])
      expect(rows.map(({ text }) => text).join()).not.toContain(Buffer.from(value).toString('hex'));
    const { rows: noted } = await world.database.db.raw<{ rows: unknown[] }>(
      "select 1 from audit_entries where action = 'trigger.rotated' and target = 'turning'",
    );
    expect(noted).toHaveLength(2);
  });

  test('what is switched off, deleted, unknown or spelled otherwise takes nothing', async () => {
    const { id, uri, secret } = await register({ provider: 'generic', repository: 'acme/other', repo_id: 'x', name: 'short' });
    const send = (to: string) => post(to, '{}', { 'x-signature-256': signed('{}', secret) });
    const patch = { method: 'PATCH', body: { enabled: false } };
    await world.api(`/api/triggers/${id}`, patch);
    expect(await codeOf(await send(uri))).toEqual([403, 'trigger_disabled']);
    await world.api(`/api/triggers/${id}`, { method: 'DELETE', status: 204 }).catch(() => undefined);
    expect(await codeOf(await send(uri))).toEqual([404, 'trigger_unknown']);
    expect(await codeOf(await send('/webhooks/bitbucket/1/payload'))).toEqual([403, 'provider_unknown']);
    for (const to of ['/webhooks/generic/999999/payload', '/webhooks/github/0x1/payload', '/webhooks/'])
      expect((await codeOf(await send(to)))[0]).toBe(404);
    for (const body of [
      { provider: 'svn', repository: 'acme/app' },
      { provider: 'gitlab' },
      { provider: 'github', repository: 'acme/app', repo_id: 1 },
    ])
      expect((await ask('/api/triggers', body)).status).toBe(422);
    expect((await ask('/api/triggers', { provider: 'gitlab', repository: 'acme/none' })).status).toBe(404);
  });
});
