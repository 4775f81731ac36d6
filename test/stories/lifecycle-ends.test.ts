import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { arrive } from '../support/lifecycle.ts';
import { configOf, dataOf, listMoves, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

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
const hooked = (path: string) => ({ '.github/repowatch.yml': configOf({ pushed: webhookWatch(`${world.sink.url}/${path}`) }) });
const push = (repo: string, branch: string) => world.github!.commitFile({ repo, branch, path: 'file.txt', content: String(Math.random()) });
const actedOn = (head: string, path: string) =>
  world.sink.waitUntil((requests) => requests.some((request) => request.path === `/${path}` && dataOf(request)['after'] === head));
const installationOf = async (account: string) => (await world.list(`/api/installations?account=${account}`))[0]!['id'];

describe.each(orders)('where it ends counts, told %s', (order) => {
  const suffix = order.slice(0, 2);

  test('archived, opened and archived again: it is archived, and opened it acts', async () => {
    const { fullName } = await track(world, `shut-${suffix}`, hooked(`shut-${suffix}`));
    await arrive(world, order, [
      ({ github }) => github!.archiveRepository(fullName),
      ({ github }) => github!.archiveRepository(fullName, false),
      ({ github }) => github!.archiveRepository(fullName),
    ]);
    expect(await world.api(`/api/repos/${fullName}`)).toMatchObject({ archived: true, status: 'archived' });
    await world.github!.archiveRepository(fullName, false);
    await quiet(world);
    await actedOn(await push(fullName, 'main'), `shut-${suffix}`);
  }, 60_000);

  test('another default branch, and another: the file of the last one is in force', async () => {
    const { fullName, head } = await track(world, `default-${suffix}`, hooked(`first-${suffix}`));
    const github = world.github!;
    for (const branch of ['second', 'third']) {
      await github.updateRef({ repo: fullName, ref: `refs/heads/${branch}`, sha: head });
      await github.commitFile({ repo: fullName, branch, files: hooked(`${branch}-${suffix}`) });
    }
    await quiet(world);
    await arrive(world, order, [
      () => github.editRepository(fullName, { defaultBranch: 'second' }),
      () => github.editRepository(fullName, { defaultBranch: 'third' }),
    ]);
    expect(await world.api(`/api/repos/${fullName}`)).toMatchObject({ default_branch: 'third' });
    await actedOn(await push(fullName, 'main'), `third-${suffix}`);
  }, 60_000);

  test('given away and given back: it is where it was, with everything it was', async () => {
    const { fullName } = await track(world, `lent-${suffix}`, hooked(`lent-${suffix}`));
    const { id } = await world.api(`/api/repos/${fullName}`);
    await actedOn(await push(fullName, 'main'), `lent-${suffix}`);
    await quiet(world);
    await arrive(world, order, [
      ({ github }) => github!.transferRepository(fullName, 'other'),
      ({ github }) => github!.transferRepository(`other/lent-${suffix}`, 'acme'),
    ]);
    const home = await installationOf('acme');
    const found = await world.eventually('back home', async () => {
      const now = await world.api(`/api/repos/${fullName}`);
      return now['installation_id'] === home && now['status'] === 'active' && now;
    });
    expect(found).toMatchObject({ id, full_name: fullName });
    await actedOn(await push(fullName, 'main'), `lent-${suffix}`);
    await quiet(world);
    expect(await listMoves(world, fullName)).toHaveLength(2);
  }, 60_000);

  test('suspended while people worked: once resumed, each push is found once, and nothing is gone that is there', async () => {
    const { fullName, head } = await track(world, `paused-${suffix}`, hooked(`paused-${suffix}`));
    const github = world.github!;
    await github.updateRef({ repo: fullName, ref: 'refs/heads/old', sha: head });
    await quiet(world);
    let heads: string[] = [];
    await arrive(world, order, [
      () => github.suspend('acme'),
      async () => {
        heads = [await push(fullName, 'main'), await push(fullName, 'main')];
        await github.deleteRef({ repo: fullName, ref: 'refs/heads/old' });
        await github.updateRef({ repo: fullName, ref: 'refs/heads/new', sha: head });
      },
      () => github.unsuspend('acme'),
    ]);
    const names = { [head]: 'A', [heads[0]!]: 'B', [heads[1]!]: 'C', ['0'.repeat(40)]: '-' };
    const expected = [
      'branch.created new -..A',
      'branch.created old -..A',
      'branch.deleted old A..-',
      'branch.updated main A..B',
      'branch.updated main B..C',
    ];
    await world.eventually('all found', async () => (await listMoves(world, fullName)).length >= expected.length);
    await quiet(world);
    expect((await listMoves(world, fullName, names)).sort()).toEqual(expected);
    await actedOn(heads[1]!, `paused-${suffix}`);
  }, 60_000);
});
