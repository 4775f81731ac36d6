import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.ts';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { codeCache } from '../support/server-process.ts';
import { adminToken, startTestApp, type TestApp } from '../support/test-app.ts';

const bin = fileURLToPath(new URL('../../src/bin.js', import.meta.url));
const nodeFlags = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];
const evil = 'steer \u001B[31m and \u009B2J';

let world: TestApp;
/** What the receiver answers on the address of the watch that fails. */
let failing = true;

beforeAll(async () => {
  world = await startTestApp({ github: true, settings: { CLIENT_ID: 'Iv23liTESTS', CLIENT_SECRET: 'a client secret for tests' } });
  world.sink.answer(({ path }) => (path === '/bad' && failing ? 500 : 200));
  const watches = {
    good: webhookWatch(`${world.sink.url}/good`),
    bad: webhookWatch(`${world.sink.url}/bad`, { retry: 'none', order: 'strict' }),
    talk: {
      on: 'push',
      steps: [{ uses: 'script', with: { run: "export default () => { console.log('one'); console.log('\\u009Btwo') }" } }],
    },
  };
  await track(world, 'app', { '.github/repowatch.yml': configOf(watches) });
  await world.github!.createAccount('mona', 'User');
  await world.github!.joinOrganization('mona', 'acme', 'admin');
  await quiet(world);
  await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'a.txt', content: 'a', message: evil });
  await quiet(world);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

function start(words: string[], environment: Record<string, string> = { REPOWATCH_TOKEN: adminToken }) {
  const env = {
    ...codeCache,
    PATH: process.env['PATH'],
    XDG_CONFIG_HOME: join(world.directory, 'config'),
    REPOWATCH_URL: world.url,
    ...environment,
  };
  const child = spawn(process.execPath, [...nodeFlags, bin, ...words], { env, cwd: world.directory });
  const ended = once(child, 'exit') as Promise<[number]>;
  return { child, ended };
}

