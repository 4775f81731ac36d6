import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from './program.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-verbs-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  code: number;
  printed: string;
  told: string;
}

/** Runs a command line; what it wrote names the folder as FOLDER. */
async function run(
  words: string[],
  given: { environment?: Record<string, string>; input?: string; coloured?: boolean } = {},
): Promise<Ran> {
  const printed: string[] = [];
  const told: string[] = [];
  const context = {
    environment: given.environment ?? {},
    version: '1.2.3',
    print: (line: string) => void printed.push(line),
    tell: (line: string) => void told.push(line),
    attended: false,
    coloured: given.coloured ?? false,
    readInput: async () => Buffer.from(given.input ?? ''),
    listenForStop: () => new AbortController().signal,
  };
  const code = await runProgram(context, words);
  const hide = (lines: string[]) => lines.join('\n').replaceAll(folder, 'FOLDER');
  return { code, printed: hide(printed), told: hide(told) };
}

async function write(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const good = `version: 1
watches:
  main:
    on: { push: { branches: [main] } }
    steps:
      - uses: webhook
        with:
          url: https://example.com/\${{ ref.name }}
          headers: { authorization: 'Bearer \${{ secrets.TOKEN }}' }
          body: { head: '\${{ after }}' }
      - if: \${{ failure() }}
        uses: script
        with: { run: "export default () => 1" }
  versions: { on: tag, steps: [{ uses: webhook, with: { url: "https://example.com" } }] }
`;

const sha = (digit: string) => digit.repeat(40);
const pushTo = (branch: string) => ({
  ref: `refs/heads/${branch}`,
  before: sha('1'),
  after: sha('2'),
  commits: [],
  repository: { id: 5, name: 'x', full_name: 'o/x', private: false, owner: { id: 6, login: 'o', type: 'User' }, default_branch: 'main' },
  sender: { id: 7, login: 'mona', type: 'User' },
});

describe('validate', () => {
  test('takes several files and standard input, each with its own lines', async () => {
    const fine = await write('fine.yml', good);
    const bad = await write('bad.yml', 'version: 1\nwatches:\n  w:\n    on: pusch\n    steps: [{ uses: webhok }]\n');
    const ran = await run(['validate', fine, bad, '-'], { input: 'version: 2\nwatches: {}\n' });
    const lines = ran.printed.split('\n');
    expect(ran.code).toBe(1);
    expect(lines[0]).toBe('FOLDER/fine.yml: fine, 2 watches.');
    expect(lines.slice(1).map((line) => /^\S+:\d+:\d+: (?=\S)/.exec(line)?.[0])).toEqual([
      'FOLDER/bad.yml:4:9: ',
      'FOLDER/bad.yml:5:21: ',
      '-:1:10: ',
    ]);
  });

  test('prints JSON with every problem, its place, code and hint', async () => {
    const bad = await write(
      'bad.yml',
      'version: 1\nwatches:\n  w:\n    on: pusch\n    steps: [{ uses: webhook, with: { url: "https://x.example" } }]\n',
    );
    const { code, printed } = await run(['validate', '--json', bad]);
    expect(code).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      status: 'invalid',
      problems: [
        {
          file: 'FOLDER/bad.yml',
          line: 4,
          column: 9,
          path: 'watches.w.on',
          severity: 'error',
          code: expect.any(String),
          hint: expect.any(String),
        },
      ],
      files: [{ path: 'FOLDER/bad.yml', status: 'invalid', watches: [] }],
    });
  });

  test('draws the line with a caret on a terminal, unless no colours are wanted', async () => {
    const bad = await write(
      'bad.yml',
      'version: 1\nwatches:\n  w:\n    on: pusch\n    steps: [{ uses: webhook, with: { url: "https://x.example" } }]\n',
    );
    const drawn = await run(['validate', bad], { coloured: true });
    expect(drawn.printed).toContain('\u001B[31merror\u001B[0m');
    const plain = await run(['validate', bad], { coloured: true, environment: { NO_COLOR: '1' } });
    const lines = plain.printed.split('\n');
    expect(lines.slice(1, 3)).toEqual(['  4 |     on: pusch', '    |         ^']);
    expect(lines[0]).toMatch(/^FOLDER\/bad\.yml:4:9: error: `watches\.w\.on` is `pusch`/);
  });

  test('an organisation’s file is read as one, and warnings stop nothing', async () => {
    const file = await write('org.yml', 'version: 1\nallow: { actions: [webhook] }\nwatches: {}\n');
    expect((await run(['validate', file])).code).toBe(1);
    expect((await run(['validate', '--organization', file])).code).toBe(0);
    const warned = await run(['validate', '-'], { input: good.replace('name }}', 'name }} #cut') });
    expect(warned).toMatchObject({ code: 0, printed: expect.stringMatching(/^-:\d+:\d+: warning: /) });
  });
});

