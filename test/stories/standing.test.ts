import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installationPayload, pushPayload, repositoryObject, shaOf } from '../support/payloads.ts';
import { configOf, dataOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true, settings: { ALLOWED_ACCOUNTS: 'acme, other, Guarded' } });
  for (const login of ['other', 'stranger', 'guarded']) await world.github!.createAccount(login, 'Organization');
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const signed = (path: string) => ({ w: webhookWatch(`${world.sink.url}/${path}`, {}, { secret: '${{ secrets.SIGNING }}' }) });
const push = (repo: string) => world.github!.commitFile({ repo, branch: 'main', path: 'file.txt', content: String(Math.random()) });
const sinkGot = (head: string) => world.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === head));
const installationOf = async (account: string): Promise<ApiObject> => (await world.list(`/api/installations?account=${account}`))[0]!;
const runFor = (head: string) =>
  world.eventually('a failed run', async () => {
    const change = (await world.list('/api/changes?limit=100')).find((row) => row['after'] === head);
    const runs = change && (await world.list(`/api/runs?change=${String(change['id'])}`));
    return runs?.find((run) => run['status'] === 'failed');
  });

test('secrets do not follow a repository to its new owner until an admin confirms it', async () => {
  const { fullName } = await track(world, 'keeper', { '.github/repowatch.yml': configOf(signed('keeper')) });
  await world.github!.installApp('other', 'all');
  const secret = { value: 'a secret of the first owner', scope: 'repository', repository: fullName };
  await world.api('/api/secrets/SIGNING', { method: 'PUT', body: secret });
  await sinkGot(await push(fullName));
  await world.github!.transferRepository(fullName, 'other');
  await world.eventually('moved', async () => (await world.api('/api/repos/other/keeper').catch(() => undefined)) !== undefined);
  await quiet(world);
  const refused = await runFor(await push('other/keeper'));
  expect(refused['code']).toBe('secrets_frozen');
  expect(await world.api('/api/repos/other/keeper')).toMatchObject({
    secrets: { frozen: 1 },
    owner: { login: 'other', type: 'Organization' },
  });
  expect(await world.list('/api/secrets?repository=other/keeper')).toMatchObject([{ name: 'SIGNING', frozen: true }]);
  expect(await world.api('/api/repos/other/keeper/secrets/confirm-owner', { method: 'POST', body: {} })).toEqual({ confirmed: 1 });
  await sinkGot(await push('other/keeper'));
  expect(await world.api('/api/repos/other/keeper')).toMatchObject({ secrets: { frozen: 0 } });
});

