import { describe, expect, test } from '@jest/globals';
import { zeroSha } from '../../src/changes/ref-change.ts';
import { createWorkingCopy } from '../../src/stand-in/git-client.ts';
import { createPayload, pushPayload, shaOf } from '../support/payloads.ts';
import { configOf, dataOf, listMoves, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const config = (world: TestApp) => ({
  '.github/repowatch.yml': configOf({
    refs: webhookWatch(`${world.sink.url}/refs`, { on: ['branch', 'tag'] }),
    queue: webhookWatch(`${world.sink.url}/queue`, { on: { push: { branches: ['gh-readonly-queue/main/**'] } } }),
  }),
});

/** What reached a path, as `type ref`. */
const effects = (world: TestApp, path: string) =>
  world.sink.requests
    .filter((request) => request.path === path)
    .map((request) => `${String(request.json?.['type'])} ${String((dataOf(request)['ref'] as ApiObject)['name'])}`);

describe('what a push can be', () => {
  test('late and swapped pushes are three changes and leave the newest head', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const github = world.github!;
    await github.setWebhooks('off');
    const shas = [tracked.head];
    for (const name of ['b', 'c', 'd'])
      shas.push(await github.commitFile({ repo: tracked.fullName, branch: 'main', path: name, content: name }));
    await github.setWebhooks('on');
    const lost = await github.deliveries({ event: 'push', state: 'lost' });
    expect(lost).toHaveLength(3);
    // Each is sent once the one before is settled: really in this order, not by the luck of timing.
    for (const index of [2, 0, 1]) {
      await github.redeliver(lost[index]!.guid);
      await github.settled();
      expect(await world.settled(lost[index]!.guid)).toMatchObject({ status: 'processed' });
    }
    await quiet(world);
    const names = Object.fromEntries(shas.map((sha, index) => [sha, 'ABCD'[index]!]));
    expect((await listMoves(world, tracked.fullName, names)).sort()).toEqual([
      'branch.updated main A..B',
      'branch.updated main B..C',
      'branch.updated main C..D',
    ]);
    expect(effects(world, '/refs')).toHaveLength(3);
    const [main] = await world.list(`/api/repos/${tracked.fullName}/branches`);
    expect(main).toMatchObject({ name: 'main', sha: shas[3] });
  });

  test('annotated and moved tags, made and deleted branches, with create and delete events beside them, count once each', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const clone = await createWorkingCopy({ url: `${world.github!.url}/${tracked.fullName}.git`, directory: `${world.directory}/clone` });
    await clone.tag('v1', { annotated: true });
    await clone.push(['refs/tags/v1']);
    const tagObject = await clone.run('rev-parse', 'refs/tags/v1');
    const moved = await clone.commit({ 'b.txt': 'b' }, 'B', { branch: 'feature/x' });
    await clone.push();
    await clone.run('tag', '--force', 'v1', moved);
    await clone.push(['refs/tags/v1'], { force: true });
    await clone.deleteRemote('feature/x');
    await clone.deleteRemote('refs/tags/v1');
    await quiet(world);
    expect((await world.github!.deliveries()).map(({ event }) => event)).toEqual(expect.arrayContaining(['create', 'delete']));
    const names = { [tagObject]: 'T', [moved]: 'B', [zeroSha]: '0' };
    const all = [
      'tag.created v1 0..T',
      'branch.created feature/x 0..B',
      'tag.moved v1 T..B',
      'branch.deleted feature/x B..0',
      'tag.deleted v1 B..0',
    ];
    expect(await listMoves(world, tracked.fullName, names)).toEqual(all);
    // The hints of create and delete are looked into three seconds later, and find nothing.
    await world.eventually('the hints looked into', async () => (await due(world)) === 0);
    await quiet(world);
    expect(await listMoves(world, tracked.fullName, names)).toEqual(all);
    expect(effects(world, '/refs').sort()).toEqual(all.map((line) => line.split(' ').slice(0, 2).join(' ')).sort());
    const [created] = world.sink.requests;
    expect(created!.json).toMatchObject({ data: { after: tagObject, head_commit: { id: tracked.head } } });
    expect(await world.list(`/api/repos/${tracked.fullName}/tags`)).toEqual([]);
    expect(await world.list(`/api/repos/${tracked.fullName}/tags?include_deleted=true`)).toMatchObject([{ name: 'v1', sha: null }]);
  });

  test('merge-queue branches reach only the watch that names them', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const ref = `refs/heads/gh-readonly-queue/main/pr-7-${tracked.head}`;
    await world.github!.updateRef({ repo: tracked.fullName, ref, sha: tracked.head });
    await world.github!.deleteRef({ repo: tracked.fullName, ref });
    await quiet(world);
    expect(effects(world, '/queue')).toEqual([`branch.created ${ref.slice('refs/heads/'.length)}`]);
    expect(effects(world, '/refs')).toEqual([]);
  });

  test('a create whose push never comes leads to exactly one change, and the late push adds none', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const github = world.github!;
    await github.setWebhooks('off');
    await github.updateRef({ repo: tracked.fullName, ref: 'refs/heads/quiet', sha: tracked.head });
    await github.setWebhooks('on');
    const [create] = await github.deliveries({ event: 'create', state: 'lost' });
    await github.redeliver(create!.guid);
    await world.sink.waitUntil((requests) => requests.length === 1, 10_000);
    const [push] = await github.deliveries({ event: 'push', state: 'lost' });
    await github.redeliver(push!.guid);
    await github.settled();
    expect(await world.settled(push!.guid)).toMatchObject({ status: 'ignored', code: 'already_known' });
    await quiet(world);
    expect(await world.list('/api/changes')).toMatchObject([{ type: 'branch.created', origin: 'reconcile', after: tracked.head }]);
    expect(world.sink.requests).toHaveLength(1);
  });

  test('refs that are neither branch nor tag, and a create for what is not there, change nothing', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const about = { repository: { id: tracked.id, owner: 'acme', name: 'app' }, installation: tracked.installation };
    const pull = await world.deliver('push', pushPayload({ ...about, ref: 'refs/pull/1/head', after: shaOf('pull') }));
    expect(await world.settled(pull.guid)).toMatchObject({ status: 'ignored', code: 'ref_not_tracked' });
    await world.deliver('create', createPayload({ ...about, ref: 'never-was' }));
    await quiet(world);
    await world.eventually('the hint looked into', async () => (await due(world)) === 0);
    expect(await world.list('/api/changes')).toEqual([]);
  });
});

/** How many repositories are to be compared within the minute. */
async function due(world: TestApp): Promise<number> {
  const { rows } = await world.database.db.raw<{ rows: unknown[] }>(
    `select 1 from repositories where reconcile_due_at < now() + interval '1 minute'`,
  );
  return rows.length;
}