describe('test', () => {
  test('says what an event would run with its inputs, and where the rest says no', async () => {
    const file = await write('repowatch.yml', good);
    const event = await write('push.json', JSON.stringify(pushTo('main')));
    const { code, printed } = await run(['test', file, '--event', event]);
    expect(code).toBe(0);
    expect(printed.split('\n')).toEqual([
      'branch.updated: mona pushed 0 commits to main (1111111 to 2222222)',
      'FOLDER/repowatch.yml:3:3: main would run',
      '  1. webhook',
      '     url: https://example.com/main',
      '     headers: {"authorization":"Bearer ${{ secrets.TOKEN }}"}',
      `     body: {"head":"${sha('2')}"}`,
      '  2. script depends: `failure()` is false as long as everything goes well',
      '     run: export default () => 1',
      'FOLDER/repowatch.yml:14:15: versions would not run: on: `branch.updated` is not what tag is about',
    ]);
  });

  test('ends with 2 when nothing would run, and with 1 when something is wrong', async () => {
    const file = await write('repowatch.yml', good);
    const elsewhere = await run(['test', file, '--event', '-'], { input: JSON.stringify(pushTo('dev')) });
    expect(elsewhere).toMatchObject({ code: 2, told: '' });
    expect(elsewhere.printed).toContain('FOLDER/repowatch.yml:4:19: main would not run: on.push.branches: `dev` matches none of main');
    const told = async (words: string[], input = '') => {
      const ran = await run(['test', file, ...words], { input });
      return [ran.code, ran.told];
    };
    expect(await told([])).toEqual([1, expect.stringContaining('Give either --event')]);
    expect(await told(['--event', '-'], 'no')).toEqual([1, expect.stringContaining('this is no JSON')]);
    expect(await told(['--event', '-'], '{"a":1}')).toEqual([1, expect.stringContaining('Add --event-name')]);
    expect(await told(['--event', '-', '--event-name', 'star'], '{}')).toEqual([1, expect.stringContaining('makes no change')]);
    expect(await told(['--event', join(folder, 'nothing.json')])).toEqual([1, expect.stringContaining('there is no such file')]);
    const broken = await write('broken.yml', 'version: 1\nwatches:\n  w: { on: push }\n');
    const invalid = await run(['test', broken, '--event', '-'], { input: JSON.stringify(pushTo('main')) });
    expect(invalid).toMatchObject({ code: 1, printed: expect.stringContaining('FOLDER/broken.yml:3:3: ') });
  });

  test('prints JSON; takes what the API shows of a delivery', async () => {
    const file = await write('repowatch.yml', good);
    const delivery = JSON.stringify({ id: '7', event: 'push', payload: pushTo('main') });
    const { code, printed } = await run(['test', file, '--json', '--event', '-'], { input: delivery });
    expect(code).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      status: 'ok',
      changes: [{ id: null, would_run: ['main'], considered: [{}, { line: 14, column: 15 }] }],
    });
  });

  test('asks a running server about a change', async () => {
    const file = await write('repowatch.yml', good);
    const asked: unknown[] = [];
    const tried = {
      status: 'ok',
      problems: [],
      watches: [],
      missing: [],
      changes: [{ type: 't', sentence: 's', would_run: [], considered: [], steps: null }],
    };
    const server: Server = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push([request.method, request.url, body === '' ? null : (JSON.parse(body) as unknown)]);
        const answer = request.method === 'GET' ? { repository: { full_name: 'acme/app' } } : tried;
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const environment = { REPOWATCH_URL: `http://127.0.0.1:${port}`, REPOWATCH_TOKEN: 'a-token-for-tests' };
    const ran = await run(['test', file, '--change', '4711'], { environment });
    server.close();
    expect(ran).toMatchObject({ code: 2, printed: 't: s\nThere is no watch in the file.' });
    expect(asked).toEqual([
      ['GET', '/api/changes/4711', null],
      ['POST', '/api/config/simulate', { content: good, path: file, repository: 'acme/app', changes: ['4711'] }],
    ]);
  });
});