test('switches: what happens meanwhile is ignored with a code, and nothing is lost when they are on again', async () => {
  const { fullName } = await track(world, 'switch', { '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/switch`) }) });
  const { id } = await installationOf('acme');
  const ignored = async (code: string) => {
    const head = await push(fullName);
    await quiet(world);
    const delivery = (await world.list(`/api/deliveries?repository=${fullName}`)).find((row) => row['event'] === 'push');
    expect(delivery).toMatchObject({ status: 'ignored', code });
    return head;
  };
  expect(await world.api(`/api/repos/${fullName}`, { method: 'PATCH', body: { enabled: false } })).toMatchObject({
    enabled: false,
    status: 'disabled',
  });
  const first = await ignored('repository_disabled');
  await world.api(`/api/repos/${fullName}`, { method: 'PATCH', body: { enabled: true } });
  await sinkGot(first);
  expect(await world.api(`/api/installations/${String(id)}`, { method: 'PATCH', body: { enabled: false } })).toMatchObject({
    enabled: false,
    active: false,
  });
  const second = await ignored('installation_disabled');
  await world.api(`/api/installations/${String(id)}`, { method: 'PATCH', body: { enabled: true } });
  await sinkGot(second);
  await world.api('/api/installations/999999', { method: 'PATCH', body: { enabled: true }, status: 404 });
});

test('an account that is not on the list is shown and left alone', async () => {
  await world.github!.createRepository({ owner: 'stranger', name: 'app', files: {} });
  const { id } = await world.github!.installApp('stranger', 'all');
  await quiet(world);
  await push('stranger/app');
  await quiet(world);
  expect(await installationOf('stranger')).toMatchObject({ status: 'not_allowed', active: false, repositories: { tracked: 0 } });
  expect(await world.github!.apiCalls({ path: `/app/installations/${id}/access_tokens` })).toEqual([]);
  const deliveries = await world.list('/api/deliveries?limit=100');
  const codes = deliveries.filter((row) => row['installation_github_id'] === String(id)).map((row) => row['code']);
  expect(new Set(codes)).toEqual(new Set(['installation_not_allowed']));
});

test('an IP allow list is said to be one, with the page where it is mended, and forgotten when it lets us in', async () => {
  await world.github!.createRepository({ owner: 'guarded', name: 'app', files: {} });
  await world.github!.setIpAllowList('guarded', true);
  await world.github!.installApp('guarded', 'all');
  const blocked = await world.eventually('blocked', async () => {
    const found = await installationOf('guarded');
    return found !== undefined && found['status'] === 'blocked_by_ip_allow_list' && found;
  });
  expect(blocked).toMatchObject({
    link: `${world.github!.url}/organizations/guarded/settings/security`,
    reason: expect.stringContaining('guarded'),
  });
  await world.github!.setIpAllowList('guarded', false);
  await world.api('/api/repos/guarded/app/reconcile', { method: 'POST', body: {} }).catch(() => undefined);
  await world.database.db.raw('update sweeps set resume_at = now(), listing_retry_at = null, listing_due_at = now()');
  await world.eventually('let in', async () => (await installationOf('guarded'))['status'] === 'unmatched_user');
});

test('a repository that nobody announced appears with an event that is of no other use', async () => {
  const { installation } = await track(world, 'known', {});
  const star = { action: 'created', repository: repositoryObject({ id: 77_001, name: 'starred' }), installation: { id: installation } };
  const { guid } = await world.deliver('star', star);
  expect(await world.settled(guid)).toMatchObject({ status: 'ignored', code: 'unhandled_event' });
  const { rows } = await world.database.db.raw<{ rows: unknown[] }>('select 1 from repositories where github_id = 77001');
  expect(rows).toHaveLength(1);
});

test('what is older than what is known changes nothing, and says so', async () => {
  const { installation } = await track(world, 'fresh', {});
  const payload = installationPayload({ action: 'suspend', id: installation, account: 'acme', suspendedAt: '2020-01-01T00:00:00Z' });
  const old = { ...payload, installation: { ...(payload['installation'] as object), updated_at: '2020-01-01T00:00:00Z' } };
  const { guid } = await world.deliver('installation', old);
  expect(await world.settled(guid)).toMatchObject({ status: 'processed', code: 'stale' });
  expect((await installationOf('acme'))['suspended_at']).toBeNull();
});

test('suspended: what is under way ends with a code; deleted: it can be purged, and a living one cannot', async () => {
  const {
    fullName,
    id: githubId,
    installation,
  } = await track(world, 'last', {
    '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/last`, { retry: ['1h'] }) }),
  });
  world.sink.answer(() => 503);
  const head = await push(fullName);
  await world.eventually('waiting', async () => (await world.list('/api/runs?status=waiting')).length > 0);
  await world.github!.suspend('acme');
  expect(await runFor(head)).toMatchObject({ code: 'installation_suspended' });
  const { id } = await installationOf('acme');
  await world.api(`/api/installations/${String(id)}/purge`, { method: 'POST', body: {}, status: 409 });
  const words = { name: 'Last', repository: fullName, branches: ['main'] };
  const project = String((await world.api('/api/projects', { method: 'POST', body: words, status: 201 }))['id']);
  const action = { uses: 'webhook', with: { url: `${world.sink.url}/token-of-the-project` } };
  await world.api(`/api/projects/${project}/actions`, { method: 'POST', body: action, status: 201 });
  await world.api(`/api/projects/${project}/secrets`, { method: 'POST', body: { name: 'LAST', value: 'value' }, status: 201 });
  await world.github!.unsuspend('acme');
  await world.github!.uninstall('acme');
  await world.eventually('deleted', async () => (await world.list('/api/installations?status=deleted')).length === 1);
  await quiet(world);
  const purged = await world.api(`/api/installations/${String(id)}/purge`, { method: 'POST', body: {} });
  expect(Number(purged['repositories'])).toBeGreaterThan(0);
  expect(await world.list(`/api/installations/${String(id)}/repos`)).toEqual([]);
  const { rows } = await world.database.db.raw<{ rows: Record<string, number>[] }>(
    `select (select count(*)::int from projects) as projects, (select count(*)::int from project_actions) as actions,
       (select count(*)::int from secrets where project_id is not null) as secrets,
       (select count(*)::int from configs where content like '%token-of-the-project%') as versions`,
  );
  expect(rows).toEqual([{ projects: 0, actions: 0, secrets: 0, versions: 0 }]);
  const late = await world.deliver('push', pushPayload({ repository: { id: githubId, name: 'last' }, installation, after: shaOf('late') }));
  expect(await world.settled(late.guid)).toMatchObject({ status: 'ignored', code: 'installation_deleted' });
});
