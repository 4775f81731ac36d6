import { describe, expect, test } from '@jest/globals';
import { createWorkingCopy } from '../../src/stand-in/git-client.ts';
import { configOf, dataOf, quiet, reconcile, sorted, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const config = (world: TestApp) => ({
  '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/w`, { on: ['branch', 'tag'] }) }),
});

/** Everything that reached the sink, as `type ref`, sorted. */
const effects = (world: TestApp) =>
  world.sink.requests.map((request) => `${String(request.json?.['type'])} ${String((dataOf(request)['ref'] as ApiObject)['name'])}`).sort();

/** Makes a repository due now, as the clock does at its interval. */
const makeDue = (world: TestApp, name: string) =>
  world.database.db.raw('update repositories set reconcile_due_at = now() where full_name = ?', [`acme/${name}`]);

describe('what no webhook told of', () => {
  test('one comparison finds every difference once, and the lost deliveries that come later double nothing', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const { fullName, head } = await track(world, 'app', config(world));
    await github.updateRef({ repo: fullName, ref: 'refs/heads/old', sha: head });
    await quiet(world);
    world.sink.requests.length = 0;

    await github.setWebhooks('off');
    const clone = await createWorkingCopy({ url: `${github.url}/${fullName}.git`, directory: `${world.directory}/clone` });
    await clone.commit({ 'a.txt': 'a' }, 'A');
    await clone.commit({ 'b.txt': 'b' }, 'B');
    await clone.push(['HEAD:refs/heads/main', 'HEAD:refs/heads/new/one', 'HEAD:refs/heads/new/two']);
    await clone.deleteRemote('old');
    for (let index = 0; index < 10; index += 1) await clone.tag(`v${index}`, { annotated: index % 2 === 0 });
    await clone.push(['--tags']);
    await github.settled();
    expect(await world.list('/api/changes?limit=100')).toHaveLength(1);

    await reconcile(world, fullName);
    const expected = [
      'branch.created new/one',
      'branch.created new/two',
      'branch.deleted old',
      'branch.updated main',
      ...Array.from({ length: 10 }, (_, index) => `tag.created v${index}`),
    ];
    expect(effects(world)).toEqual(expected);
    const changes = await world.list('/api/changes?limit=100&origin=reconcile');
    expect(changes).toHaveLength(expected.length);

    await github.setWebhooks('on');
    const lost = await github.deliveries({ state: 'lost' });
    expect(lost.length).toBeGreaterThanOrEqual(5);
    for (const { guid } of lost) await github.redeliver(guid);
    await quiet(world);
    await reconcile(world, fullName);
    expect(effects(world)).toEqual(expected);
    expect(await world.list('/api/changes?limit=100')).toHaveLength(expected.length + 1);

    await clone.commit({ 'c.txt': 'c' }, 'C');
    await clone.push(['HEAD:refs/heads/main']);
    await quiet(world);
    expect(effects(world)).toEqual([...expected, 'branch.updated main'].sort());
  });

  test('the clock compares too; first sight is a baseline; a repository that fails stops no other; a rate limit postpones', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const names = ['one', 'two', 'three'];
    const heads: Record<string, string> = {};
    for (const name of names) heads[name] = (await track(world, name, config(world))).head;
    expect((await world.list('/api/changes')).filter(({ ref }) => ref !== null)).toEqual([]);
    await github.setWebhooks('off');
    for (const name of names) await github.updateRef({ repo: `acme/${name}`, ref: `refs/heads/on-${name}`, sha: heads[name]! });
    const reset = Math.floor(Date.now() / 1000) + 1800;
    await github.setFailure({ path: '/repos/acme/one/branches', status: 500, times: 1000 });
    await github.setFailure({
      path: '/repos/acme/two/branches',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
      body: { message: 'API rate limit exceeded' },
      times: 1000,
    });
    for (const name of names) await makeDue(world, name);
    await world.sink.waitUntil((requests) => requests.length === 1);
    const state = (name: string) =>
      world.eventually(`${name} was refused`, async () => {
        const { reconcile: found } = await world.api<{ reconcile: { failures: number; error: string; due_at: string } }>(
          `/api/repos/acme/${name}`,
        );
        return found.failures > 0 && found;
      });
    expect((await state('one')).error).toMatch(/^github_unavailable: /);
    const limited = await state('two');
    expect(limited.error).toMatch(/^github_rate_limited: /);
    expect(Date.parse(limited.due_at) / 1000).toBeGreaterThanOrEqual(reset);
    expect(Date.parse(limited.due_at) / 1000).toBeLessThan(reset + 5);
    const calls = (await github.apiCalls({ path: '/repos/acme/two/branches' })).length;

    await github.clearFailures();
    await makeDue(world, 'one');
    await world.sink.waitUntil((requests) => requests.length === 2);
    expect(effects(world)).toEqual(['branch.created on-one', 'branch.created on-three']);
    expect(await github.apiCalls({ path: '/repos/acme/two/branches' })).toHaveLength(calls);
    await makeDue(world, 'two');
    await world.sink.waitUntil((requests) => requests.length === 3);
  });

  test('a configuration whose push was lost is in force for what that comparison finds', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const { fullName } = await track(world, 'app', config(world));
    await github.setWebhooks('off');
    const files = { '.github/repowatch.yml': configOf({ other: webhookWatch(`${world.sink.url}/other`, { on: ['push'] }) }) };
    await github.commitFile({ repo: fullName, branch: 'main', files });
    await reconcile(world, fullName);
    expect(world.sink.requests.map(({ path }) => path)).toEqual(['/other']);
    expect(await world.api(`/api/repos/${fullName}/config`)).toMatchObject({ status: 'ok', watches: [{ key: 'other' }] });
  });

  test('a branch that only the listing lacks is not deleted, and a listing that breaks off is no empty one', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const { fullName, head } = await track(world, 'app', config(world));
    await github.setWebhooks('off');
    await github.updateRef({ repo: fullName, ref: 'refs/heads/kept', sha: head });
    await github.updateRef({ repo: fullName, ref: 'refs/heads/gone', sha: head });
    await reconcile(world, fullName);
    await github.deleteRef({ repo: fullName, ref: 'refs/heads/gone' });
    world.sink.requests.length = 0;
    const liar = [{ name: 'main', commit: { sha: head }, protected: false }];
    await github.setFailure({ path: '/branches?', status: 200, body: liar });
    await reconcile(world, fullName);
    expect(effects(world)).toEqual(['branch.deleted gone']);
    const alive = async () => sorted((await world.list(`/api/repos/${fullName}/branches`)).map(({ name }) => name));
    expect(await alive()).toEqual(['kept', 'main']);

    // Page two answers as an empty repository would.
    const next = `<${github.apiUrl}/repositories/1/branches?per_page=100&page=2>; rel="next"`;
    await github.setFailure({ path: '/branches?per_page=100', status: 200, body: liar, headers: { link: next } });
    await github.setFailure({ path: 'page=2', status: 409, body: { message: 'Git Repository is empty.' } });
    await reconcile(world, fullName);
    const after = await world.api<{ reconcile: { error: string } }>(`/api/repos/${fullName}`);
    expect(after.reconcile.error).toMatch(/^listing_incomplete: /);
    expect(await alive()).toEqual(['kept', 'main']);
    expect(world.sink.requests).toHaveLength(1);
  });
});
