import { describe, expect, test } from '@jest/globals';
import { installationPayload, pingPayload, pushPayload, shaOf } from '../support/payloads.ts';
import { configOf, dataOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const config = (world: TestApp, path = 'w') => ({ '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/${path}`) }) });

const push = (world: TestApp, repo: string) =>
  world.github!.commitFile({ repo, branch: 'main', path: 'file.txt', content: String(Math.random()) });

const installations = async (world: TestApp) => world.list('/api/installations');
const repository = (world: TestApp, fullName: string) => world.api(`/api/repos/${fullName}`);

/** Waits for a repository with this state. */
const repositoryWith = (world: TestApp, fullName: string, wanted: (repository: ApiObject) => boolean) =>
  world.eventually(`${fullName} as wanted`, async () => {
    const found = await repository(world, fullName).catch(() => undefined);
    return found !== undefined && wanted(found) && found;
  });

describe('the life of an installation', () => {
  test('made, extended, suspended, resumed, narrowed and deleted', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    await github.createAccount('acme', 'Organization');
    await github.createRepository({ owner: 'acme', name: 'one', files: config(world) });
    await github.createRepository({ owner: 'acme', name: 'two', files: config(world) });
    await github.installApp('acme', ['one']);
    await repositoryWith(world, 'acme/one', (found) => found['config_status'] === 'ok' && found['baseline_at'] !== null);
    expect(await installations(world)).toMatchObject([{ status: 'unmatched_user', active: true }]);
    expect((await world.list('/api/repos')).map((row) => row['full_name'])).toEqual(['acme/one']);

    await github.addRepositories('acme', ['two']);
    await repositoryWith(world, 'acme/two', (found) => found['config_status'] === 'ok' && found['baseline_at'] !== null);
    const first = await push(world, 'acme/two');
    await world.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === first));

    await github.suspend('acme');
    await quiet(world);
    expect(await installations(world)).toMatchObject([{ status: 'suspended' }]);
    const { id, installation_id: installationId } = await repository(world, 'acme/one');
    const { rows } = await world.database.db.raw<{ rows: { github_id: string; installation: string }[] }>(
      'select r.github_id, i.github_id as installation from repositories r join installations i on i.id = r.installation_id where r.id = ? and i.id = ?',
      [String(id), String(installationId)],
    );
    const facts = { repository: { id: Number(rows[0]!.github_id), name: 'one' }, installation: Number(rows[0]!.installation) };
    const ignored = await world.deliver('push', pushPayload({ ...facts, after: shaOf('suspended') }));
    expect(await world.settled(ignored.guid)).toMatchObject({ status: 'ignored', code: 'installation_suspended' });
    await push(world, 'acme/one');
    expect(world.sink.requests).toHaveLength(1);

    await github.unsuspend('acme');
    await quiet(world);
    expect(await installations(world)).toMatchObject([{ status: 'unmatched_user', active: true }]);
    const second = await push(world, 'acme/one');
    await world.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === second));

    await github.removeRepositories('acme', ['two']);
    await repositoryWith(world, 'acme/two', (found) => found['status'] === 'removed');
    await github.uninstall('acme');
    await repositoryWith(world, 'acme/one', (found) => found['status'] === 'removed');
    expect(await installations(world)).toMatchObject([{ status: 'deleted' }]);
    const late = await world.deliver('push', pushPayload({ ...facts, after: shaOf('late') }));
    expect(await world.settled(late.guid)).toMatchObject({ status: 'ignored', code: 'installation_deleted' });

    await github.installApp('acme', 'all');
    await repositoryWith(world, 'acme/one', (found) => found['status'] === 'active');
    const third = await push(world, 'acme/one');
    await world.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === third));
  });

  test('a repository that is renamed or given away keeps its row and history, and its old name is free for another', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    await github.createAccount('other', 'Organization');
    await github.installApp('other', 'all');
    await track(world, 'app', config(world));
    const { id } = await repository(world, 'acme/app');
    await github.renameRepository('acme/app', 'tool');
    await quiet(world);
    expect(await repository(world, 'acme/tool')).toMatchObject({ id, full_name: 'acme/tool' });
    const renamed = await push(world, 'acme/tool');
    await world.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === renamed));

    await github.transferRepository('acme/tool', 'other');
    await repositoryWith(world, 'other/tool', (found) => found['status'] === 'active' && found['id'] === id);
    await quiet(world);
    const moved = await push(world, 'other/tool');
    await world.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === moved));
    const types = (await world.list('/api/changes?repository=other/tool')).map((change) => change['type']);
    expect(types).toEqual(expect.arrayContaining(['repository.renamed', 'repository.transferred', 'branch.updated']));

    await github.createRepository({ owner: 'acme', name: 'app', files: config(world, 'new') });
    // Until it is known, its name leads to the repository that had it before.
    await repositoryWith(
      world,
      'acme/app',
      (found) => found['id'] !== id && found['config_status'] === 'ok' && found['baseline_at'] !== null,
    );
    const fresh = await push(world, 'acme/app');
    await world.sink.waitUntil((requests) => requests.some((request) => request.path === '/new' && dataOf(request)['after'] === fresh));
    expect(await repository(world, 'other/tool')).toMatchObject({ id });
  });

  test('a repository that nobody announced appears with its first push, which already runs its watches', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    await track(world, 'known');
    await github.setWebhooks('off');
    await github.createRepository({ owner: 'acme', name: 'surprise', files: config(world) });
    await github.setWebhooks('on');
    const head = await push(world, 'acme/surprise');
    await world.sink.waitUntil((requests) => requests.length === 1);
    expect(dataOf(world.sink.requests[0]!)).toMatchObject({ after: head, repository: { full_name: 'acme/surprise' } });
    await quiet(world);
    expect(await repository(world, 'acme/surprise')).toMatchObject({ status: 'active', config_status: 'ok' });
    expect(world.sink.requests).toHaveLength(1);
  });

  test('an archived repository is compared no more, a deleted one is removed', async () => {
    await using world = await startTestApp({ github: true });
    const { fullName } = await track(world, 'app', config(world));
    await world.github!.archiveRepository(fullName);
    await repositoryWith(world, fullName, (found) => found['status'] === 'archived');
    expect(await world.api('/api/reconcile', { method: 'POST', body: {} })).toMatchObject({
      requested: 0,
      job: { status: 'done', total: 0 },
    });
    await world.github!.archiveRepository(fullName, false);
    await repositoryWith(world, fullName, (found) => found['status'] === 'active');
    await world.github!.deleteRepository(fullName);
    await repositoryWith(world, fullName, (found) => found['status'] === 'removed');
  });

  test('pings are noted, and what is not for us is ignored with a reason', async () => {
    await using world = await startTestApp();
    const ping = await world.deliver('ping', pingPayload());
    expect(await world.settled(ping.guid)).toMatchObject({ status: 'processed', code: 'hook_verified' });
    const unknown = await world.deliver('sub_issues', { action: 'sub_issue_added' });
    expect(await world.settled(unknown.guid)).toMatchObject({
      status: 'ignored',
      code: 'unhandled_event',
      reason: expect.stringContaining('sub_issues'),
    });
    const action = await world.deliver('installation', installationPayload({ action: 'sang_a_song' }));
    expect(await world.settled(action.guid)).toMatchObject({ status: 'ignored', code: 'unhandled_action' });
    const plainHook = await world.deliver('push', pushPayload({ installation: null }));
    expect(await world.settled(plainHook.guid)).toMatchObject({ status: 'ignored', code: 'no_installation' });
  });
});
