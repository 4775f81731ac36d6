import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createWorkingCopy, type WorkingCopy } from '../../src/stand-in/git-client.ts';
import { askHooks, type HookRequest } from '../support/hooks.ts';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

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

const ask = (method: string, path: string, given: HookRequest = {}) => askHooks(world, { method, path, ...given });

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
    await world.github!.createAccount('globex', 'Organization');
    await world.github!.installApp('globex', 'all');
    await world.github!.transferRepository('acme/renamed', 'globex');
    await quiet(world);
    expect(await world.api('/api/repos/globex/renamed')).toMatchObject({ owner: { login: 'globex' } });
    expect(Object.keys((await ask('GET', '', { repo: 'globex/renamed' })).answer)).toEqual(['own', 'x']);
    const foreign = await ask('POST', '/copy', { body: { from: 'globex/renamed' } });
    expect(foreign).toMatchObject({ status: 403, answer: { code: 'forbidden' } });
    const audit = await world.database.db.raw<{ rows: { action: string; text: string }[] }>(
      `select action, audit_entries::text as text from audit_entries where target_kind = 'hook' or action = 'hooks.copied'`,
    );
    expect(audit.rows.map(({ action }) => action)).toContain('hooks.copied');
    for (const { text } of audit.rows) expect(text).not.toMatch(/a secret of some|\/onoff/);
    await ask('DELETE', '/x');
  });
});
