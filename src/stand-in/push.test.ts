import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { createWorkingCopy, type WorkingCopy } from './git-client.ts';
import { zeroSha } from './git-repository.ts';
import { createTestBench, type TestBench } from './test-bench.ts';
import type { ReceivedWebhook } from './webhook-receiver.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await createTestBench();
  await bench.standIn.installApp('acme', 'all');
});
afterAll(async () => bench[Symbol.asyncDispose]());

/** A repository of its own per test, cloned. */
async function cloneNew(name: string, files: Record<string, string> = { 'README.md': '# hello\n' }): Promise<WorkingCopy> {
  const { cloneUrl } = await bench.standIn.createRepository({ owner: 'acme', name, files });
  return createWorkingCopy({ url: cloneUrl, directory: join(bench.directory, 'copies', name) });
}

/** The webhooks of a repository after everything was answered; `repository.created` is left out. */
async function webhooksOf(name: string): Promise<ReceivedWebhook[]> {
  await bench.standIn.settled();
  return bench.receiver.received.filter(
    ({ event, payload }) => event !== 'repository' && (payload['repository'] as { name: string } | undefined)?.name === name,
  );
}

function summary({ event, payload }: ReceivedWebhook): string {
  const { ref, created, deleted, forced } = payload;
  const flags = Object.entries({ created, deleted, forced }).filter(([, value]) => value === true);
  return [event, ref, ...flags.map(([name]) => name)].join(' ');
}

