import { describe, expect, test } from '@jest/globals';
import { configOf, dataOf, quiet, reconcile, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const path = '.github/repowatch.yml';

interface Config {
  status: string;
  problems: { message: string; line?: number; column?: number; code?: string }[];
  in_force: { content: string } | null;
  watches: { key: string; line: number }[];
}

const readConfig = (world: TestApp, repo: string) => world.api<Config>(`/api/repos/${repo}/config`);

/** Commits the file (null removes it), together with another so that there is always a push, and waits for the end of it. `at` is owner/name, with @branch. */
async function commit(world: TestApp, at: string, content: string | null): Promise<string> {
  const [repo = '', branch = 'main'] = at.split('@');
  const sha = await world.github!.commitFile({
    repo,
    branch,
    files: { [path]: content, 'touched.txt': String(Math.random()) },
  });
  await quiet(world);
  return sha;
}

/** What reached the sink at a path, by the head of its push. */
const heads = (world: TestApp, at: string) =>
  world.sink.requests.filter((request) => request.path === at).map((request) => dataOf(request)['after']);

describe('a configuration and what is in force', () => {
  test('absent, added by the push that it already judges, broken with line and column while the last good one holds, mended, removed', async () => {
    await using world = await startTestApp({ github: true });
    const repo = (await track(world, 'app')).fullName;
    expect(await readConfig(world, repo)).toMatchObject({ status: 'absent', in_force: null, watches: [] });

    const added = await commit(world, repo, configOf({ one: webhookWatch(`${world.sink.url}/one`) }));
    expect(await readConfig(world, repo)).toMatchObject({ status: 'ok', watches: [{ key: 'one' }] });
    expect(heads(world, '/one')).toEqual([added]);

    const broken = `version: 1\nwatches:\n  two:\n    on: push\n    stepz: []\n`;
    const second = await commit(world, repo, broken);
    const invalid = await readConfig(world, repo);
    expect(invalid).toMatchObject({ status: 'invalid', watches: [{ key: 'one' }] });
    expect(invalid.problems).toContainEqual(expect.objectContaining({ line: 5, column: 5, message: expect.stringContaining('stepz') }));
    expect(invalid.in_force?.content).toContain('/one');
    expect(heads(world, '/one')).toEqual([added, second]);

    const third = await commit(world, repo, configOf({ two: webhookWatch(`${world.sink.url}/two`) }));
    expect(await readConfig(world, repo)).toMatchObject({ status: 'ok', problems: [], watches: [{ key: 'two' }] });
    expect(heads(world, '/two')).toEqual([third]);
    expect(heads(world, '/one')).toHaveLength(2);

    await commit(world, repo, null);
    expect(await readConfig(world, repo)).toMatchObject({ status: 'absent', in_force: null, watches: [] });
    expect(heads(world, '/two')).toEqual([third]);
    const fourth = await commit(world, repo, configOf({ two: webhookWatch(`${world.sink.url}/two`) }));
    expect(heads(world, '/two')).toEqual([third, fourth]);
  });

  test('only the default branch counts, and another default branch brings another file', async () => {
    await using world = await startTestApp({ github: true });
    const repo = (await track(world, 'app', { [path]: configOf({ main: webhookWatch(`${world.sink.url}/main`) }) })).fullName;
    const other = await commit(world, `${repo}@dev`, configOf({ dev: webhookWatch(`${world.sink.url}/dev`) }));
    expect(heads(world, '/dev')).toEqual([]);
    expect(heads(world, '/main')).toEqual([other]);

    await world.github!.editRepository(repo, { defaultBranch: 'dev' });
    await world.eventually('the file of dev in force', async () => (await readConfig(world, repo)).watches[0]?.key === 'dev');
    const next = await commit(world, `${repo}@dev`, configOf({ dev: webhookWatch(`${world.sink.url}/dev`) }));
    expect(heads(world, '/dev')).toEqual([next]);
    expect(heads(world, '/main')).toEqual([other]);

    // The event of the edit gets lost: the next push, to whatever branch, shows it, and is judged by the right file already.
    await world.github!.setWebhooks('off');
    await world.github!.editRepository(repo, { defaultBranch: 'main' });
    await world.github!.setWebhooks('on');
    const sha = await world.github!.commitFile({ repo, branch: 'topic', path: 'a', content: 'a' });
    await quiet(world);
    expect(heads(world, '/main')).toEqual([other, sha]);
    expect(heads(world, '/dev')).toEqual([next]);
  });

  test('one that cannot be loaded leaves the last good one in force; a first one is caught up on when GitHub is back', async () => {
    await using world = await startTestApp({ github: true });
    const github = world.github!;
    const known = (await track(world, 'known', { [path]: configOf({ w: webhookWatch(`${world.sink.url}/known`) }) })).fullName;
    await github.setFailure({ path: '/contents/', status: 500, times: 1000 });
    await github.createRepository({
      owner: 'acme',
      name: 'fresh',
      files: { 'a.txt': 'a', [path]: configOf({ w: webhookWatch(`${world.sink.url}/fresh`) }) },
    });
    await world.eventually('the failure visible', async () => {
      const config = await readConfig(world, 'acme/fresh').catch(() => undefined);
      return config?.status === 'load_error' && config.problems[0]?.code === 'github_unavailable';
    });
    const [first, second] = [
      await github.commitFile({ repo: 'acme/fresh', branch: 'main', path: 'b.txt', content: 'b' }),
      await github.commitFile({ repo: known, branch: 'main', path: 'b.txt', content: 'b' }),
    ];
    await world.sink.waitUntil(() => heads(world, '/known').includes(second));
    await quiet(world);
    expect(heads(world, '/fresh')).toEqual([]);
    const [change] = await world.list('/api/changes?repository=acme/fresh&type=branch.updated');
    expect(await world.api(`/api/changes/${String(change!['id'])}`)).toMatchObject({
      considered: [{ matched: false, clause: 'config', reason: expect.stringContaining('could not be loaded') }],
    });

    await github.clearFailures();
    await world.database.db.raw('update repositories set config_due_at = now() where config_due_at is not null');
    await world.sink.waitUntil(() => heads(world, '/fresh').includes(first));
    await reconcile(world, 'acme/fresh');
    await world.database.db.raw('update repositories set config_due_at = now() where config_due_at is not null');
    await world.eventually('looked at again', async () => (await configDue(world)) === 0);
    expect(heads(world, '/fresh')).toEqual([first]);
    expect(heads(world, '/known')).toEqual([second]);
  });
});

async function configDue(world: TestApp): Promise<number> {
  const { rows } = await world.database.db.raw<{ rows: unknown[] }>('select 1 from repositories where config_due_at is not null');
  return rows.length;
}
