import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type TestApp } from '../support/test-app.ts';

interface Config {
  status: string;
  problems: { line: number; message: string; severity?: string; code: string }[];
  layers: { layer: string; repository: string | null; status: string }[];
  watches: {
    key: string;
    layer: string;
    managed_by: string;
    mode: string;
    mandatory: boolean;
    origin: string;
    switched_off_at: string | null;
  }[];
}

const path = '.github/repowatch.yml';

const readConfig = (world: TestApp, repo: string) => world.api<Config>(`/api/repos/${repo}/config`);

/** Writes the file and waits until everything has followed. */
async function writeConfig(world: TestApp, repo: string, content: string | null): Promise<void> {
  await world.github!.commitFile({ repo, branch: 'main', files: { [path]: content } });
  await quiet(world);
}

/** Pushes and answers which paths of the sink were called for it, in order of their names. */
async function push(world: TestApp, repo: string): Promise<string[]> {
  const sha = await world.github!.commitFile({ repo, branch: 'main', path: 'a.txt', content: String(Math.random()) });
  await quiet(world);
  return world.sink.requests
    .filter((request) => (request.json!['data'] as { after: string }).after === sha)
    .map((request) => request.path)
    .toSorted();
}

const keysOf = (config: Config) => config.watches.map(({ key, layer, mode }) => `${layer} ${key} ${mode}`).toSorted();

