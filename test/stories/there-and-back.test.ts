import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { unheard } from '../support/history.ts';
import { listMoves, quiet, reconcile, track } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** GitHub's times are whole seconds. */
const nextSecond = () => pause(1_050);

/** A repository with three commits on main, `A` to `C`. */
async function withCommits(name: string) {
  const { fullName, head } = await track(world, name);
  const commit = (content: string) => world.github!.commitFile({ repo: fullName, branch: 'main', path: 'file.txt', content });
  const [a, b, c] = [head, await commit('b'), await commit('c')];
  await quiet(world);
  const point = (ref: string, sha: string) => world.github!.updateRef({ repo: fullName, ref, sha });
  const names = { [a]: 'A', [b]: 'B', [c]: 'C', ['0'.repeat(40)]: '-' };
  const moves = async (ref: string) => (await listMoves(world, fullName, names)).filter((move) => move.includes(` ${ref} `)).sort();
  return { fullName, a, b, c, point, moves };
}

describe('a ref that comes back to where it was', () => {
  test('made, moved unheard, moved and deleted: what was not announced is found although the branch is where it was', async () => {
    const { fullName, a, b, c, point, moves } = await withCommits('gap');
    await unheard(world, async () => {
      await point('refs/heads/x', b);
      await point('refs/heads/x', a);
    });
    await point('refs/heads/x', c);
    await world.github!.deleteRef({ repo: fullName, ref: 'refs/heads/x' });
    await quiet(world);
    await reconcile(world, fullName);
    expect(await moves('x')).toEqual(['branch.created x -..B', 'branch.deleted x C..-', 'branch.updated x A..C', 'branch.updated x B..A']);
    expect(await world.database.db('ref_gaps').select('from_sha')).toEqual([]);
  }, 60_000);

  test('pushed, taken back unheard, and pushed again: the second push counts, and what was not heard is found', async () => {
    const { fullName, a, b, point, moves } = await withCommits('again');
    await point('refs/heads/x', a);
    await point('refs/heads/x', b);
    await nextSecond();
    await unheard(world, () => point('refs/heads/x', a));
    await nextSecond();
    await point('refs/heads/x', b);
    await quiet(world);
    await reconcile(world, fullName);
    expect(await moves('x')).toEqual(['branch.created x -..A', 'branch.updated x A..B', 'branch.updated x A..B', 'branch.updated x B..A']);
  }, 60_000);

  test('a tag that was made and deleted, told in the opposite order, is gone, and its end is told once', async () => {
    const { fullName, a, point, moves } = await withCommits('swapped');
    await unheard(world, async () => {
      await point('refs/tags/v1', a);
      await nextSecond();
      await world.github!.deleteRef({ repo: fullName, ref: 'refs/tags/v1' });
    });
    const lost = (await world.github!.deliveries({ repo: fullName, event: 'push', state: 'lost' })).toReversed();
    expect(lost).toHaveLength(2);
    for (const { guid } of lost) {
      await world.github!.redeliver(guid);
      await world.settled(guid);
    }
    expect(await world.list(`/api/repos/${fullName}/tags`)).toEqual([]);
    await reconcile(world, fullName);
    expect(await moves('v1')).toEqual(['tag.created v1 -..A', 'tag.deleted v1 A..-']);
  }, 60_000);
});
