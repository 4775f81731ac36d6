import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createWorkingCopy } from '../src/stand-in/git-client.ts';
import { codeCache } from './support/server-process.ts';

const adminToken = 'kq5Wm0Zt83Vb1nXe7Rc2';

let folder: string;
const started: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-demo-'));
  // Postgres runs under another account when the tests run as root, and has to get through.
  await chmod(folder, 0o711);
});

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A demo as a user starts it, with nothing in its environment but what is said here. */
function startDemo(...words: string[]) {
  const environment = { PATH: process.env['PATH'], ...codeCache, DATA_DIR: join(folder, 'data'), PORT: '0', ADMIN_TOKEN: adminToken };
  const child = spawn(process.execPath, ['src/bin.js', 'demo', ...words], { env: environment });
  started.push(child);
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const check of waiting) check();
    });
  }
  const exited = once(child, 'close').then(([code]) => {
    for (const check of waiting) check();
    return code as number | null;
  });
  return {
    child,
    exited,
    output: () => output,
    /** Resolves when a line fits; fails when the demo ends without it. */
    async line(pattern: RegExp): Promise<RegExpExecArray> {
      return await new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(output);
          if (match) resolve(match);
          else if (child.exitCode !== null) reject(new Error(`The demo ended without ${pattern}:\n${output}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      });
    },
  };
}

test('the tour shows a push becoming a webhook and a script, and the demo ends by itself', async () => {
  const demo = startDemo('--once');
  const code = await demo.exited;
  const output = demo.output();
  expect({ code, output }).toEqual({ code: 0, output: expect.any(String) });
  const expected = [
    /✓ delivery +push \w+ processed in \d+ ms/,
    /✓ change +branch\.updated: octocat pushed 1 commit to main/,
    /✓ notify +wants it/,
    /· release +does not want it: `branch\.updated` is not what tag is about/,
    /✓ notify +attempt 1: webhook POST \/notify → 200 in /,
    /✓ review +attempt 1: script → \{"commits":1,"unfinished":0\}/,
    /✓ receiver +got POST \/notify, the signature fits/,
    /✓ change +branch\.created: octocat created branch feature\/login/,
    /✓ release +attempt 1: webhook POST \/release → 200/,
    /✓ change +branch\.updated: octocat force-pushed 1 commit to feature\/login/,
    /✗ delivery +push \w+ never arrived/,
    /· delivery +none: no webhook came, reconcile found the difference/,
    /✗ notify +attempt 2: webhook POST \/notify → 503 in .*, again in /,
    /✓ receiver +got 503, 503, 200: three requests, one webhook-id/,
    /Everything has stopped\./,
  ];
  expect(expected.filter((pattern) => !pattern.test(output))).toEqual([]);
});

test('a demo on the same data stays up, shows what the user pushes, and stops on SIGTERM', async () => {
  const demo = startDemo();
  const [, url] = await demo.line(/git clone (http\S+\.git)/);
  const [, page] = await demo.line(/Page +(http:\S+\/)/);
  await demo.line(/everything that happens is shown/);
  const changes = await fetch(`${page}api/changes`, { headers: { authorization: `Bearer ${adminToken}` } });
  expect(changes.status).toBe(200);
  const installations = await fetch(`${page}api/installations`, { headers: { authorization: `Bearer ${adminToken}` } });
  expect(((await installations.json()) as { data: { active: boolean }[] }).data.filter(({ active }) => active)).toHaveLength(1);
  const copy = await createWorkingCopy({ url: url!, directory: join(folder, 'mine') });
  await copy.commit({ 'mine.txt': 'mine\n' }, 'Mine', { branch: 'mine' });
  await copy.push();
  await demo.line(/✓ change +branch\.created: octocat created branch mine at[^]*✓ review +attempt 1: script/);
  demo.child.kill('SIGTERM');
  expect(await demo.exited).toBe(0);
  expect(demo.output()).toContain('Everything has stopped.');
});