describe('layers of configuration', () => {
  test('the organisation adds watches everywhere, a repository switches them off or replaces them, what is mandatory stays', async () => {
    await using world = await startTestApp({ github: true });
    const to = (name: string) => webhookWatch(`${world.sink.url}/${name}`);
    await track(world, '.github', {
      [path]: configOf({ shared: to('shared'), common: to('common') }, { mandatory: { audit: to('audit') } }),
    });
    await track(world, 'plain');
    await track(world, 'own', {
      [path]: configOf({ own: to('own'), shared: { mode: 'off' }, audit: { mode: 'off' }, common: to('replaced'), comon: { mode: 'off' } }),
    });
    expect(await push(world, 'acme/plain')).toEqual(['/audit', '/common', '/shared']);
    expect(await push(world, 'acme/own')).toEqual(['/audit', '/own', '/replaced']);
    const own = await readConfig(world, 'acme/own');
    expect(keysOf(own)).toEqual(['file common on', 'file own on', 'organization audit on', 'organization shared off']);
    expect(own.watches.find((watch) => watch.key === 'audit')).toMatchObject({
      mandatory: true,
      managed_by: 'organization',
      origin: expect.stringMatching(/^acme\/\.github:\.github\/repowatch\.yml:\d+$/) as unknown,
    });
    expect(own.watches.find((watch) => watch.key === 'shared')!.switched_off_at).toMatch(/^\.github\/repowatch\.yml:\d+$/);
    expect(own.problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('`audit` is mandatory') as unknown },
      { severity: 'warning', message: expect.stringMatching(/^`comon` switches off nothing.*Did you mean `common`\?/) as unknown },
    ]);
    expect(own.layers.map(({ layer, status }) => `${layer} ${status}`)).toEqual(['organization ok', 'file ok']);

    // Changed, broken, mended, removed: what counts follows within the next push, without a request for each repository.
    await writeConfig(world, 'acme/.github', configOf({ changed: to('changed') }));
    expect(await push(world, 'acme/plain')).toEqual(['/changed']);
    await writeConfig(world, 'acme/.github', 'version: 1\nwatches: [');
    expect(await push(world, 'acme/plain')).toEqual(['/changed']);
    expect((await readConfig(world, 'acme/plain')).layers[0]).toMatchObject({ layer: 'organization', status: 'invalid' });
    await writeConfig(world, 'acme/.github', configOf({ mended: to('mended') }));
    expect(await push(world, 'acme/plain')).toEqual(['/mended']);
    await writeConfig(world, 'acme/.github', null);
    expect(await push(world, 'acme/plain')).toEqual([]);
    expect((await readConfig(world, 'acme/plain')).layers[0]).toMatchObject({ layer: 'organization', status: 'absent' });
  });

  test('extends none takes only what is mandatory, a named repository takes the place of the organisation, others are refused', async () => {
    await using world = await startTestApp({ github: true });
    const to = (name: string) => webhookWatch(`${world.sink.url}/${name}`);
    await track(world, '.github', { [path]: configOf({ shared: to('shared') }, { mandatory: { audit: to('audit') } }) });
    await track(world, 'base', { [path]: configOf({ based: to('based') }, { defaults: { retry: 'none' } }) });
    await track(world, 'none', { [path]: configOf({ own: to('none') }, { extends: 'none' }) });
    await track(world, 'named', { [path]: configOf({ own: to('named') }, { extends: 'base@main' }) });
    await track(world, 'lost', { [path]: configOf({ own: to('lost') }, { extends: 'nowhere@main' }) });
    expect(await push(world, 'acme/none')).toEqual(['/audit', '/none']);
    expect(await push(world, 'acme/named')).toEqual(['/audit', '/based', '/named']);
    const lost = await readConfig(world, 'acme/lost');
    expect(lost).toMatchObject({ status: 'invalid', problems: [{ line: 3, message: expect.stringContaining('acme/nowhere') as unknown }] });
    // What is extended follows its own file.
    await writeConfig(world, 'acme/base', configOf({ newer: to('newer') }));
    expect(await push(world, 'acme/named')).toEqual(['/audit', '/named', '/newer']);
  });

  test('allow: refused at its place when the file is read, and before anything is sent when it became stricter', async () => {
    await using world = await startTestApp({ github: true });
    const url = `${world.sink.url}/x`;
    await track(world, '.github', { [path]: configOf({}, { allow: { destinations: ['hooks.example.com'] } }) });
    await track(world, 'early', { [path]: configOf({ own: webhookWatch('${{ vars.url }}') }, { vars: { url } }) });
    await track(world, 'late', { [path]: configOf({ own: webhookWatch(url) }) });
    expect(await readConfig(world, 'acme/late')).toMatchObject({
      status: 'invalid',
      problems: [{ code: 'not_allowed_by_layer', line: 10 }],
    });
    expect(await push(world, 'acme/early')).toEqual([]);
    const [run] = await world.list('/api/runs?watch=own');
    expect(run).toMatchObject({ status: 'failed', code: 'not_allowed_by_layer' });
    await writeConfig(world, 'acme/.github', configOf({}, { allow: { actions: ['script'], secrets: { TOKEN: ['other'] } } }));
    expect(await push(world, 'acme/early')).toEqual([]);
    expect((await world.list('/api/runs?watch=own'))[0]).toMatchObject({ status: 'failed', code: 'not_allowed_by_layer' });
    await writeConfig(world, 'acme/.github', configOf({}));
    expect(await push(world, 'acme/early')).toEqual(['/x']);
  });

  test("nobody waits for an organisation's file that nobody looks at", async () => {
    await using world = await startTestApp({ github: true });
    await track(world, '.github');
    await track(world, 'own', { [path]: configOf({ own: webhookWatch(`${world.sink.url}/own`) }) });
    await world.database
      .db('repositories')
      .where({ name: '.github' })
      .update({ enabled: false, config_status: 'unknown', config_id: null });
    expect(await push(world, 'acme/own')).toEqual(['/own']);
  });

  test('a script file of an inherited watch comes from the organisation, whatever the repository has at that path', async () => {
    await using world = await startTestApp({ github: true });
    const script = (who: string) => `export default () => ({ who: '${who}' });`;
    const watch = { on: 'push', steps: [{ id: 'ask', uses: 'script', with: { file: 'gate.js' } }] };
    await track(world, '.github', { [path]: configOf({ gate: watch }), 'gate.js': script('organisation') });
    await track(world, 'plain', { 'gate.js': script('repository') });
    await push(world, 'acme/plain');
    const [run] = await world.list('/api/runs?watch=gate');
    const { steps } = await world.api<{ steps: { outputs: unknown }[] }>(`/api/runs/${String(run!['id'])}`);
    expect(steps[0]!.outputs).toEqual({ who: 'organisation' });

    // Whoever extends by name at a ref gets the file as it is there.
    const base = await track(world, 'base', { [path]: configOf({ pinned: watch }), 'gate.js': script('pinned') });
    await world.github!.commitFile({ repo: 'acme/base', branch: 'main', path: 'gate.js', content: script('newer') });
    await track(world, 'pinning', { [path]: configOf({}, { extends: `base@${base.head}` }) });
    await push(world, 'acme/pinning');
    const [last] = await world.list('/api/runs?watch=pinned&limit=1');
    const pinned = await world.api<{ steps: { outputs: unknown }[] }>(`/api/runs/${String(last!['id'])}`);
    expect(pinned.steps[0]!.outputs).toEqual({ who: 'pinned' });
  });

  test("the operator's defaults lie below everything, and an organisation's file that cannot be seen is not an absent one", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'defaults-'));
    const file = join(folder.path, 'defaults.yml');
    await writeFile(
      file,
      configOf({ fleet: { on: 'push', mode: 'dry-run', steps: [{ uses: 'webhook', with: { url: 'https://fleet.example.com/' } }] } }),
    );
    await using world = await startTestApp({ github: true, settings: { DEFAULTS_FILE: file } });
    await track(world, 'plain');
    await push(world, 'acme/plain');
    const config = await readConfig(world, 'acme/plain');
    expect(keysOf(config)).toEqual(['server fleet dry-run']);
    expect(config.layers.map(({ layer, status }) => `${layer} ${status}`)).toEqual([
      'server ok',
      'organization not_accessible',
      'file absent',
    ]);
    expect(await world.list('/api/runs?watch=fleet')).toMatchObject([{ status: 'succeeded', dry_run: true }]);
  });
});