describe('init', () => {
  const repository = async (name: string, files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      const full = join(folder, name, path);
      await mkdir(join(full, '..'), { recursive: true });
      await writeFile(full, content);
    }
    return join(folder, name);
  };
  const git = {
    '.git/HEAD': 'ref: refs/heads/feature\n',
    '.git/config': '[core]\n\tfsmonitor = touch pwned\n[remote "origin"]\n\turl = https://github.com/acme/tool.git\n',
    '.git/refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/trunk\n',
  };

  test('writes a file for this repository that is valid, and replaces none', async () => {
    const at = await repository('tool', { ...git, 'go.mod': 'module x', 'deep/er/file': '' });
    const ran = await run(['init', '--folder', join(at, 'deep', 'er')], { environment: { PUBLIC_URL: 'https://watch.example.com' } });
    expect(ran).toMatchObject({ code: 0, told: '', printed: expect.stringContaining('for acme/tool') });
    const file = join(at, '.github', 'repowatch.yml');
    const content = await readFile(file, 'utf8');
    expect(content).toMatch(/^# yaml-language-server: \$schema=https:\/\/watch\.example\.com\/schema\/repowatch\.json\n/);
    expect(content).toMatch(/branches: \["trunk"\][\s\S]*like Go[\s\S]*"\*\*\.go"/);
    expect((await run(['validate', file])).printed).toBe('FOLDER/tool/.github/repowatch.yml: fine, 1 watch.');
    const uncommented = content.replaceAll(/^ {2}# (versions:|branches:| {2,}.*)$/gm, '  $1');
    expect((await run(['validate', '-'], { input: uncommented })).printed).toBe('-: fine, 3 watches.');

    await writeFile(file, 'mine');
    expect(await run(['init', '--folder', at])).toMatchObject({ code: 1, told: expect.stringContaining('--force replaces it') });
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect(await run(['init', '--folder', at, '--force', '--repo', 'acme/other'])).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toContain('acme/other');
  });

  test('follows no link out of the repository, and refuses a bad name', async () => {
    const at = await repository('linked', { 'README.md': '' });
    await mkdir(join(folder, 'outside'));
    await symlink(join(folder, 'outside'), join(at, '.github'));
    expect(await run(['init', '--folder', at, '--force'])).toMatchObject({ code: 1, told: expect.stringContaining('is a link') });
    expect(await run(['init', '--folder', at, '--repo', 'nonsense'])).toMatchObject({
      code: 1,
      told: expect.stringContaining('Write owner/name'),
    });
  });
});

test('as a process: the exit code, and standard input', async () => {
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, 'validate', '-'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
  child.stdin.end('version: 1\nwatches: []\n');
  const [[code], out] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
  expect([code, out]).toEqual([1, expect.stringMatching(/^-:2:10: `watches` .+\n$/)]);
});