describe('a push with the git client', () => {
  test('sends one signed push with the commits, oldest first, and their paths', async () => {
    const copy = await cloneNew('update', { 'README.md': '# hello\n', 'old.txt': 'old' });
    const before = await copy.run('rev-parse', 'HEAD');
    const first = await copy.commit({ 'docs/ä b.md': 'one', 'old.txt': null }, 'Add docs\n\nwith a body');
    const second = await copy.commit({ 'README.md': 'changed' }, 'Change the readme');
    await copy.push();

    const [webhook, ...rest] = await webhooksOf('update');
    expect(rest).toEqual([]);
    expect(webhook).toMatchObject({ event: 'push', verified: true });
    expect(webhook?.headers).toMatchObject({
      'x-github-event': 'push',
      'x-github-hook-installation-target-type': 'integration',
      'x-github-hook-installation-target-id': String(bench.standIn.appId),
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/standin',
    });
    const installations = await bench.call('/app/installations', { token: bench.appToken() });
    expect(webhook?.payload).toMatchObject({
      ref: 'refs/heads/main',
      before,
      after: second,
      created: false,
      deleted: false,
      forced: false,
      base_ref: null,
      compare: expect.stringContaining(`/acme/update/compare/${before.slice(0, 12)}...${second.slice(0, 12)}`),
      installation: { id: installations.list[0]?.id },
      sender: { login: 'octocat', type: 'User' },
      pusher: { name: 'octocat', email: 'octocat@example.com' },
      repository: {
        full_name: 'acme/update',
        default_branch: 'main',
        pushed_at: expect.any(Number),
        created_at: expect.any(Number),
        owner: { login: 'acme', name: 'acme', type: 'Organization' },
      },
    });
    expect(webhook?.payload['commits']).toMatchObject([
      { id: first, distinct: true, message: 'Add docs\n\nwith a body', added: ['docs/ä b.md'], removed: ['old.txt'], modified: [] },
      { id: second, distinct: true, added: [], removed: [], modified: ['README.md'], author: { username: 'octocat' } },
    ]);
    expect(webhook?.payload['head_commit']).toMatchObject({ id: second, timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
  });

  test('marks a force push as forced, and its commits as they are', async () => {
    const copy = await cloneNew('forced');
    await copy.commit({ 'a.txt': 'a' }, 'a');
    await copy.push();
    await copy.run('reset', '--quiet', '--hard', 'HEAD~1');
    const other = await copy.commit({ 'b.txt': 'b' }, 'b');
    await expect(copy.push()).rejects.toThrow(/rejected/);
    await copy.push(['HEAD'], { force: true });
    const webhooks = await webhooksOf('forced');
    expect(webhooks.map(summary)).toEqual(['push refs/heads/main', 'push refs/heads/main forced']);
    expect(webhooks[1]?.payload['commits']).toMatchObject([{ id: other }]);
  });

  test('makes and deletes a branch: create, push, push, delete', async () => {
    const copy = await cloneNew('branches');
    const sha = await copy.run('rev-parse', 'HEAD');
    await copy.push(['HEAD:refs/heads/feature/x']);
    await copy.deleteRemote('feature/x');
    const webhooks = await webhooksOf('branches');
    expect(webhooks.map(summary)).toEqual([
      'create feature/x',
      'push refs/heads/feature/x created',
      'push refs/heads/feature/x deleted',
      'delete feature/x',
    ]);
    const [create, made, gone, deleted] = webhooks.map(({ payload }) => payload);
    expect(create).toMatchObject({ ref_type: 'branch', master_branch: 'main', pusher_type: 'user' });
    // No new commit came along, but the push is real (handbook C5).
    expect(made).toMatchObject({ before: zeroSha, after: sha, commits: [], head_commit: { id: sha } });
    expect(gone).toMatchObject({ before: sha, after: zeroSha, commits: [], head_commit: null });
    expect(deleted).toMatchObject({ ref_type: 'branch' });
    await expect(copy.deleteRemote('main')).rejects.toThrow(/refusing to delete the current branch/);
  });

  test('says which commits another branch had already', async () => {
    const copy = await cloneNew('distinct');
    await copy.commit({ 'a.txt': 'a' }, 'a', { branch: 'topic' });
    await copy.push(['topic']);
    await copy.run('switch', '--quiet', 'main');
    await copy.run('merge', '--quiet', '--no-ff', '--message', 'Merge topic', 'topic');
    await copy.push(['main']);
    const merge = (await webhooksOf('distinct')).at(-1);
    expect(merge?.payload['commits']).toMatchObject([
      { message: 'a', distinct: false, added: ['a.txt'] },
      { message: 'Merge topic', distinct: true, added: ['a.txt'] },
    ]);
  });

  test('an annotated tag: `after` is the tag, the head commit is behind it', async () => {
    const copy = await cloneNew('tags');
    await copy.tag('v1', { annotated: true, message: 'One' });
    await copy.push(['v1']);
    const commit = await copy.run('rev-parse', 'v1^{commit}');
    const webhooks = await webhooksOf('tags');
    expect(webhooks.map(summary)).toEqual(['create v1', 'push refs/tags/v1 created']);
    expect(webhooks[1]?.payload).toMatchObject({ after: await copy.run('rev-parse', 'v1'), commits: [], head_commit: { id: commit } });
  });

  test('more than three tags at once are never announced, branches beside them are (handbook C3)', async () => {
    const copy = await cloneNew('many-tags');
    for (let index = 0; index < 10; index += 1) await copy.tag(`t${index}`);
    await copy.push(['--tags', 'HEAD:refs/heads/beside']);
    expect((await webhooksOf('many-tags')).map(summary)).toEqual(['create beside', 'push refs/heads/beside created']);
    expect(Object.keys(await bench.standIn.refs('acme/many-tags'))).toHaveLength(12);
    await copy.run('push', '--quiet', 'origin', ':t0', ':t1', ':t2');
    expect((await webhooksOf('many-tags')).map(summary).slice(2)).toEqual([
      'push refs/tags/t0 deleted',
      'delete t0',
      'push refs/tags/t1 deleted',
      'delete t1',
      'push refs/tags/t2 deleted',
      'delete t2',
    ]);
  });

  test('refs outside heads and tags are silent, but move pushed_at (handbook C12)', async () => {
    const copy = await cloneNew('hidden');
    await copy.push(['HEAD:refs/pull/1/head']);
    expect(await webhooksOf('hidden')).toEqual([]);
    expect(await bench.standIn.refs('acme/hidden')).toHaveProperty(['refs/pull/1/head']);
  });

  test('the first push into an empty repository decides its default branch', async () => {
    const copy = await cloneNew('empty', {});
    await copy.commit({ 'a.txt': 'a' }, 'first');
    await copy.push(['HEAD:refs/heads/trunk']);
    const push = (await webhooksOf('empty')).at(-1);
    expect(push?.payload).toMatchObject({ created: true, repository: { default_branch: 'trunk' }, commits: [{ message: 'first' }] });
  });

  test.each([
    ['a quote', "'; drop table refs; --".replaceAll(' ', '-')],
    ['a shell substitution', '$(touch${IFS}owned)'],
    ['a dash in front', '-rf'],
    ['unicode', 'zweig/ünï-分支-🌱'],
    ['percent signs', '100%25&a=b#c'],
    ['255 bytes', `${'a'.repeat(127)}/${'b'.repeat(127)}`],
  ])('a branch name with %s goes through', async (title, name) => {
    const repository = `name-${title.replaceAll(/\W/g, '-')}`;
    const copy = await cloneNew(repository);
    await copy.push([`HEAD:refs/heads/${name}`]);
    const push = (await webhooksOf(repository)).at(-1);
    expect(push?.payload).toMatchObject({ ref: `refs/heads/${name}`, created: true });
    const token = await bench.installationToken('acme');
    for (const path of ['branches/', 'git/ref/heads/', 'commits/']) {
      const reply = await bench.call(`/repos/acme/${repository}/${path}${encodeURIComponent(name)}`, { token });
      expect([path, reply.status]).toEqual([path, 200]);
    }
  });

  test('pushes at the same time lose nothing and keep their order', async () => {
    const copy = await cloneNew('parallel');
    const branches = ['b0', 'b1', 'b2', 'b3', 'b4', 'b5'];
    await Promise.all(branches.map((branch) => copy.push([`HEAD:refs/heads/${branch}`])));
    const webhooks = await webhooksOf('parallel');
    expect(webhooks.map(({ payload }) => String(payload['ref'])).sort()).toEqual(
      [...branches, ...branches.map((name) => `refs/heads/${name}`)].sort(),
    );
    const deliveries = await bench.standIn.deliveries({ repo: 'acme/parallel' });
    const sent = deliveries.filter(({ event }) => event !== 'repository').map(({ guid }) => guid);
    expect(webhooks.map(({ guid }) => guid)).toEqual(sent);
  });

  test('a user name in the push shows up as its sender', async () => {
    await bench.standIn.createAccount('mona');
    const { cloneUrl } = await bench.standIn.createRepository({ owner: 'acme', name: 'sender', files: { a: 'a' } });
    const copy = await createWorkingCopy({ url: cloneUrl, directory: join(bench.directory, 'copies', 'sender'), user: 'mona' });
    await copy.commit({ a: 'b' }, 'b');
    await copy.push();
    expect((await webhooksOf('sender')).at(-1)?.payload).toMatchObject({ sender: { login: 'mona' }, pusher: { name: 'mona' } });
  });
});

describe('changes made on the server', () => {
  test('commitFile, updateRef and deleteRef send what a push would', async () => {
    const { standIn } = bench;
    await standIn.createRepository({ owner: 'acme', name: 'server', files: { 'a "quoted".txt': 'a', b: 'b' } });
    const start = (await standIn.refs('acme/server'))['refs/heads/main'] ?? '';
    const sha = await standIn.commitFile({ repo: 'acme/server', branch: 'main', files: { 'a "quoted".txt': 'ä\nb', b: null, 'c/d': '' } });
    await standIn.updateRef({ repo: 'acme/server', ref: 'refs/heads/main', sha: start });
    await standIn.updateRef({ repo: 'acme/server', ref: 'refs/heads/topic', sha });
    await standIn.deleteRef({ repo: 'acme/server', ref: 'refs/heads/topic' });
    const webhooks = await webhooksOf('server');
    expect(webhooks.map(summary)).toEqual([
      'push refs/heads/main',
      'push refs/heads/main forced',
      'create topic',
      'push refs/heads/topic created',
      'push refs/heads/topic deleted',
      'delete topic',
    ]);
    expect(webhooks[0]?.payload['commits']).toMatchObject([{ id: sha, added: ['c/d'], removed: ['b'], modified: ['a "quoted".txt'] }]);
    await expect(standIn.commitFile({ repo: 'acme/server', branch: 'a..b', path: 'x', content: 'x' })).rejects.toThrow(/not a branch name/);
  });

  test('a clone is what was committed, also after a rename', async () => {
    const { standIn } = bench;
    const { cloneUrl } = await standIn.createRepository({ owner: 'acme', name: 'before', files: { 'a.txt': 'content' } });
    await standIn.renameRepository('acme/before', 'after');
    const copy = await createWorkingCopy({ url: cloneUrl, directory: join(bench.directory, 'copies', 'renamed') });
    expect(await copy.run('show', 'HEAD:a.txt')).toBe('content');
    await standIn.archiveRepository('acme/after');
    await copy.commit({ 'a.txt': 'more' }, 'more');
    await expect(copy.push()).rejects.toThrow(/403|archived/);
  });
});
