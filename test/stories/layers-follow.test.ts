import { describe, expect, test } from '@jest/globals';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

interface Config {
  status: string;
  problems: { line: number; column: number; message: string }[];
  watches: { key: string }[];
}

const path = '.github/repowatch.yml';
const main = 'refs/heads/main';

/** Writes the file of a repository, by default on its default branch. */
const commit = (world: TestApp, where: string | { repo: string; branch: string }, content: string | null) => {
  const { repo, branch } = typeof where === 'string' ? { repo: where, branch: 'main' } : where;
  return world.github!.commitFile({ repo, branch, files: { [path]: content } });
};

/** Waits until this is how a repository's configuration stands: its status and the keys of its watches. */
async function expectConfig(world: TestApp, repo: string, wanted: string): Promise<Config> {
  return await world.eventually(`${repo} is ${wanted}`, async () => {
    const config = await world.api<Config>(`/api/repos/${repo}/config`);
    const keys = config.watches.map(({ key }) => key).toSorted();
    return [config.status, ...keys].join(' ') === wanted && config;
  });
}

describe('layers follow what happens to the repositories they come from', () => {
  test('a ref that is extended is followed wherever it goes: a branch, a tag, one that appears, breaks, is mended, and goes', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const watch = (key: string, top = {}) => configOf({ [key]: webhookWatch(`${world.sink.url}/${key}`) }, top);
    const { head } = await track(world, 'base', { [path]: watch('first') });
    const move = (ref: string, sha: string) => github.updateRef({ repo: 'acme/base', ref, sha });
    await move('refs/heads/rel/1.x', head);
    await move('refs/tags/v1', head);
    for (const ref of ['rel/1.x', 'v1', head, 'later'])
      await track(world, `by-${ref.replace('/', '-')}`, { [path]: watch('own', { extends: `base@${ref}` }) });
    await expectConfig(world, 'acme/by-rel-1.x', 'ok first own');
    await expectConfig(world, 'acme/by-v1', 'ok first own');
    await expectConfig(world, 'acme/by-later', 'invalid');

    const second = await commit(world, { repo: 'acme/base', branch: 'rel/1.x' }, watch('second'));
    await expectConfig(world, 'acme/by-rel-1.x', 'ok own second');
    await expectConfig(world, 'acme/by-v1', 'ok first own');
    await move('refs/tags/v1', second);
    await move('refs/heads/later', second);
    await expectConfig(world, 'acme/by-v1', 'ok own second');
    await expectConfig(world, 'acme/by-later', 'ok own second');
    await expectConfig(world, `acme/by-${head}`, 'ok first own');

    await commit(world, { repo: 'acme/base', branch: 'rel/1.x' }, 'version: 1\nwatches: [');
    const broken = await expectConfig(world, 'acme/by-rel-1.x', 'invalid own second');
    expect(broken.problems).toMatchObject([
      { line: 3, message: expect.stringContaining('has errors (.github/repowatch.yml:2:') as unknown },
    ]);
    await commit(world, { repo: 'acme/base', branch: 'rel/1.x' }, watch('third'));
    await expectConfig(world, 'acme/by-rel-1.x', 'ok own third');
    await github.deleteRef({ repo: 'acme/base', ref: 'refs/heads/rel/1.x' });
    await expectConfig(world, 'acme/by-rel-1.x', 'invalid own third');
  });

  test("the organisation's repository is whichever has its name: one that is renamed to it is read as such, one that loses it does not count", async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const both = (key: string) => configOf({}, { mandatory: { [key]: webhookWatch(`${world.sink.url}/${key}`) } });
    await track(world, 'plain');
    await expectConfig(world, 'acme/plain', 'absent');
    await track(world, '.github', { [path]: both('first') });
    await quiet(world);
    await expectConfig(world, 'acme/plain', 'absent first');
    await github.renameRepository('acme/.github', 'former');
    await expectConfig(world, 'acme/plain', 'absent');
    await expectConfig(world, 'acme/former', 'invalid first');
    await track(world, 'next', { [path]: both('second') });
    await expectConfig(world, 'acme/next', 'invalid');
    await github.renameRepository('acme/next', '.github');
    await expectConfig(world, 'acme/plain', 'absent second');

    await github.updateRef({ repo: 'acme/.github', ref: 'refs/heads/trunk', sha: (await github.refs('acme/.github'))[main]! });
    await commit(world, { repo: 'acme/.github', branch: 'trunk' }, both('trunk'));
    await github.editRepository('acme/.github', { defaultBranch: 'trunk' });
    await expectConfig(world, 'acme/plain', 'absent trunk');
    await github.deleteRepository('acme/.github');
    await expectConfig(world, 'acme/plain', 'absent');
  });
});
