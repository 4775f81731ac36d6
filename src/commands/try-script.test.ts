import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from './program.ts';

let folder: string;
const receiver = createServer((_request, response) => void response.end('heard'));
const sha = (digit: string) => digit.repeat(40);
const push = {
  ref: 'refs/heads/main',
  before: sha('1'),
  after: sha('2'),
  commits: [],
  repository: { id: 5, name: 'x', full_name: 'o/x', private: false, owner: { id: 6, login: 'o', type: 'User' }, default_branch: 'main' },
  sender: { id: 7, login: 'mona', type: 'User' },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-try-'));
  await writeFile(join(folder, 'push.json'), JSON.stringify(push));
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  receiver.close();
  await rm(folder, { recursive: true, force: true });
});

/** Tries a script with a push. */
async function tryOut(name: string, source: string, given: { words?: string[]; environment?: Record<string, string> } = {}) {
  const printed: string[] = [];
  const told: string[] = [];
  await writeFile(join(folder, name), source);
  const context = {
    environment: given.environment ?? {},
    version: '1.2.3',
    print: (line: string) => void printed.push(line),
    tell: (line: string) => void told.push(line),
    attended: false,
    readInput: async () => Buffer.from(source),
    listenForStop: () => new AbortController().signal,
  };
  const words = ['try', join(folder, name), '--event', join(folder, 'push.json'), '--timeout', '20s', ...(given.words ?? [])];
  const code = await runProgram(context, words);
  return { code, printed: printed.join('\n'), told: told.join('\n').replaceAll(folder, 'FOLDER') };
}

describe('try', () => {
  test('runs a script in the sandbox, with what a run knows, and shows log and outputs without secrets', async () => {
    const { port } = receiver.address() as AddressInfo;
    const source = `export default async ({ ref, actor, event, env, secrets, state, github, fetch, log }: Record<string, any>) => {
      log('with', secrets.TOKEN);
      await state.set('count', 1);
      const fails = async (work: () => Promise<unknown>) => await work().then(() => 'no', (error: Error) => error.message);
      return {
        about: [ref.name, actor.login, event.after, env.STAGE, env.BRANCH_NAME, await state.get('count'), secrets.TOKEN],
        github: await fails(() => github.request('GET /repos/{owner}/{repo}/issues')),
        heard: await (await fetch('http://127.0.0.1:${port}/')).text(),
        closed: await fails(() => fetch('http://127.0.0.2:${port}/')),
        process: typeof process,
      };
    };`;
    const words = ['--env', 'STAGE=a=b', '--secret', 'TOKEN'];
    const ran = await tryOut('good.ts', source, { words, environment: { TOKEN: 'very-s3cret', OUTBOUND_ALLOW: `127.0.0.1:${port}` } });
    expect(ran).toMatchObject({ code: 0, told: expect.stringMatching(/^Succeeded after \d+ ms\.$/) });
    const [first, ...rest] = ran.printed.split('\n');
    expect(first).toBe('with ***');
    expect(JSON.parse(rest.join('\n'))).toEqual({
      about: ['main', 'mona', sha('2'), 'a=b', 'main', 1, '***'],
      github: expect.stringContaining('only runs on a server have a token'),
      heard: 'heard',
      closed: expect.stringContaining('OUTBOUND_ALLOW'),
      process: 'undefined',
    });
  });

  test('tells code, message and line of a failure', async () => {
    const source = `export default ({ log, secrets }) => {\n  log('so far');\n  throw new Error('broken ' + secrets.TOKEN);\n};\n`;
    const given = { words: ['--secret', 'TOKEN'], environment: { TOKEN: 'very-s3cret' } };
    const ran = await tryOut('bad.js', source, given);
    expect(ran).toMatchObject({ code: 1, printed: 'so far' });
    expect(ran.told).toMatch(/^Failed after \d+ ms: Error: broken \*\*\* \(FOLDER\/bad\.js, line 3\) \[script_failed\]$/);
    const { code, printed } = await tryOut('bad.js', source, { ...given, words: [...given.words, '--json'] });
    expect([code, JSON.parse(printed)]).toMatchObject([
      1,
      { status: 'failed', outputs: null, log: ['so far'], duration_ms: expect.any(Number), error: { code: 'script_failed', line: 3 } },
    ]);
  });

  test.each([
    [['--secret', 'TOKEN'], 'no variable TOKEN'],
    [['--secret', 'TOKEN=x'], 'takes a name only'],
    [['--env', 'STAGE'], 'write NAME=value'],
    [['--timeout', '5h'], '--timeout: Write a time'],
    [['--event-name', 'ping'], 'makes no change'],
  ])('refuses %j', async (words, message) => {
    expect(await tryOut('any.js', 'export default () => 1', { words })).toMatchObject({ code: 1, told: expect.stringContaining(message) });
  });
});
