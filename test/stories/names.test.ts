import { expect, test } from '@jest/globals';
import { listMoves, quiet, reconcile, track } from '../support/story.ts';
import { startTestApp } from '../support/test-app.ts';

test('a name that another repository took while nobody heard is not believed: ours is compared under its new one, and the other appears', async () => {
  await using world = await startTestApp({ github: true });
  const github = world.github!;
  const { fullName, head } = await track(world, 'app');
  const { id } = await world.api<{ id: string }>(`/api/repos/${fullName}`);
  await quiet(world);
  await github.setWebhooks('off');
  const next = await github.commitFile({ repo: fullName, branch: 'main', path: 'ours.txt', content: '1' });
  await github.renameRepository(fullName, 'moved');
  await github.createRepository({ owner: 'acme', name: 'app', files: { 'README.md': '# another one' } });
  await github.commitFile({ repo: 'acme/app', branch: 'main', path: 'theirs.txt', content: '1' });
  await github.setWebhooks('on');
  await reconcile(world, fullName);
  expect(await world.api('/api/repos/acme/moved')).toMatchObject({ id, full_name: 'acme/moved', reconcile: { error: null } });
  expect(await listMoves(world, 'acme/moved', { [head]: 'A', [next]: 'B' })).toEqual(['branch.updated main A..B']);
  const other = await world.eventually('the other one', async () => {
    const found = await world.api<{ id: string; baseline_at: string | null }>('/api/repos/acme/app');
    return found.id !== id && found.baseline_at !== null && found;
  });
  expect(other.id).not.toBe(id);
  expect(await world.list('/api/changes?type=branch.updated')).toHaveLength(1);
});
