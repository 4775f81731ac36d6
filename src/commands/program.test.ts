import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from './program.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-program-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command line in a process that has only this environment, and answers what it wrote. */
async function run(words: string[], environment: Record<string, string> = {}) {
  const printed: string[] = [];
  const told: string[] = [];
  const code = await runProgram(
    {
      environment,
      version: '1.2.3',
      print: (line) => void printed.push(line),
      tell: (line) => void told.push(line),
      attended: false,
      listenForStop: () => new AbortController().signal,
    },
    words,
  );
  return { code, printed: printed.join('\n'), told: told.join('\n') };
}

describe('help', () => {
  test('names every verb with an example', async () => {
    const { code, printed } = await run(['--help']);
    expect(code).toBe(0);
    for (const verb of ['start', 'migrate', 'demo', 'validate']) {
      expect(printed).toMatch(new RegExp(`\\$ .*repowatch ${verb}`));
      const about = await run([verb, '--help']);
      expect({ verb, code: about.code, hasExample: about.printed.includes('Example:\n  $ ') }).toEqual({ verb, code: 0, hasExample: true });
    }
  });

  test('the version is that of the package', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, printed: '1.2.3', told: '' });
  });

  test('a mistyped verb or option is guessed', async () => {
    const verb = await run(['strat']);
    expect(verb).toMatchObject({ code: 1, printed: '' });
    expect(verb.told).toContain('Did you mean start?');
    const option = await run(['demo', '--onec']);
    expect(option.code).toBe(1);
    expect(option.told).toContain('Did you mean --once?');
  });
});

describe('validate', () => {
  const validate = async (content: string) => {
    const file = join(folder, 'repowatch.yml');
    await writeFile(file, content);
    const { code, printed } = await run(['validate', file]);
    return { code, printed: printed.replaceAll(file, 'FILE') };
  };

  test('a good file is fine', async () => {
    const content =
      'version: 1\nwatches:\n  w:\n    on: [push]\n    steps:\n      - uses: webhook\n        with: { url: https://example.com }\n';
    expect(await validate(content)).toEqual({ code: 0, printed: 'FILE: fine, 1 watch.' });
  });

  test('every problem stands on its own line, at its place', async () => {
    const { code, printed } = await validate(
      'version: 1\nwatches:\n  w:\n    on: [push]\n    steps:\n      - uses: webhok\n      - uses: script\n',
    );
    expect(code).toBe(1);
    const places = printed.split('\n').map((line) => /^FILE:\d+:\d+: (?=\S)/.exec(line)?.[0]);
    expect(places).toEqual(['FILE:6:15: ', 'FILE:7:9: ']);
    expect(printed).toContain('webhook');
  });

  test('a file that is not there is said to be missing', async () => {
    const { code, told } = await run(['validate', join(folder, 'nothing.yml')]);
    expect(code).toBe(1);
    expect(told).toContain('nothing.yml: there is no such file.');
    expect((await run(['validate', folder])).told).toContain('this is a folder');
  });
});

describe('settings', () => {
  test('start says all that is missing, one line each, and how to get it', async () => {
    const { code, told } = await run(['start'], { PORT: 'http' });
    expect(code).toBe(1);
    const names = told.split('\n').map((line) => /^([A-Z_]+) (?:is missing|must be)/.exec(line)?.[1]);
    expect(new Set(names)).toEqual(new Set(['ADMIN_TOKEN', 'APP_ID', 'PORT', 'PRIVATE_KEY', 'SECRETS_KEY', 'WEBHOOK_SECRET']));
  });

  test('migrate refuses a bad address and --all without --down', async () => {
    const address = await run(['migrate'], { DATABASE_URL: 'mysql://localhost' });
    expect(address).toMatchObject({ code: 1, told: expect.stringMatching(/^DATABASE_URL must look like/) });
    expect(await run(['migrate', '--all'])).toMatchObject({ code: 1, told: expect.stringContaining('--down --all') });
  });

  test('demo refuses a bad setting before it starts anything', async () => {
    const dataDir = join(folder, 'demo');
    expect(await run(['demo'], { DATA_DIR: dataDir, ADMIN_TOKEN: 'short' })).toMatchObject({
      code: 1,
      told: expect.stringMatching(/^ADMIN_TOKEN has 5 characters/),
    });
  });

  test('demo keeps out of the database of a RepoWatch that is no demo', async () => {
    const dataDir = join(folder, 'real');
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    const { code, told } = await run(['demo'], { DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(told).toContain('a RepoWatch that is no demo');
  });
});
