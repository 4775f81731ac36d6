import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandContext } from '../../src/commands/command-context.ts';
import { runProgram } from '../../src/commands/program.ts';
import { parseKeyRing } from '../../src/vault/key-ring.ts';
import { upsertSecret } from '../../src/vault/secrets.ts';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true, settings: { SECRETS_KEY: `${key('k2', 9)},${key('k1', 7)}` } });
  const told = (path: string) => webhookWatch(`${world.sink.url}/${path}`, {}, { headers: { 'x-value': '${{ secrets.TOKEN }}' } });
  await track(world, 'app', { '.github/repowatch.yml': configOf({ deploy: told('deploy'), notify: told('notify') }) });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const push = async () => {
  await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'file.txt', content: String(Math.random()) });
};

/** What the two watches sent since the last look. */
async function heard(): Promise<Record<string, unknown>> {
  const from = world.sink.requests.length;
  await push();
  await world.eventually('both were told', async () => world.sink.requests.length >= from + 2);
  return Object.fromEntries(world.sink.requests.slice(from).map(({ path, headers }) => [path, headers['x-value']]));
}

const put = (query: string, body: ApiObject) => world.api(`/api/secrets/TOKEN${query}`, { method: 'PUT', body });

interface Said {
  code: number;
  out: string;
  told: string;
}

/** One command line of somebody at a terminal, or of a program that has something on standard input. */
async function command(words: string[], given: { input?: string; stop?: AbortSignal; print?: (line: string) => void } = {}): Promise<Said> {
  const out: string[] = [];
  const told: string[] = [];
  const context: CommandContext = {
    environment: {
      REPOWATCH_URL: world.url,
      ADMIN_TOKEN: adminToken,
      DATABASE_URL: world.database.url,
      SECRETS_KEY: `${key('k2', 9)},${key('k1', 7)}`,
      MINE: 'from-the-environment',
    },
    version: '0.0.0-test',
    print: (line) => {
      out.push(line);
      given.print?.(line);
    },
    tell: (line) => void told.push(line),
    readInput: async () => Buffer.from(given.input ?? ''),
    attended: false,
    listenForStop: () => given.stop ?? new AbortController().signal,
  };
  const code = await runProgram(context, words);
  return { code, out: out.join('\n'), told: told.join('\n') };
}