describe('watches that the API made', () => {
  const watches = '/api/repos/acme/plain/watches';
  const call = async (world: TestApp, key: string, request: { method: string; body?: unknown; headers?: Record<string, string> }) => {
    const { method, body, headers } = request;
    const response = await fetch(`${world.url}${watches}/${key}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const put = (world: TestApp, key: string, body: unknown) => call(world, key, { method: 'PUT', body });

  test('count beside the file, are edited without losing one, and never touch what a file declares', async () => {
    await using world = await startTestApp({ github: true });
    const to = (name: string) => webhookWatch(`${world.sink.url}/${name}`);
    await track(world, 'plain', { [path]: configOf({ own: to('own') }) });
    const made = await put(world, 'extra', to('extra'));
    expect(made).toMatchObject({ status: 201, body: { key: 'extra', layer: 'api', managed_by: 'api' } });
    expect(await push(world, 'acme/plain')).toEqual(['/extra', '/own']);
    expect(await call(world, 'extra', { method: 'PUT', body: to('extra'), headers: { 'if-none-match': '*' } })).toMatchObject({
      status: 412,
      body: { code: 'already_exists' },
    });
    const managed = {
      status: 409,
      body: { code: 'managed_by_file', detail: expect.stringContaining('.github/repowatch.yml:') as unknown },
    };
    expect(await put(world, 'own', to('other'))).toMatchObject(managed);
    expect(await call(world, 'own', { method: 'PATCH', body: { enabled: false } })).toMatchObject(managed);
    expect(await call(world, 'own', { method: 'DELETE' })).toMatchObject(managed);
    expect(await put(world, 'wrong', { on: 'pusch', steps: [] })).toMatchObject({ status: 422, body: { code: 'config_invalid' } });

    await call(world, 'extra', { method: 'PATCH', body: { enabled: false } });
    expect(await push(world, 'acme/plain')).toEqual(['/own']);
    await call(world, 'extra', { method: 'PATCH', body: { enabled: true } });
    expect(await push(world, 'acme/plain')).toEqual(['/extra', '/own']);

    const many = Array.from({ length: 20 }, (_, index) => `many${index}`);
    const answers = await Promise.all(many.map((key) => put(world, key, { ...to(key), mode: 'off' })));
    expect(answers.map((answer) => answer.status)).toEqual(many.map(() => 201));
    const { data } = await world.api<{ data: { key: string }[] }>(watches);
    expect(data.map((watch) => watch.key).toSorted()).toEqual(['extra', 'own', ...many].toSorted());
    expect(await call(world, 'extra', { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect(await push(world, 'acme/plain')).toEqual(['/own']);
  });
});