/** Runs a command line as a process of its own. */
async function runProcess(words: string[], input = ''): Promise<Ran> {
  const { child, ended } = start(words);
  child.stdin.end(input);
  const [[code], out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

interface Given {
  environment?: Record<string, string>;
  input?: string;
  answer?: string;
  columns?: number;
  stop?: AbortSignal;
}

/** Runs a command line in this process. */
async function run(words: string[], { environment = { REPOWATCH_TOKEN: adminToken }, input = '', answer, columns, stop }: Given = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(
    {
      environment: { XDG_CONFIG_HOME: join(world.directory, 'config'), REPOWATCH_URL: world.url, ...environment },
      version: '1.2.3',
      print: (line) => void out.push(line),
      tell: (line) => void err.push(line),
      readInput: async () => Buffer.from(input),
      ...(answer !== undefined && { ask: async () => answer }),
      ...(columns !== undefined && { screen: () => ({ columns, rows: 20 }) }),
      attended: false,
      listenForStop: () => stop ?? new AbortController().signal,
    },
    words,
  );
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const one = async (path: string) => String((await world.list(path))[0]!['id']);

test('every verb works as a process and prints JSON that programs read', async () => {
  const change = await one('/api/changes?type=branch.updated');
  const rows: [words: string, wanted: unknown][] = [
    ['status', { ready: true, runs: { dead: 1, succeeded: 2 }, blocked_lanes: [{ repository: 'acme/app' }], you: { role: 'admin' } }],
    ['whoami', { role: 'admin', login: 'admin' }],
    ['repos list --q acme', [{ full_name: 'acme/app', config_status: 'ok' }]],
    ['installations list', [{ account: { login: 'acme' } }]],
    ['watches list acme/app', [{ key: 'good', origin: '.github/repowatch.yml:4' }, { key: 'bad' }, { key: 'talk' }]],
    ['config show acme/app', { status: 'ok', watches: [{}, {}, {}] }],
    ['deliveries list --event push --limit 1', [{ event: 'push', status: 'processed' }]],
    [`changes show ${change}`, { id: change, considered: [{ matched: true }, {}, {}], runs: [{}, {}, {}] }],
    ['runs list --status dead --status cancelled', [{ status: 'dead', watch: { key: 'bad' }, blocks: true }]],
    ['lanes blocked', [{ blocked_by: { watch: 'bad' } }]],
    ['breakers list', []],
    ['jobs list --kind replay', []],
    ['projects create nightly acme/app --branch main', { name: 'nightly', branches: ['main'], repository_count: 1 }],
    [
      'triggers register gitlab --repository acme/app --repo-id 42',
      { provider: 'gitlab', secret: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
    ['destinations list', [{ state: expect.any(String) }]],
    ['tickets list --status Done', []],
    ['recovery status', { gaps: [], summary: expect.any(String) }],
    ['people set mona --email mona@example.com', { github_login: 'mona', email: 'mona@example.com' }],
    ['tokens create ci --scope read --repository acme/app', { token: expect.stringMatching(/^rwt_/), repositories: ['acme/app'] }],
    ['audit --limit 100', expect.any(Array)],
    ['sync acme/app', { kind: 'reconcile', status: 'done', failed: 0 }],
  ];
  const wrong: unknown[] = [];
  const queue = [...rows];
  const work = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      const [words, wanted] = row;
      const { code, out, err } = await runProcess([...words.split(' '), '--json']);
      if (code !== 0) wrong.push({ words, code, out, err });
      else expect({ words, answer: JSON.parse(out) as unknown }).toMatchObject({ words, answer: wanted });
    }
  };
  await Promise.all([work(), work(), work()]);
  expect(wrong).toEqual([]);
}, 120_000);

test('whoever signs in from a terminal stays signed in to that server, in a file that only they can read', async () => {
  const { child, ended } = start(['login'], {});
  child.stdin.end();
  const printed = text(child.stdout);
  let told = '';
  child.stderr.on('data', (part: Buffer) => (told += part.toString()));
  const code = await world.eventually('the code', async () => /type in: (\S+)/.exec(told)?.[1]);
  await world.github!.approveDevice(code, 'mona');
  expect([(await ended)[0], await printed]).toEqual([0, expect.stringMatching(/^Signed in to .+ as mona, until \d{4}-/)]);
  const file = join(world.directory, 'config', 'repowatch', 'login.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  // The token of this server wins over ADMIN_TOKEN, and without an address its server is the one.
  const environment = { REPOWATCH_URL: '', ADMIN_TOKEN: adminToken };
  expect(JSON.parse((await run(['whoami', '--json'], { environment })).out)).toMatchObject({ login: 'mona', kind: 'token' });
  // Another server never gets it.
  const elsewhere = await run(['whoami', '--url', 'http://127.0.0.1:9'], { environment: {} });
  expect(elsewhere).toMatchObject({ code: 4, err: expect.stringContaining('nobody has signed in to http://127.0.0.1:9') });
  expect(await run(['logout'], { environment: {} })).toMatchObject({ code: 0, err: '' });
  expect(await world.list('/api/tokens?status=revoked')).toMatchObject([{ owner: 'mona' }]);
  expect((await run(['whoami'], { environment: {} })).code).toBe(4);
  expect((await run(['logout'], { environment: {} })).code).toBe(2);
}, 60_000);

test('a token is taken from standard input and tried before it is kept', async () => {
  const wrong = await run(['login', '--token'], { environment: {}, input: 'rwt_no-such-token' });
  expect(wrong).toMatchObject({ code: 4, err: expect.not.stringContaining('no-such-token') });
  expect(await run(['login', '--token'], { environment: {}, input: `${adminToken}\n` })).toMatchObject({ code: 0 });
  expect((await run(['repos', 'list'], { environment: {} })).code).toBe(0);
  expect((await run(['logout'], { environment: {} })).code).toBe(0);
});

test('tables fit the terminal, and nothing that strangers wrote steers it', async () => {
  const [narrow, whole] = [await run(['changes', 'list'], { columns: 60 }), await run(['changes', 'list', '--all'])];
  expect(narrow.out.split('\n').every((line) => line.length <= 60)).toBe(true);
  expect(narrow.out).toContain('…');
  expect(whole.out).toMatch(/^ID +AT +REPOSITORY +TYPE +WHAT\n/);
  const change = await one('/api/changes?type=branch.updated');
  for (const words of [
    ['changes', 'show', change],
    ['changes', 'show', change, '--json'],
    ['changes', 'list', '--json'],
  ]) {
    const { out } = await run(words);
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  }
  const { out } = await run(['changes', 'show', change, '--json']);
  expect(out).toContain('\\u009b2J');
  expect((JSON.parse(out) as { data: { head_commit: { message: string } } }).data.head_commit.message).toBe(evil);
});

test('a refusal has a code, says what to do, and ends with a code of its own', async () => {
  const said = async (words: string[], given?: Given) => {
    const { code, err, out } = await run(words, given);
    return [code, out, err];
  };
  expect(await said(['runs', 'show', '999'])).toEqual([3, '', expect.stringMatching(/^There is no run 999\..+\(not_found\)$/)]);
  expect(await said(['runs', 'list', '--status', 'dad'])).toEqual([1, '', expect.stringContaining('(request_invalid)')]);
  expect(await said(['repos', 'show', '../meta'])).toEqual([1, '', expect.stringContaining('Write owner/name')]);
  expect(await said(['whoami'], { environment: { REPOWATCH_TOKEN: 'wrong-token' } })).toEqual([
    4,
    '',
    expect.stringContaining('repowatch login'),
  ]);
  expect(await said(['whoami', '--url', 'http://127.0.0.1:9'])).toEqual([1, '', expect.stringContaining('(server_unreachable)')]);
  expect(await said(['runs', 'list', '--limit', 'no'])).toEqual([1, '', expect.stringContaining('--limit 50')]);
  expect(await said(['runs', 'list', '--watch', 'bad'])).toEqual([1, '', expect.stringContaining('--watch-key')]);
});

test('what is lost is asked for first, unless --yes', async () => {
  const file = join(world.directory, 'watch.yml');
  await writeFile(file, 'on: tag\nsteps:\n  - uses: webhook\n    with: { url: "https://example.com" }\n');
  expect(await run(['watches', 'put', 'acme/app', 'mine', file, '--new'])).toMatchObject({ code: 0, out: 'mine of acme/app is on.' });
  expect((await run(['watches', 'put', 'acme/app', 'mine', file, '--new'])).code).toBe(1);
  expect((await run(['watches', 'off', 'acme/app', 'mine'])).code).toBe(0);
  const remove = ['watches', 'delete', 'acme/app', 'mine'];
  expect(await run(remove)).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
  expect(await run(remove, { answer: 'n' })).toMatchObject({ code: 2, err: 'Nothing was done.' });
  expect(await run(remove, { answer: 'y' })).toMatchObject({ code: 0, out: 'mine is gone.' });
  const broken = await run(['watches', 'put', 'acme/app', 'mine', '-'], { input: 'on: [' });
  expect(broken).toMatchObject({ code: 1, err: expect.stringMatching(/^-:\d+:\d+: /) });
});

test('secrets come from standard input, and projects go out and in', async () => {
  const words = ['triggers', 'import', 'generic', '--repository', 'acme/app', '--repo-id', '7', '--json'];
  const imported = await run(words, { input: 'a secret of sixteen letters\n' });
  expect([imported.code, imported.out.includes('sixteen')]).toEqual([0, false]);
  const trigger = (JSON.parse(imported.out) as { id: string }).id;
  expect(await run(['triggers', 'rotate', trigger])).toMatchObject({ code: 0, out: expect.stringMatching(/once: [0-9a-f]{64}$/) });
  expect((await run(['triggers', 'delete', trigger, '--yes'])).code).toBe(0);
  const id = await one('/api/projects');
  const exported = await run(['projects', 'export', id]);
  expect(JSON.parse(exported.out)).toMatchObject({ name: 'nightly', repositories: ['acme/app'] });
  const again = await run(['projects', 'import', '-'], { input: exported.out });
  expect(again).toMatchObject({ code: 0, out: '0 created, 0 updated, 1 skipped, 0 failed.' });
  expect(await run(['projects', 'unfollow', id, 'acme/app'])).toMatchObject({ code: 0, out: 'acme/app is followed no more.' });
  expect((await run(['projects', 'delete', id, '--yes'])).code).toBe(0);
  const checked = await run(['config', 'validate', '-', '--repo', 'acme/app'], { input: 'version: 1\nwatches: {}\n' });
  expect(checked).toMatchObject({ code: 0, out: '-: fine, 0 watches.' });
  const why = await run(['watches', 'why', 'acme/app', 'good']);
  expect(why).toMatchObject({ code: 0, out: expect.stringMatching(/matched +run \d+ succeeded/) });
});

test('a log is followed to its end, and the exit code tells how the run ended', async () => {
  const [talk, bad] = [await one('/api/runs?watch=talk'), await one('/api/runs?watch=bad')];
  const followed = await run(['runs', 'follow', talk]);
  expect(followed).toMatchObject({ code: 0, err: '', out: 'one\n?two\nStep 1, try 1: succeeded\nThe run is over: succeeded' });
  expect((await run(['runs', 'follow', bad])).code).toBe(1);
  const lines = (await run(['runs', 'follow', talk, '--json'])).out.split('\n').map((line) => JSON.parse(line) as unknown);
  expect(lines.at(-1)).toEqual({ event: 'end', status: 'succeeded' });
});

test('a list is shown again when it has changed, and runs are replayed many at a time', async () => {
  expect(await run(['runs', 'replay', '--watch-key', 'none', '--dry-run'])).toMatchObject({ code: 2, out: 'There is nothing to do.' });
  expect((await run(['runs', 'replay'])).err).toContain('Give either the id of a run or filters');
  const stop = new AbortController();
  const watching = run(['runs', 'list', '--watch-key', 'bad', '--watch', '0.2'], { stop: stop.signal });
  failing = false;
  const redriven = await run(['runs', 'redrive', '--status', 'dead']);
  expect(redriven).toMatchObject({ code: 0, out: expect.stringMatching(/^Job \d+ \(.+\) is done: 1 of 1 done, 0 failed, /) });
  expect(redriven.err).toContain('1/1');
  const id = await one('/api/runs?watch=bad');
  await world.eventually('it succeeds', async () => (await world.api(`/api/runs/${id}`))['status'] === 'succeeded');
  expect((await run(['runs', 'replay', id, '--config', 'now'])).out).toMatch(/^Run \d+ repeats run \d+, as configured now\.$/);
  await quiet(world);
  stop.abort();
  expect((await watching).out).toMatch(/^ID +STATUS[^]+ dead /);
  expect((await run(['lanes', 'blocked'])).err).toBe('No lane is blocked.');
}, 60_000);
