import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.ts';
import { createWorkingCopy, type WorkingCopy } from '../../src/stand-in/git-client.ts';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let clone: WorkingCopy;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await track(world, 'app', {
    '.github/repowatch.yml': configOf({ 'hook-taken': webhookWatch(`${world.sink.url}/file`, { on: 'manual' }) }),
  });
  await track(world, 'other');
  clone = await createWorkingCopy({ url: `${world.github!.url}/acme/app.git`, directory: `${world.directory}/clone` });
  await quiet(world);
});
beforeEach(() => void (world.sink.requests.length = 0));
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

type Answer = ApiObject & { code?: string; detail?: string };

/** Asks for hooks of acme/app and answers status, body and ETag. */
async function ask(
  method: string,
  path: string,
  { body, headers = {}, repo = 'acme/app' }: { body?: unknown; headers?: Record<string, string>; repo?: string } = {},
): Promise<{ status: number; answer: Answer; etag: string | null }> {
  const response = await fetch(`${world.url}/api/repos/${repo}/hooks${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Answer, etag: response.headers.get('etag') };
}

let count = 0;
/** Pushes a commit to a branch and waits until nothing more comes of it. */
async function push(branch = 'main'): Promise<string> {
  count += 1;
  const sha = await clone.commit({ [`${count}.txt`]: `${count}` }, `Change ${count}`, { branch });
  await clone.push();
  await quiet(world);
  return sha;
}

const sent = () => world.sink.requests.map(({ path, json }) => `${path} ${String(json?.['event'] ?? json?.['type'])}`);
const url = (path: string) => `${world.sink.url}/${path}`;

describe('making, reading, changing, removing', () => {
  test('a minimal hook has defaults; made is 201, replaced 200, If-None-Match 412; removing answers what is left', async () => {
    expect((await ask('GET', '')).answer).toEqual({});
    const made = await ask('PUT', '/a', { body: { url: url('a') } });
    expect(made).toMatchObject({
      status: 201,
      answer: {
        id: 'a',
        events: 'all',
        active: true,
        description: 'No description given',
        options: {},
        format: 'webgme',
        hasSecret: false,
      },
    });
    expect(made.answer['createdAt']).toBe(made.answer['updatedAt']);
    const replaced = await ask('PUT', '/a', { body: { url: url('a'), description: 'ours', options: { leave: true } } });
    expect(replaced).toMatchObject({
      status: 200,
      answer: { description: 'ours', options: { leave: true }, createdAt: made.answer['createdAt'] },
    });
    expect(await ask('PUT', '/a', { body: { url: url('a') }, headers: { 'if-none-match': '*' } })).toMatchObject({
      status: 412,
      answer: { code: 'already_exists' },
    });
    expect(await ask('PUT', '/b', { body: { url: url('b'), events: [] }, headers: { 'if-none-match': '*' } })).toMatchObject({
      status: 201,
    });
    expect(Object.keys((await ask('GET', '')).answer)).toEqual(['a', 'b']);
    expect(await ask('GET', '/a')).toMatchObject({ status: 200, answer: replaced.answer, etag: replaced.etag });
    const gone = await ask('DELETE', '/a');
    expect(gone.status).toBe(200);
    expect(Object.keys(gone.answer)).toEqual(['b']);
    expect((await ask('DELETE', '/b')).answer).toEqual({});
    for (const method of ['GET', 'DELETE']) expect(await ask(method, '/a')).toMatchObject({ status: 404, answer: { code: 'not_found' } });
    expect(await ask('PATCH', '/a', { body: { active: false } })).toMatchObject({ status: 404 });
    expect(await ask('GET', '', { repo: 'acme/nope' })).toMatchObject({ status: 404 });
  });

  test('If-Match lets only who has read the present state change it', async () => {
    const { etag } = await ask('PUT', '/m', { body: { url: url('m') } });
    const changed = await ask('PATCH', '/m', { body: { description: 'one' }, headers: { 'if-match': etag! } });
    expect(changed.status).toBe(200);
    for (const [method, body] of [
      ['PATCH', { description: 'two' }],
      ['PUT', { url: url('m') }],
      ['DELETE', undefined],
    ] as const)
      expect(await ask(method, '/m', { body, headers: { 'if-match': etag! } })).toMatchObject({
        status: 412,
        answer: { code: 'changed_meanwhile' },
      });
    expect(await ask('PUT', '/none', { body: { url: url('m') }, headers: { 'if-match': '*' } })).toMatchObject({ status: 412 });
    expect(await ask('DELETE', '/m', { headers: { 'if-match': changed.etag! } })).toMatchObject({ status: 200, answer: {} });
  });

  test.each([
    [{ url: 'http://x' }, 'destination_not_allowed', 'OUTBOUND_ALLOW'],
    [{ url: 'https://127.0.0.1' }, 'destination_not_allowed', 'OUTBOUND_ALLOW'],
    [{ url: 'https://localhost/x' }, 'destination_not_allowed', 'OUTBOUND_ALLOW'],
    [{ url: 'https://[::ffff:10.0.0.1]/' }, 'destination_not_allowed', 'OUTBOUND_ALLOW'],
    [{ url: 'https://u:p@x.test/' }, 'destination_not_allowed', 'user name'],
    [{ url: 'localhost:9001' }, 'destination_not_allowed', 'https'],
    [{ url: 'not an address' }, 'request_invalid', 'url'],
    [{ url: 'https://x.test/${{ secrets.A }}' }, 'request_invalid', 'url'],
    [{}, 'request_invalid', 'url'],
    [{ url: 'https://x.test', events: 2 }, 'request_invalid', 'events'],
    [{ url: 'https://x.test', events: ['COMIT'] }, 'request_invalid', 'Valid events: all, branch.created'],
    [{ url: 'https://x.test', events: ['manual.requested'] }, 'request_invalid', 'meant for one watch'],
    [{ url: 'https://x.test', events: ['issue.opened'], format: 'webgme' }, 'request_invalid', 'no body'],
    [{ url: 'https://x.test', hooks: 1 }, 'request_invalid', 'hooks'],
  ])('%j is refused: %s', async (body, code, words) => {
    const refused = await ask('PUT', '/bad', { body });
    expect(refused).toMatchObject({ status: 422, answer: { code, detail: expect.stringContaining(words) } });
    expect(await ask('GET', '/bad')).toMatchObject({ status: 404 });
  });

  test('an id can be any text; what a file declares is left alone; a hook is changed as a hook', async () => {
    for (const id of ['a.b$c', 'Ünïcode / slash', '__proto__', 'copy', '-x']) {
      const path = `/${encodeURIComponent(id)}`;
      expect(await ask('PUT', path, { body: { url: url('odd') } })).toMatchObject({ status: 201, answer: { id } });
      expect(await ask('GET', path)).toMatchObject({ status: 200, answer: { id } });
      expect(await ask('DELETE', path)).toMatchObject({ status: 200 });
    }
    expect(await ask('PUT', '/taken', { body: { url: url('x') } })).toMatchObject({ status: 409, answer: { code: 'managed_by_file' } });
    await ask('PUT', '/mine', { body: { url: url('x') } });
    await world.api('/api/repos/acme/app/watches/hook-mine', { method: 'PATCH', body: { enabled: false }, status: 409 });
    await world.api('/api/repos/acme/app/watches/hook-mine', { method: 'DELETE', status: 409 });
    await ask('DELETE', '/mine');
  });
});

describe('what is sent', () => {
  test('the bodies and names of the older system, with the hook’s id; our own types with ours; an empty list nothing', async () => {
    await ask('PUT', '/all', { body: { url: url('all') } });
    await ask('PUT', '/commits', { body: { url: url('commits'), events: ['COMMIT'] } });
    await ask('PUT', '/moves', {
      body: { url: url('moves'), events: ['BRANCH_HASH_UPDATED', 'BRANCH_DELETED'], secret: 'a secret of some length' },
    });
    await ask('PUT', '/ours', { body: { url: url('ours'), events: ['branch.updated', 'release.published'] } });
    await ask('PUT', '/never', { body: { url: url('never'), events: [] } });
    const sha = await push();
    expect(sent().sort()).toEqual([
      '/all BRANCH_HASH_UPDATED',
      '/all COMMIT',
      '/commits COMMIT',
      '/moves BRANCH_HASH_UPDATED',
      '/ours branch.updated',
    ]);
    const of = (path: string, event: string) =>
      world.sink.requests.find((request) => request.path === path && request.json?.['event'] === event)!;
    expect(of('/moves', 'BRANCH_HASH_UPDATED').json).toMatchObject({
      hookId: 'moves',
      owner: 'acme',
      projectName: 'app',
      data: { newHash: sha },
    });
    expect(of('/moves', 'BRANCH_HASH_UPDATED').headers).toHaveProperty('webhook-signature');
    expect(of('/all', 'COMMIT').headers).not.toHaveProperty('webhook-signature');
    const [run] = await world.list('/api/runs?watch=hook-moves');
    expect(run).toMatchObject({ status: 'succeeded' });
    for (const id of ['all', 'commits', 'moves', 'ours', 'never']) await ask('DELETE', `/${id}`);
    expect(await world.list('/api/secrets')).toEqual([]);
    world.sink.requests.length = 0;
    await push();
    expect(sent()).toEqual([]);
  });

  test('an inactive hook never fires, what was queued neither; switched on it does again', async () => {
    await ask('PUT', '/onoff', { body: { url: url('onoff'), events: ['BRANCH_HASH_UPDATED'] } });
    world.sink.answer(() => ({ status: 503, headers: { 'retry-after': '600' } }));
    await push();
    expect(world.sink.requests).toHaveLength(1);
    const waiting = (await world.list('/api/runs?watch=hook-onoff'))[0]!;
    expect(waiting).toMatchObject({ status: 'waiting' });
    expect(await ask('PATCH', '/onoff', { body: { active: false } })).toMatchObject({ status: 200, answer: { active: false } });
    world.sink.answer(() => 200);
    await world.database.db.raw(`update runs set due_at = now() where id = ?`, [String(waiting['id'])]);
    await world.eventually(
      'the queued run is given up',
      async () => (await world.api(`/api/runs/${String(waiting['id'])}`))['code'] === 'hook_inactive',
    );
    await push();
    expect(world.sink.requests).toHaveLength(1);
    expect(await ask('PATCH', '/onoff', { body: { active: true } })).toMatchObject({
      status: 200,
      answer: { active: true, events: ['BRANCH_HASH_UPDATED'] },
    });
    await push();
    expect(sent()).toEqual(['/onoff BRANCH_HASH_UPDATED', '/onoff BRANCH_HASH_UPDATED']);
    await ask('DELETE', '/onoff');
  });
});

describe('hooks of other repositories', () => {
  test('copied they have the same ids and keys; renamed and transferred they stay', async () => {
    await ask('PUT', '/x', { body: { url: url('x'), secret: 'a secret of some length', events: ['BRANCH_HASH_UPDATED'] } });
    await ask('PUT', '/own', { body: { url: url('own') }, repo: 'acme/other' });
    const copied = await ask('POST', '/copy', { body: { from: 'acme/app' }, repo: 'acme/other' });
    expect(copied.status).toBe(200);
    expect(copied.answer).toMatchObject({ own: { id: 'own' }, x: { id: 'x', url: url('x'), hasSecret: true } });
    expect(await world.list('/api/secrets')).toHaveLength(2);
    expect(await ask('POST', '/copy', { body: { from: 'acme/nope' } })).toMatchObject({ status: 404 });
    await world.github!.renameRepository('acme/other', 'renamed');
    await quiet(world);
    expect(Object.keys((await ask('GET', '', { repo: 'acme/renamed' })).answer)).toEqual(['own', 'x']);
    const audit = await world.database.db.raw<{ rows: { action: string; text: string }[] }>(
      `select action, audit_entries::text as text from audit_entries where target_kind = 'hook' or action = 'hooks.copied'`,
    );
    expect(audit.rows.map(({ action }) => action)).toContain('hooks.copied');
    for (const { text } of audit.rows) expect(text).not.toMatch(/a secret of some|\/onoff/);
    await ask('DELETE', '/x');
  });
});

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
    expect(sent()).toEqual(['/default BRANCH_CREATED']);
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
