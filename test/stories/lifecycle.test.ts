import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { arrive } from '../support/lifecycle.ts';
import { configOf, dataOf, quiet, sorted, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await world.github!.createAccount('acme', 'Organization');
  await world.github!.createAccount('other', 'Organization');
  await world.github!.installApp('acme', 'all');
  await world.github!.installApp('other', 'all');
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const orders = ['in order', 'reversed'] as const;
const hooked = (name: string) => {
  const url = `${world.sink.url}/${name}`;
  return {
    '.github/repowatch.yml': configOf({
      pushed: webhookWatch(url),
      gone: webhookWatch(`${url}-gone`, { on: 'project_deleted' }),
    }),
  };
};
let count = 0;
/** A repository of acme under a name of its own, tracked, with a watch for pushes and one for its end. */
async function tracked(): Promise<{ id: string; name: string; full: string }> {
  count += 1;
  const name = `r${count}`;
  const { fullName } = await track(world, name, hooked(name));
  return { id: String((await world.api(`/api/repos/${fullName}`))['id']), name, full: fullName };
}
const repository = async (id: string): Promise<ApiObject> =>
  (
    await world
      .list('/api/repos?limit=100')
      .then(async (active) => [
        ...active,
        ...(await world.list('/api/repos?limit=100&status=removed')),
        ...(await world.list('/api/repos?limit=100&status=archived')),
      ])
  ).find((row) => row['id'] === id)!;
const installationOf = async (account: string) =>
  (await world.list(`/api/installations?account=${account}`)).find((row) => row['installed'] === true)!;
const requestsTo = (path: string) => world.sink.requests.filter((request) => request.path === `/${path}`);
const push = (repo: string) => world.github!.commitFile({ repo, branch: 'main', path: 'file.txt', content: String(Math.random()) });
/** A push now reaches the watch, once. */
async function acts(full: string, path: string): Promise<void> {
  const head = await push(full);
  await world.sink.waitUntil((requests) => requests.some((request) => request.path === `/${path}` && dataOf(request)['after'] === head));
}

describe.each(orders)('what happened while nobody heard, told %s', (order) => {
  test('a rename, and one more: the last name counts, the others lead to it', async () => {
    const { id, name, full } = await tracked();
    await arrive(world, order, [
      ({ github }) => github!.renameRepository(full, `${name}-b`),
      ({ github }) => github!.renameRepository(`acme/${name}-b`, `${name}-c`),
    ]);
    expect(await repository(id)).toMatchObject({ full_name: `acme/${name}-c`, status: 'active' });
    expect((await world.api(`/api/repos/${full}`))['id']).toBe(id);
    const renames = (await world.list(`/api/changes?repository=acme/${name}-c`)).filter(
      (change) => change['type'] === 'repository.renamed',
    );
    expect(renames).toHaveLength(2);
    await acts(`acme/${name}-c`, name);
  });

  test('a transfer: the row moves with its history, and its end under the old owner is told once', async () => {
    const { id, name, full } = await tracked();
    await acts(full, name);
    const { id: old } = await installationOf('acme');
    const { id: next } = await installationOf('other');
    await arrive(world, order, [({ github }) => github!.transferRepository(full, 'other')]);
    expect(await repository(id)).toMatchObject({ full_name: `other/${name}`, installation_id: next, status: 'active' });
    await acts(`other/${name}`, name);
    await quiet(world);
    const changes = await world.list(`/api/changes?repository=other/${name}`);
    const types = changes.map((change) => change['type']);
    expect(types.filter((type) => type === 'project.deleted')).toHaveLength(1);
    expect(types.filter((type) => type === 'branch.updated')).toHaveLength(2);
    expect(requestsTo(`${name}-gone`)).toHaveLength(1);
    const { rows } = await world.database.db.raw<{ rows: { installation_id: string; type: string }[] }>(
      'select installation_id, type from changes where repository_id = ? order by id',
      [id],
    );
    const under = (installation: unknown) => rows.filter((row) => row.installation_id === installation).map((row) => row.type);
    expect(under(old)).toEqual(expect.arrayContaining(['branch.updated', 'project.deleted']));
    expect(under(next).filter((type) => type === 'branch.updated')).toHaveLength(1);
  });

  test('taken out and added again: it is there, with the same id, and acts', async () => {
    await world.github!.createAccount(`picky-${order.slice(0, 2)}`, 'Organization');
    const owner = `picky-${order.slice(0, 2)}`;
    await world.github!.createRepository({ owner, name: 'app', files: hooked(`${owner}-app`) });
    await world.github!.createRepository({ owner, name: 'rest', files: {} });
    await world.github!.installApp(owner, ['app', 'rest']);
    await quiet(world);
    const { id } = await world.api(`/api/repos/${owner}/app`);
    await arrive(world, order, [
      ({ github }) => github!.removeRepositories(owner, ['app']),
      ({ github }) => github!.addRepositories(owner, ['app']),
    ]);
    expect(
      await world.eventually('listed', async () => (await repository(String(id)))?.['status'] === 'active' && repository(String(id))),
    ).toMatchObject({ removed_at: null });
    await acts(`${owner}/app`, `${owner}-app`);
    const { id: installation } = await installationOf(owner);
    await world.github!.removeRepositories(owner, ['app']);
    const rows = await world.eventually('removed', async () => {
      const found = await world.list(`/api/installations/${String(installation)}/repos`);
      return found.some((row) => row['status'] === 'removed') && found;
    });
    expect(sorted(rows.map((row) => `${String(row['name'])} ${String(row['status'])}`))).toEqual(['app removed', 'rest active']);
  });

  test('archived and opened again, with another default branch: opened, and the new branch counts', async () => {
    const { id, name, full } = await tracked();
    await world.github!.updateRef({ repo: full, ref: 'refs/heads/next', sha: (await world.github!.refs(full))['refs/heads/main']! });
    await quiet(world);
    await arrive(world, order, [
      ({ github }) => github!.archiveRepository(full),
      ({ github }) => github!.archiveRepository(full, false),
      ({ github }) => github!.editRepository(full, { defaultBranch: 'next' }),
    ]);
    expect(await repository(id)).toMatchObject({ archived: false, status: 'active', default_branch: 'next' });
    await acts(full, name);
  });

  test('suspended and resumed: it works, and nothing is replayed', async () => {
    const { name, full } = await tracked();
    const seen = world.sink.requests.length;
    await arrive(world, order, [({ github }) => github!.suspend('acme'), ({ github }) => github!.unsuspend('acme')]);
    await world.eventually('resumed', async () => (await installationOf('acme'))['suspended_at'] === null);
    await quiet(world);
    expect(await installationOf('acme')).toMatchObject({ active: true });
    expect(world.sink.requests).toHaveLength(seen);
    await acts(full, name);
  });
});

describe('accounts', () => {
  test('a login that changed, and changed again, is in every name at once; the old names lead to the new ones', async () => {
    await world.github!.createAccount('first', 'Organization');
    await world.github!.createRepository({ owner: 'first', name: 'one', files: hooked('first-one') });
    await world.github!.createRepository({ owner: 'first', name: 'two', files: {} });
    await world.github!.installApp('first', 'all');
    await quiet(world);
    await arrive(world, 'reversed', [
      ({ github }) => github!.renameAccount('first', 'second'),
      ({ github }) => github!.renameAccount('second', 'third'),
    ]);
    await world.eventually('the last login', async () => (await installationOf('third')) !== undefined);
    expect(sorted((await world.list('/api/repos?q=third/')).map((row) => row['full_name']))).toEqual(['third/one', 'third/two']);
    const moved = await fetch(`${world.url}/api/repos/first/one/branches?limit=5`, {
      redirect: 'manual',
      headers: { authorization: 'Bearer admin-token-for-tests-only' },
    });
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/api/repos/third/one/branches?limit=5']);
    const written = await fetch(`${world.url}/api/repos/second/one`, {
      method: 'PATCH',
      redirect: 'manual',
      headers: { authorization: 'Bearer admin-token-for-tests-only', 'content-type': 'application/json' },
      body: '{"enabled":true}',
    });
    expect([written.status, written.headers.get('location')]).toEqual([308, '/api/repos/third/one']);
    await acts('third/one', 'first-one');
  });

  test('permissions that the App asks for and nobody approved are shown until they are', async () => {
    const { events } = { events: ['push', 'create', 'delete', 'repository'] };
    await world.github!.editApp({
      permissions: { metadata: 'read', contents: 'write', checks: 'write', issues: 'write', pull_requests: 'write' },
      events,
    });
    await world.github!.createAccount('late', 'Organization');
    const { id } = await world.github!.installApp('late', 'all');
    await quiet(world);
    await world.database.db.raw(`update apps set permissions = permissions || '{"members": "read"}'`);
    await world.github!.suspend('late');
    await world.github!.unsuspend('late');
    const pending = await world.eventually('pending', async () => {
      const found = await installationOf('late');
      return found['status'] === 'permissions_pending' && found;
    });
    expect(pending).toMatchObject({ pending_permissions: ['members: read'], reason: expect.stringContaining('members: read') });
    expect(pending['link']).toBe(`${world.github!.url}/organizations/late/settings/installations/${id}/permissions/update`);
    await world.github!.editApp({
      permissions: { metadata: 'read', contents: 'write', checks: 'write', issues: 'write', pull_requests: 'write', members: 'read' },
    });
    await world.github!.acceptPermissions('late');
    await world.eventually('approved', async () => (await installationOf('late'))['status'] === 'unmatched_user');
  });
});