describe('secrets of every scope', () => {
  test('the nearest one is sent, a new value keeps its destinations, and what names it is known', async () => {
    const { host } = world.sink;
    const installation = String((await world.list('/api/installations'))[0]!['id']);
    expect(await put('', { value: 'global-value' })).toMatchObject({ scope: 'global', version: 1, created_by: 'admin' });
    await put(`?scope=installation&installation_id=${installation}`, { value: 'installation-value' });
    expect(await heard()).toEqual({ '/deploy': 'installation-value', '/notify': 'installation-value' });
    await put('', { scope: 'repository', repository: 'acme/app', value: 'repository-value', destinations: [host] });
    await put('?scope=watch&repository=acme/app&watch=deploy', { value: 'watch-value' });
    expect(await put('?scope=repository&repository=acme/app', { value: 'repository-value-2' })).toMatchObject({
      version: 2,
      destinations: [host],
    });
    expect(await heard()).toEqual({ '/deploy': 'watch-value', '/notify': 'repository-value-2' });

    const uses = (query: string) => world.list(`/api/secrets/TOKEN/used-by${query}`);
    const use = {
      kind: 'watch',
      repository: 'acme/app',
      layer: 'file',
      steps: [{ position: 0, uses: 'webhook' }],
      origin: expect.stringContaining('.github/repowatch.yml:'),
    };
    expect(await uses('?scope=repository&repository=acme/app')).toMatchObject([
      { ...use, watch: 'deploy', gets_this: false },
      { ...use, watch: 'notify', gets_this: true },
    ]);
    expect((await uses('?scope=watch&repository=acme/app&watch=deploy')).map(({ watch, gets_this: gets }) => [watch, gets])).toEqual([
      ['deploy', true],
    ]);
    expect((await uses('')).map(({ gets_this: gets }) => gets)).toEqual([false, false]);
    await world.api('/api/secrets/NOBODY/used-by', { status: 404 });
    const audit = (await world.list('/api/audit?action=secret.rotated'))[0];
    expect(audit).toMatchObject({ after: { scope: 'repository', version: 2, destinations: [host] } });
    expect(JSON.stringify(await world.list('/api/audit'))).not.toContain('-value');
    await world.api('/api/secrets/TOKEN?scope=watch&repository=acme/app&watch=deploy', { method: 'DELETE', status: 204 });
    expect(await heard()).toEqual({ '/deploy': 'repository-value-2', '/notify': 'repository-value-2' });
  });

  test('the key is rotated beside the running server, by the API and at the terminal; runs go on', async () => {
    const { db } = world.database;
    // As if written before the new key was put in front.
    const ring = parseKeyRing(key('k1', 7));
    const older = async () => {
      await db.raw('delete from secrets');
      const owner = { scope: 'global', installationId: null, repositoryId: null } as const;
      if (ring.ok) await upsertSecret(db, { ...owner, name: 'TOKEN', value: 'rotated-value', destinations: null, keyRing: ring.value });
      expect(await db('secrets').pluck('key_id')).toEqual(['k1']);
    };
    await older();
    const asked = await world.api<{ job: ApiObject; keys: ApiObject }>('/api/secrets/rotate-key', { method: 'POST', status: 202 });
    expect(asked).toMatchObject({ job: { kind: 'rotate_key', target: 'k2', installation_id: null }, keys: { current: 'k2' } });
    const job = await world.eventually('the job is over', async () => {
      const found = await world.api(`/api/jobs/${String(asked.job['id'])}`);
      return found['status'] === 'done' && found;
    });
    expect(job).toMatchObject({ failed: 0, progress: job['total'] });
    expect(await world.api('/api/secrets/rotate-key')).toMatchObject({
      remaining: 0,
      keys: [{ id: 'k2' }, { id: 'k1', rows: 0, removable: true }],
    });
    expect(await heard()).toEqual({ '/deploy': 'rotated-value', '/notify': 'rotated-value' });

    await older();
    await db('key_holders').update({ key_ids: ['k1'] });
    expect(await command(['secrets', 'rotate-key'])).toMatchObject({
      code: 1,
      told: expect.stringContaining('does not have the key "k2"'),
    });
    await db('key_holders').update({ key_ids: ['k2', 'k1'] });
    const done = await command(['secrets', 'rotate-key', '--json']);
    expect([done.code, JSON.parse(done.out)]).toMatchObject([0, { rewrapped: 1, remaining: 0 }]);
    expect((await command(['secrets', 'rotate-key'])).out).toContain('"k1" can leave SECRETS_KEY');
    expect(await heard()).toEqual({ '/deploy': 'rotated-value', '/notify': 'rotated-value' });
    expect(await world.list('/api/audit?action=secrets_key.rotated')).toHaveLength(2);
  });

  test('values come from standard input or a variable, never from the command line', async () => {
    const of = ['--repo', 'acme/app'];
    const refused = await command(['secrets', 'set', 'CLI', ...of, '--value', 'typed-in-clear']);
    expect(refused).toMatchObject({ code: 1, out: '', told: expect.stringContaining('standard input') });
    expect(refused.told).not.toContain('typed-in-clear');
    await world.api('/api/secrets/CLI?scope=repository&repository=acme/app', { status: 404 });
    expect(
      await command(['secrets', 'set', 'CLI', ...of, '--destination', 'a.example.com', '--destination', 'b.example.com'], {
        input: 'hidden\n',
      }),
    ).toMatchObject({
      code: 0,
      out: 'CLI (repository acme/app) is set; it is value number 1 and may be sent to a.example.com, b.example.com.',
    });
    expect((await command(['secrets', 'set', 'CLI', ...of, '--from-env', 'MINE', '--any-destination'])).out).toContain(
      'number 2 and may be sent anywhere',
    );
    const listed = await command(['secrets', 'list', ...of, '--json']);
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'CLI', version: 2 }]);
    expect((await command(['secrets', 'list'])).out).toMatch(/^NAME +OF +DESTINATIONS[\s\S]*CLI +repository acme\/app +any +2/);
    expect((await command(['secrets', 'used-by', 'TOKEN'])).out).toMatch(/acme\/app +watch +deploy +file .* yes/);
    expect((await command(['secrets', 'used-by', 'NONE'])).code).toBe(3);
    expect(await command(['secrets', 'delete', 'CLI', ...of])).toMatchObject({ code: 1, told: expect.stringContaining('--yes') });
    expect(await command(['secrets', 'delete', 'CLI', ...of, '--yes'])).toMatchObject({ code: 0, out: 'CLI is gone.' });
  });

  test('tail shows threads as they happen, goes on where it was, and ends with Ctrl-C', async () => {
    await quiet(world);
    const stop = new AbortController();
    const lines: string[] = [];
    const tailing = command(['tail', '--repo', 'acme/app', '--recent', '1'], { stop: stop.signal, print: (line) => void lines.push(line) });
    await world.eventually('the last thread is shown', async () => lines.length > 0);
    await push();
    const last = await world.eventually('the push is shown', async () =>
      lines.slice(1).find((line) => /succeeded .*push .*deploy succeeded, notify succeeded/.test(line)),
    );
    expect(last).toContain('acme/app');
    stop.abort();
    expect(await tailing).toMatchObject({ code: 0 });
    expect((await command(['tail', '--status', 'nonsense'])).code).toBe(1);
  });
});
