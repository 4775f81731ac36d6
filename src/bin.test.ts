import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A stand-in for the real program: says how it was started, then does what it was told. */
const program = `
  import { onLauncherGone } from './launcher-link.ts';
  const [what, value]: string[] = process.argv.slice(2);
  console.log(JSON.stringify({ pid: process.pid, version: process.versions.node, flags: process.execArgv, args: process.argv.slice(2) }));
  if (what === 'exit') process.exitCode = Number(value);
  if (what === 'finish') onLauncherGone(() => undefined);
  if (what === 'wait') {
    const { writeFileSync } = await import('node:fs');
    const hold = setInterval(() => undefined, 60_000);
    const end = (why: string) => { writeFileSync(value!, why); clearInterval(hold); };
    onLauncherGone(() => end('launcher gone'));
    process.once('SIGTERM', () => end('SIGTERM'));
    if (process.argv[4] === 'ignore-hup') process.on('SIGHUP', () => process.kill(process.pid, 'SIGKILL'));
    console.log('ready');
  }
`;
/** Makes the launcher believe that an older Node runs it. */
const oldNode = ['--import', `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})`];

interface Start {
  pid: number;
  version: string;
  flags: string[];
  args: string[];
}

let root: string;
let bin: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'repowatch-bin-'));
  bin = join(root, 'src', 'bin.js');
  await mkdir(dirname(bin), { recursive: true });
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await cp(join(here, 'bin.js'), bin);
  await cp(join(here, 'launcher-link.ts'), join(root, 'src', 'launcher-link.ts'));
  await writeFile(join(root, 'src', 'cli.ts'), program);
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

function launch(flags: string[], args: string[]): ChildProcess {
  return spawn(process.execPath, [...flags, bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finish(child: ChildProcess): Promise<{ code: number | null; signal: string | null; out: string; err: string }> {
  const [[code, signal], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout!), text(child.stderr!)]);
  return { code: code as number | null, signal: signal as string | null, out, err };
}

/** Waits until the program says that it is ready; answers how it was started. */
async function untilReady(child: ChildProcess): Promise<Start> {
  let said = '';
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes('ready')) return JSON.parse(said.split('\n')[0]!) as Start;
  }
  throw new Error(`It ended before it was ready: ${said}`);
}

async function readOnceWritten(path: string): Promise<string> {
  for (;;) {
    const content = await readFile(path, 'utf8').catch(() => '');
    if (content !== '') return content;
    await pause(5);
  }
}

describe('bin.js', () => {
  test('starts the program with the flags it needs, and passes arguments and exit code on', async () => {
    const { code, out } = await finish(launch([], ['exit', '7', '--flag', 'with blank']));
    const start = JSON.parse(out) as Start;
    expect(code).toBe(7);
    expect(start.args).toEqual(['exit', '7', '--flag', 'with blank']);
    expect(start.flags).toEqual(['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']);
  });

  test('runs it in its own process when the flags are there already', async () => {
    const child = launch(['--no-node-snapshot', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'], ['exit', '3']);
    const { code, out } = await finish(child);
    expect(code).toBe(3);
    expect((JSON.parse(out) as Start).pid).toBe(child.pid);
  });

  test('under an older Node takes the one of node_modules, or says what is missing', async () => {
    const without = await finish(launch(oldNode, []));
    const folder = join(root, 'node_modules', 'node', 'bin');
    await mkdir(folder, { recursive: true });
    await symlink(process.execPath, join(folder, 'node'));
    const withOne = await finish(launch(oldNode, []));
    await rm(join(root, 'node_modules'), { recursive: true });
    expect(without).toMatchObject({ code: 1, out: '', err: expect.stringContaining('needs Node 24 or later, and this is 20.1.0') });
    expect(withOne.code).toBe(0);
    expect((JSON.parse(withOne.out) as Start).version).toBe(process.versions.node);
  });

  test('ends when the program ends, although it listens for the launcher', async () => {
    expect((await finish(launch([], ['finish']))).code).toBe(0);
  });

  test('hands SIGTERM on and waits for a clean end', async () => {
    const note = join(root, 'sigterm');
    const child = launch([], ['wait', note]);
    await untilReady(child);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await readFile(note, 'utf8')).toBe('SIGTERM');
  });

  test('dies of the signal that killed the program', async () => {
    const child = launch([], ['wait', join(root, 'unused'), 'ignore-hup']);
    await untilReady(child);
    const ended = once(child, 'exit');
    child.kill('SIGHUP');
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  test('killed itself, leaves no program behind', async () => {
    const note = join(root, 'sigkill');
    const child = launch([], ['wait', note]);
    await untilReady(child);
    child.kill('SIGKILL');
    expect(await readOnceWritten(note)).toBe('launcher gone');
  });
});
