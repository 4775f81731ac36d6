import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.ts';
import { askHooks, type HookRequest } from '../support/hooks.ts';
import { quiet, track } from '../support/story.ts';
import { adminToken, startTestApp, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await track(world, 'app');
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const ask = (method: string, path: string, given: HookRequest = {}) => askHooks(world, { method, path, ...given });
const url = (path: string) => `${world.sink.url}/${path}`;

describe('new repositories', () => {
  test('get the default hooks that have an address, and those of the repository they were made from where that is wanted', async () => {
    const installation = String((await world.api('/api/repos/acme/app'))['installation_id']);
    const base = `/api/installations/${installation}`;
    const put = (id: string, body: unknown, status?: number) =>
      world.api(`${base}/default-hooks/${id}`, { method: 'PUT', body, ...(status && { status }) });
    expect(await world.api(`${base}/default-hooks`)).toEqual({});
    await put('d', { url: url('default'), events: ['BRANCH_CREATED', 'BRANCH_HASH_UPDATED'], secret: 'a secret of some length' }, 201);
    await put('d', { url: url('default'), events: ['BRANCH_CREATED', 'BRANCH_HASH_UPDATED'] }, 200);
    expect(await put('kept', { options: { a: 1 } }, 201)).toMatchObject({
      url: null,
      options: { a: 1 },
      description: 'No description given',
    });
    await put('bad', { url: 'http://x' }, 422);
    await put('bad', { events: ['COMIT'], url: url('x') }, 422);
    await ask('PUT', '/model', { body: { url: url('model'), events: ['BRANCH_HASH_UPDATED'] } });
    await ask('PUT', '/d', { body: { url: url('model-d') } });
    expect(await world.api(`${base}/hook-rules`)).toEqual({ copy_on: [] });
    const github = world.github!;
    await track(world, 'plain');
    await github.createRepository({ owner: 'acme', name: 'early-fork', madeFrom: { kind: 'fork', repo: 'acme/app' } });
    await world.eventually(
      'the fork is known',
      async () => (await world.api('/api/repos/acme/early-fork').catch(() => undefined))?.['config_status'] === 'absent',
    );
    expect(Object.keys((await ask('GET', '', { repo: 'acme/early-fork' })).answer)).toEqual(['d']);
    expect(await world.api(`${base}/hook-rules`, { method: 'PUT', body: { copy_on: ['template', 'fork'] } })).toEqual({
      copy_on: ['fork', 'template'],
    });
    for (const kind of ['fork', 'template'] as const) {
      await github.createRepository({ owner: 'acme', name: `by-${kind}`, madeFrom: { kind, repo: 'acme/app' } });
      await world.eventually(
        'it is known',
        async () => (await world.api(`/api/repos/acme/by-${kind}`).catch(() => undefined))?.['config_status'] === 'absent',
      );
      const { answer } = await ask('GET', '', { repo: `acme/by-${kind}` });
      expect(answer).toMatchObject({ d: { url: url('model-d') }, model: { url: url('model') } });
      expect(Object.keys(answer)).toHaveLength(2);
    }
    const { answer } = await ask('GET', '', { repo: 'acme/plain' });
    expect(answer).toMatchObject({ d: { url: url('default'), hasSecret: true } });
    expect(Object.keys(answer)).toEqual(['d']);
    world.sink.requests.length = 0;
    const sha = (await github.refs('acme/plain'))['refs/heads/main']!;
    await github.updateRef({ repo: 'acme/plain', ref: 'refs/heads/new', sha });
    await quiet(world);
    expect(world.sink.requests).toMatchObject([{ path: '/default', json: { event: 'BRANCH_CREATED', hookId: 'd' } }]);
    expect(world.sink.requests[0]!.headers).toHaveProperty('webhook-signature');
    expect(Object.keys(await world.api(`${base}/default-hooks/d`, { method: 'DELETE' }))).toEqual(['kept']);
    await world.api(`${base}/default-hooks/d`, { method: 'DELETE', status: 404 });
    expect(Object.keys((await ask('GET', '', { repo: 'acme/plain' })).answer)).toEqual(['d']);
    for (const id of ['model', 'd']) await ask('DELETE', `/${id}`);
  });
});

describe('on the command line', () => {
  const run = async (...words: string[]) => {
    const printed: string[] = [];
    const told: string[] = [];
    const code = await runProgram(
      {
        environment: { REPOWATCH_URL: world.url, REPOWATCH_TOKEN: adminToken, KEY: 'a secret of some length' },
        version: '1.2.3',
        print: (line) => void printed.push(line),
        tell: (line) => void told.push(line),
        attended: false,
        listenForStop: () => new AbortController().signal,
      },
      ['hooks', ...words],
    );
    return { code, printed: printed.join('\n'), told: told.join('\n') };
  };

  test('hooks are made, shown, changed, switched and removed', async () => {
    expect(await run('list', 'acme/app')).toEqual({ code: 0, printed: '', told: 'There are no hooks.' });
    const added = await run(
      'add',
      'acme/app',
      'ci',
      url('ci'),
      '-e',
      'COMMIT,TAG_CREATED',
      '-d',
      'builds',
      '--deactivate',
      '--secret-from',
      'KEY',
      '--json',
    );
    expect(added).toMatchObject({ code: 0, told: '' });
    expect(JSON.parse(added.printed)).toMatchObject({
      id: 'ci',
      events: ['COMMIT', 'TAG_CREATED'],
      description: 'builds',
      active: false,
      hasSecret: true,
    });
    expect(await run('add', 'acme/app', 'ci', url('ci'))).toMatchObject({ code: 1, printed: '', told: expect.stringContaining('already') });
    expect(await run('get', 'acme/app', 'ci')).toMatchObject({
      code: 0,
      printed: `ci  inactive  COMMIT,TAG_CREATED  webgme  ${url('ci')}  builds`,
    });
    expect(await run('update', 'acme/app', 'ci', '--activate', '-e')).toMatchObject({
      code: 0,
      printed: expect.stringContaining('ci  active  none'),
    });
    expect(await run('update', 'acme/app', 'ci', '-e', 'all', '-u', url('new'))).toMatchObject({
      code: 0,
      printed: expect.stringContaining(`all  webgme  ${url('new')}`),
    });
    expect(JSON.parse((await run('remove', 'acme/app', 'ci', '--json')).printed)).toEqual({});
    expect(await run('get', 'acme/app', 'ci')).toMatchObject({ code: 1, printed: '', told: expect.stringContaining('no hook ci') });
  });

  test.each([
    [['add', 'a/b', 'h', 'https://x', '-e', 'COMIT'], 'Valid events: all, branch.created'],
    [['add', 'acme/app', 'h', 'http://x'], 'OUTBOUND_ALLOW'],
    [['add', 'acme/app', 'h'], 'url'],
    [['update', 'acme/app', 'h'], 'Nothing to change'],
    [['update', 'acme/app', 'h', '--activate', '--deactivate'], 'either'],
    [['list', 'acme'], 'owner/name'],
    [['lst', 'acme/app'], 'Did you mean list'],
    [['remove', 'acme/app', 'none'], 'no hook none'],
  ])('%j fails with 1 and says why', async (words, why) => {
    expect(await run(...words)).toEqual({ code: 1, printed: '', told: expect.stringContaining(why) });
  });

  test.each(['list', 'get', 'add', 'update', 'remove', 'copy'])('%s has help with an example', async (verb) => {
    expect(await run(verb, '--help')).toMatchObject({ code: 0, printed: expect.stringContaining(`$ repowatch hooks ${verb} acme/app`) });
  });
});
