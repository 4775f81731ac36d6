import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createWorkingCopy } from '../../src/stand-in/git-client.ts';
import { pushPayload, shaOf, type PushOptions } from '../support/payloads.ts';
import { configOf, dataOf, listMoves, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const config = (world: TestApp) => ({ '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/w`, { on: 'branch' }) }) });

/** The moves that reached the sink, as `before..after`. */
function effects(world: TestApp, names: Record<string, string>): string[] {
  return world.sink.requests.map((request) => {
    const data = dataOf(request);
    return `${names[String(data['before'])]}..${names[String(data['after'])]}`;
  });
}

/** A push payload as GitHub would send it for a tracked repository. */
function pushTo(tracked: { id: number; installation: number; fullName: string }, options: PushOptions): Record<string, unknown> {
  const [owner, name] = tracked.fullName.split('/') as [string, string];
  return pushPayload({ repository: { id: tracked.id, owner, name }, installation: tracked.installation, ...options });
}

describe('the same thing more than once', () => {
  test('one delivery ten times in parallel is one row, one change, one run', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const guid = randomUUID();
    const payload = pushTo(tracked, { before: tracked.head, after: shaOf('next') });
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.deliver('push', payload, { guid })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    await quiet(world);
    expect(await world.list(`/api/deliveries?guid=${guid}`)).toHaveLength(1);
    expect(await world.list('/api/changes')).toHaveLength(1);
    expect(await world.list('/api/runs')).toMatchObject([{ status: 'succeeded' }]);
    expect(world.sink.requests).toHaveLength(1);
  });

  test('one body under ten new GUIDs, at once and later, is one change and one effect', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const next = await world.github!.commitFile({ repo: tracked.fullName, branch: 'main', path: 'a', content: 'a' });
    await quiet(world);
    const [delivery] = await world.github!.deliveries({ event: 'push' });
    const again = () => Promise.all(Array.from({ length: 5 }, () => world.deliver('push', delivery!.request.payload)));
    const sent = [...(await again()), ...(await again())];
    await quiet(world);
    expect(await listMoves(world, tracked.fullName, { [tracked.head]: 'A', [next]: 'B' })).toEqual(['branch.updated main A..B']);
    for (const { guid } of sent) expect(await world.settled(guid)).toMatchObject({ status: 'ignored', code: 'already_known' });
    expect(world.sink.requests).toHaveLength(1);
  });

  test('a branch really pushed A→B, forced back to A, and to B again is three changes; a replay of the first is none', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const clone = await createWorkingCopy({ url: `${world.github!.url}/${tracked.fullName}.git`, directory: `${world.directory}/clone` });
    const a = tracked.head;
    const b = await clone.commit({ 'b.txt': 'b' }, 'B');
    await clone.push(['HEAD:main']);
    await clone.push([`${a}:main`], { force: true });
    await clone.push([`${b}:main`], { force: true });
    const names = { [a]: 'A', [b]: 'B' };
    await quiet(world);
    const three = ['branch.updated main A..B', 'branch.updated main B..A', 'branch.updated main A..B'];
    expect(await listMoves(world, tracked.fullName, names)).toEqual(three);
    expect(effects(world, names)).toEqual(['A..B', 'B..A', 'A..B']);
    expect(new Set(world.sink.requests.map(({ id }) => id)).size).toBe(3);

    await clone.push([`${a}:main`], { force: true });
    await quiet(world);
    const [first] = await world.github!.deliveries({ event: 'push' });
    const { guid } = await world.deliver('push', first!.request.payload);
    expect(await world.settled(guid)).toMatchObject({ status: 'ignored', code: 'not_confirmed' });
    await world.github!.redeliver(first!.guid);
    await quiet(world);
    expect(await listMoves(world, tracked.fullName, names)).toEqual([...three, 'branch.updated main B..A']);
    expect(world.sink.requests).toHaveLength(4);
  });

  test('crafted payloads of the same history, with different bodies, are judged by what GitHub shows', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const tracked = await track(world, 'app', config(world));
    const a = tracked.head;
    await github.updateRef({ repo: tracked.fullName, ref: 'refs/heads/side', sha: a });
    const b = await github.commitFile({ repo: tracked.fullName, branch: 'side', path: 'b', content: 'b' });
    await quiet(world);
    world.sink.requests.length = 0;
    const names = { [a]: 'A', [b]: 'B' };
    await github.setWebhooks('off');
    const move = async ([before, after]: [string, string], message: string, actual = after) => {
      await github.updateRef({ repo: tracked.fullName, ref: 'refs/heads/main', sha: actual });
      const { guid } = await world.deliver('push', pushTo(tracked, { before, after, forced: true, commits: [{ message }] }));
      return world.settled(guid);
    };
    await move([a, b], 'first');
    await move([b, a], 'back');
    expect(await move([a, b], 'second')).toMatchObject({ status: 'processed' });
    expect(await move([b, a], 'back again')).toMatchObject({ status: 'processed' });
    expect(await move([a, b], 'first', a)).toMatchObject({ status: 'ignored', code: 'not_confirmed' });
    await quiet(world);
    expect((await listMoves(world, tracked.fullName, names)).filter((line) => line.includes(' main '))).toHaveLength(4);
    expect(effects(world, names)).toEqual(['A..B', 'B..A', 'A..B', 'B..A']);
  });

  test('pushes that follow each other faster than they are served are all counted', async () => {
    await using world = await startTestApp({ github: true });
    const tracked = await track(world, 'app', config(world));
    const shas = [tracked.head, ...Array.from({ length: 40 }, (_, index) => shaOf(`quick ${index}`))];
    for (const [index, after] of shas.slice(1).entries())
      expect((await world.deliver('push', pushTo(tracked, { before: shas[index]!, after }))).status).toBe(202);
    await quiet(world);
    expect(world.sink.requests.map((request) => dataOf(request)['after'])).toEqual(shas.slice(1));
  });
});
