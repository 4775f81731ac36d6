import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { zeroSha } from '../../src/changes/ref-change.ts';
import { createWorkingCopy } from '../../src/stand-in/git-client.ts';
import { deliverLost, pushMany, readFound, unheard } from '../support/history.ts';
import { configOf, listMoves, quiet, reconcile, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const listFound = (fullName: string) => readFound(world, fullName);
const away = (work: () => Promise<void>) => unheard(world, work);

/** Commits a file on the server while no webhook is sent. */
async function commit(repo: string, path: string, more: { branch?: string; message?: string; sender?: string } = {}): Promise<string> {
  return await world.github!.commitFile({
    repo,
    branch: 'main',
    path,
    content: `${path} ${Math.random()}`,
    message: `Change ${path}`,
    ...more,
  });
}

function paths(name: string): string[] {
  return world.sink.requests
    .filter((request) => request.path === `/${name}`)
    .map((request) => String((request.json!['data'] as ApiObject)['after']));
}

test('three missed pushes, one by force, are three changes with their heads, actors and commits, fired in order, and once', async () => {
  const github = world.github!;
  const name = 'three';
  const { fullName, head } = await track(world, name, {
    '.github/repowatch.yml': configOf({ all: webhookWatch(`${world.sink.url}/${name}`, { order: 'strict' }) }),
  });
  await github.createAccount('mona', 'User');
  const shas: string[] = [];
  await away(async () => {
    shas.push(await commit(fullName, 'one.txt', { sender: 'mona', message: 'First\n\nwith a body' }));
    shas.push(await commit(fullName, 'two.txt'));
    await github.updateRef({ repo: fullName, ref: 'refs/heads/main', sha: shas[0]! });
  });
  await reconcile(world, fullName);
  const found = await listFound(fullName);
  expect(found).toMatchObject([
    {
      type: 'branch.updated',
      before: head,
      after: shas[0],
      actor: { login: 'mona' },
      data: {
        activity_type: 'push',
        forced: false,
        commits: [{ id: shas[0], message: 'First\n\nwith a body', added: ['one.txt'], modified: [] }],
        head_commit: { id: shas[0] },
        commit_count: 1,
        truncated: false,
        commits_unknown: false,
        compare_url: `${github.url}/${fullName}/compare/${head.slice(0, 12)}...${shas[0]!.slice(0, 12)}`,
        files: { added: ['one.txt'], modified: [], removed: [] },
      },
    },
    { before: shas[0], after: shas[1], actor: { login: 'octocat' }, data: { activity_type: 'push', commits: [{ id: shas[1] }] } },
    {
      before: shas[1],
      after: shas[0],
      data: {
        activity_type: 'force_push',
        forced: true,
        commits: [],
        commit_count: 0,
        head_commit: { id: shas[0] },
        files: null,
        commits_unknown: false,
      },
    },
  ]);
  expect(await world.list(`/api/repos/${fullName}/branches`)).toMatchObject([
    { name: 'main', head_sha: shas[0], previous_sha: shas[1], last_commit: { sha: shas[0], message: 'First\n\nwith a body' } },
  ]);
  const fired = () => paths(name);
  await world.eventually('three requests', async () => Promise.resolve(fired().length >= 3));
  expect(fired()).toEqual([shas[0], shas[1], shas[0]]);
  const before = await listMoves(world, fullName);
  await deliverLost(world, fullName, 'backwards');
  await reconcile(world, fullName);
  await quiet(world);
  expect(await listMoves(world, fullName)).toEqual(before);
  expect(fired()).toHaveLength(3);
});

test('there, back and there again while away is three changes, and the webhooks that come late in any order add none', async () => {
  const github = world.github!;
  const { fullName, head: a } = await track(world, 'loop');
  let b = '';
  await away(async () => {
    b = await commit(fullName, 'b.txt');
    await github.updateRef({ repo: fullName, ref: 'refs/heads/main', sha: a });
    await github.updateRef({ repo: fullName, ref: 'refs/heads/main', sha: b });
  });
  await reconcile(world, fullName);
  const three = ['branch.updated main A..B', 'branch.updated main B..A', 'branch.updated main A..B'];
  const moves = () => listMoves(world, fullName, { [a]: 'A', [b]: 'B' });
  expect(await moves()).toEqual(three);
  await deliverLost(world, fullName, 'backwards');
  expect(await moves()).toEqual(three);
  // And what really happens a third time counts.
  await github.updateRef({ repo: fullName, ref: 'refs/heads/main', sha: a });
  await quiet(world);
  expect(await moves()).toEqual([...three, 'branch.updated main B..A']);
});

test('a branch that was deleted and made again while away shows both, known before or not, and one that grew each push', async () => {
  const github = world.github!;
  const { fullName, head } = await track(world, 'again');
  await github.updateRef({ repo: fullName, ref: 'refs/heads/topic', sha: head });
  await quiet(world);
  let [made, grown] = ['', ''];
  await away(async () => {
    await github.deleteRef({ repo: fullName, ref: 'refs/heads/topic' });
    made = await commit(fullName, 'base.txt');
    await github.updateRef({ repo: fullName, ref: 'refs/heads/topic', sha: made });
    await github.updateRef({ repo: fullName, ref: 'refs/heads/young', sha: head });
    grown = await commit(fullName, 'grown.txt', { branch: 'young' });
    for (const sha of [head, made]) {
      await github.updateRef({ repo: fullName, ref: 'refs/heads/unseen', sha });
      if (sha === head) await github.deleteRef({ repo: fullName, ref: 'refs/heads/unseen' });
    }
  });
  await reconcile(world, fullName);
  const moves = (await listMoves(world, fullName, { [head]: 'A', [made]: 'B', [grown]: 'C', [zeroSha]: '0' })).filter(
    (move) => !move.includes(' main '),
  );
  expect(moves.filter((move) => move.includes('topic'))).toEqual([
    'branch.created topic 0..A',
    'branch.deleted topic A..0',
    'branch.created topic 0..B',
  ]);
  expect(moves.filter((move) => move.includes('young'))).toEqual(['branch.created young 0..A', 'branch.updated young A..C']);
  const unseen = ['branch.created unseen 0..A', 'branch.deleted unseen A..0', 'branch.created unseen 0..B'];
  expect(moves.filter((move) => move.includes('unseen'))).toEqual(unseen);
  await deliverLost(world, fullName);
  expect(await listMoves(world, fullName)).toHaveLength(9);
});

test('many branches that moved are told by one look at the record', async () => {
  const { fullName } = await track(world, 'wide');
  const names = Array.from({ length: 12 }, (_, index) => `wide/${index}`);
  await away(async () => {
    for (const branch of names) await world.github!.updateRef({ repo: fullName, ref: `refs/heads/${branch}`, sha: await headOf(fullName) });
  });
  const asked = async () => (await world.github!.apiCalls({ path: `/repos/${fullName}/activity` })).length;
  const before = await asked();
  await reconcile(world, fullName);
  expect((await asked()) - before).toBe(1);
  const found = await listFound(fullName);
  expect(found.map((change) => change.data.activity_type)).toEqual(names.map(() => 'branch_creation'));
  expect(found.map((change) => (change['ref'] as { name: string }).name).toSorted()).toEqual(names.toSorted());
});

async function headOf(fullName: string): Promise<string> {
  return (await world.github!.refs(fullName))['refs/heads/main']!;
}

test('a push that got lost before one that arrived is found by the next comparison, without moving the branch back', async () => {
  const { fullName, head } = await track(world, 'gap', {
    '.github/repowatch.yml': configOf({ all: webhookWatch(`${world.sink.url}/gap`, { order: 'none' }) }),
  });
  let lost = '';
  await away(async () => {
    lost = await commit(fullName, 'lost.txt');
  });
  const arrived = await commit(fullName, 'arrived.txt');
  await quiet(world);
  await reconcile(world, fullName);
  expect(await listFound(fullName)).toMatchObject([
    { before: head, after: lost, actor: { login: 'octocat' }, data: { commits: [{ id: lost }] } },
  ]);
  await world.eventually('both sent', async () => Promise.resolve(paths('gap').length >= 2));
  expect(paths('gap').toSorted()).toEqual([lost, arrived].toSorted());
  const { data } = await world.api<{ data: ApiObject[] }>(`/api/repos/${fullName}/branches`);
  expect(data.find((branch) => branch['name'] === 'main')).toMatchObject({ sha: arrived });
  await deliverLost(world, fullName);
  expect(await listMoves(world, fullName)).toHaveLength(2);
});

test.each([
  ['latest', [false, false, true]],
  ['none', [false, false, false]],
  ['all', [true, true, true]],
])('catch_up: %s fires %j', async (catchUp, expected) => {
  const name = `catch-${catchUp}`;
  const { fullName } = await track(world, name, {
    '.github/repowatch.yml': configOf({ all: webhookWatch(`${world.sink.url}/${name}`) }, { reconcile: { catch_up: catchUp } }),
  });
  await away(async () => {
    for (const path of ['1.txt', '2.txt', '3.txt']) await commit(fullName, path);
  });
  await reconcile(world, fullName);
  const found = await listFound(fullName);
  expect(found.map((change) => change.considered[0]?.matched)).toEqual(expected);
  const refused = found.flatMap((change) => change.considered).filter(({ matched }) => !matched);
  expect(refused.filter(({ clause, reason }) => clause !== 'reconcile.catch_up' || !reason)).toEqual([]);
  // What a webhook tells of is never meant.
  const told = await commit(fullName, 'told.txt');
  await world.eventually('the told one sent', async () => Promise.resolve(paths(name).includes(told)));
});

test('more commits than a comparison lists: truncated is said, and a filter on paths lets it pass', async () => {
  const { fullName, head } = await track(world, 'many', {
    '.github/repowatch.yml': configOf({
      docs: webhookWatch(`${world.sink.url}/many`, { on: { push: { paths: ['docs/**'] } } }),
      sure: webhookWatch(`${world.sink.url}/sure`, { on: { push: { paths: ['docs/**'], paths_unknown: 'skip' } } }),
    }),
  });
  await world.github!.setWebhooks('off');
  await pushMany(world, fullName, 260);
  await world.github!.setWebhooks('on');
  await reconcile(world, fullName);
  const [change, ...others] = await listFound(fullName);
  expect(others).toEqual([]);
  expect(change).toMatchObject({
    before: head,
    data: { truncated: true, commit_count: 260, commits_unknown: false, head_commit: { id: change!['after'] } },
  });
  expect(change!.data.commits).toHaveLength(250);
  expect(change!.considered.map(({ matched }) => matched)).toEqual([true, false]);
});

test('a filter on paths decides by the files between the heads', async () => {
  const { fullName } = await track(world, 'paths', {
    '.github/repowatch.yml': configOf({ docs: webhookWatch(`${world.sink.url}/paths`, { on: { push: { paths: ['docs/**'] } } }) }),
  });
  await away(async () => {
    await commit(fullName, 'src/a.ts');
    await commit(fullName, 'docs/a.md');
  });
  await reconcile(world, fullName);
  // Two commits in one push: what counts is what lies between the heads.
  const copy = await createWorkingCopy({ url: `${world.github!.url}/${fullName}.git`, directory: `${world.directory}/paths` });
  await away(async () => {
    for (const folder of ['src', 'docs']) {
      for (const file of ['b', 'c']) await copy.commit({ [`${folder}/${file}.txt`]: file }, `Add ${file}`);
      await copy.push();
    }
  });
  await reconcile(world, fullName);
  expect((await listFound(fullName)).map((change) => change.considered[0]?.matched)).toEqual([false, true, false, true]);
});

test('without the record there is one change from head to head that says so; with a passing failure the comparison comes later', async () => {
  const github = world.github!;
  const { fullName, head } = await track(world, 'mute');
  let last = '';
  await away(async () => {
    await commit(fullName, '1.txt');
    last = await commit(fullName, '2.txt');
  });
  await github.setFailure({ path: `/repos/${fullName}/activity`, status: 502, times: 1 });
  await reconcile(world, fullName);
  expect(await listFound(fullName)).toEqual([]);
  await github.setFailure({ path: `/repos/${fullName}/activity`, status: 404, times: 1 });
  await reconcile(world, fullName);
  expect(await listFound(fullName)).toMatchObject([
    {
      before: head,
      after: last,
      actor: null,
      data: { commits_unknown: true, commits: [], head_commit: { id: last, message: 'Change 2.txt' } },
    },
  ]);
  await deliverLost(world, fullName);
  expect(await listFound(fullName)).toHaveLength(1);
  expect(await listMoves(world, fullName)).toHaveLength(1);
  // The old head is collected as garbage: who pushed what is known, its commits are not.
  let next = '';
  await away(async () => {
    next = await commit(fullName, '3.txt');
  });
  await github.setFailure({ path: `/repos/${fullName}/compare/`, status: 404, times: 1 });
  await reconcile(world, fullName);
  expect((await listFound(fullName))[1]).toMatchObject({
    before: last,
    after: next,
    actor: { login: 'octocat' },
    data: { commits_unknown: true, commits: [], head_commit: { id: next }, activity_type: 'push' },
  });
});
