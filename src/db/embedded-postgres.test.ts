import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createDb } from './connect.ts';
import { startEmbeddedPostgres, stopAbandonedPostgres } from './embedded-postgres.ts';
import { repairLibraryLinks } from './postgres-binaries.ts';
import { readProcessStart } from './process-identity.ts';

const parentScript = fileURLToPath(new URL('../../test/support/embedded-parent.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;

interface Fact {
  line?: string;
  url?: string;
  failed?: string;
  message?: string;
}

let folder: string;
const children: ChildProcess[] = [];

/** A data folder that was started and stopped once; making one takes a second, copying it a moment. */
let used: string;

beforeAll(async () => {
  used = await mkdtemp(join(tmpdir(), 'repowatch-embedded-'));
  await chmod(used, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: used, durable: false });
  await postgres.stop();
});

afterAll(async () => {
  await rm(used, { recursive: true, force: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-embedded-'));
  await promisify(execFile)('cp', ['-a', `${used}/.`, folder]);
});

async function emptyFolder(): Promise<void> {
  await rm(folder, { recursive: true });
  await mkdir(folder, { mode: 0o711 });
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) await kill(child, 'SIGKILL');
  }
  await stopAbandonedPostgres(folder);
  await rm(folder, { recursive: true, force: true });
});

/** Starts a process that owns the server and waits until it serves or gives up. */
async function startParent(identity: { uid?: number; gid?: number } = {}): Promise<{ child: ChildProcess; facts: Fact[]; last: Fact }> {
  const child = spawn(process.execPath, [parentScript, folder], { ...identity, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const facts: Fact[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const fact = JSON.parse(text) as Fact;
    facts.push(fact);
    if (fact.url !== undefined || fact.failed !== undefined) return { child, facts, last: fact };
  }
  throw new Error(`The parent ended early: ${JSON.stringify(facts)}`);
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

async function run(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const db = createDb({ url, poolMax: 1 });
  try {
    return (await db.raw(sql)).rows;
  } finally {
    await db.destroy();
  }
}

async function readPostmasterPid(): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n')[0]);
}

async function waitUntilGone(pid: number): Promise<void> {
  while ((await readProcessStart(pid)) !== undefined) await pause(5);
}

describe('the embedded Postgres', () => {
  test('keeps its data and its address over a clean stop, and says what it does', async () => {
    await emptyFolder();
    const lines: string[] = [];
    const start = async () => startEmbeddedPostgres({ dataDir: folder, durable: false, report: (line) => lines.push(line) });
    const first = await start();
    await run(first.url, 'create table notes (text text)');
    await run(first.url, `insert into notes values ('kept')`);
    const pid = await readPostmasterPid();
    await first.stop();
    await first.stop();
    expect(await readProcessStart(pid!)).toBeUndefined();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await run(second.url, 'select text from notes')).toEqual([{ text: 'kept' }]);
    await second.stop();
    expect(lines).toEqual([
      `Starting the embedded Postgres in ${folder} (first start takes about 3 s) …`,
      expect.stringMatching(/^The embedded Postgres listens on 127\.0\.0\.1:\d+ \(started in \d+\.\d s\)\.$/),
      `Starting the embedded Postgres in ${folder} …`,
      expect.stringMatching(/^The embedded Postgres listens on/),
    ]);
    expect((await readdir(folder)).sort()).toEqual(['postgres', 'postgres.json', 'postgres.log']);
  });

  test('is durable, in UTC, sorts the same everywhere and lets nobody in without the password', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    const settings = await run(
      postgres.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('timezone') as zone,
              current_setting('listen_addresses') as listen, lower('ÄB') as lower, array(select unnest(array['b', 'B', 'a', 'ä']) order by 1) as sorted`,
    );
    const url = new URL(postgres.url);
    url.password = 'wrong';
    const intruder = run(url.href, 'select 1').then(
      () => 'let in',
      (error: unknown) => (error as { code: string }).code,
    );
    expect(await intruder).toBe('28P01');
    await postgres.stop();
    expect(settings).toEqual([{ fsync: 'on', commit: 'on', zone: 'UTC', listen: '127.0.0.1', lower: 'äb', sorted: ['B', 'a', 'b', 'ä'] }]);
    expect((await stat(join(folder, 'postgres.json'))).mode & 0o077).toBe(0);
  });

  test('ends with its parent on SIGTERM', async () => {
    const parent = await startParent();
    const pid = await readPostmasterPid();
    await kill(parent.child, 'SIGTERM');
    expect(await readProcessStart(pid!)).toBeUndefined();
    expect(await readPostmasterPid()).toBeUndefined();
  });

  test('lives on when its parent is killed, and the next one adopts it', async () => {
    const parent = await startParent();
    const pid = await readPostmasterPid();
    await run(parent.last.url!, 'create table notes (text text)');
    await kill(parent.child, 'SIGKILL');
    const next = await startParent();
    expect(next.last.url).toBe(parent.last.url);
    expect(next.facts[0]?.line).toBe(`The embedded Postgres in ${folder} is still running from an earlier process; adopted it.`);
    expect(await readPostmasterPid()).toBe(pid);
    expect(await run(next.last.url!, 'select count(*)::int from notes')).toEqual([{ count: 0 }]);
    await kill(next.child, 'SIGTERM');
    expect(await readProcessStart(pid!)).toBeUndefined();
  });

  test('recovers what was committed when parent and server are killed', async () => {
    const parent = await startParent();
    await run(parent.last.url!, 'create table notes (text text)');
    await run(parent.last.url!, `insert into notes select 'n' || n from generate_series(1, 1000) as n`);
    const pid = (await readPostmasterPid())!;
    await kill(parent.child, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid);
    const next = await startEmbeddedPostgres({ dataDir: folder });
    expect(await run(next.url, 'select count(*)::int from notes')).toEqual([{ count: 1000 }]);
    await next.stop();
  });

  test('starts although the number in a stale postmaster.pid now belongs to another program', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    const pidFile = join(folder, 'postgres', 'postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    await first.stop();
    await writeFile(pidFile, content.replace(/^\d+/, String(process.pid)));
    const second = await startEmbeddedPostgres({ dataDir: folder });
    expect(await run(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  test('refuses a second process on the same folder and names the first', async () => {
    const parent = await startParent();
    const second = await startParent();
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({ code: 'embedded_postgres_failed' });
    expect(second.last.failed).toBe('embedded_postgres_failed');
    expect(second.last.message).toContain(`process ${parent.child.pid}`);
    expect(await run(parent.last.url!, 'select 1 as one')).toEqual([{ one: 1 }]);
    await kill(parent.child, 'SIGTERM');
  });

  test('of many processes that find a dead lock at once, exactly one wins', async () => {
    const first = await startParent();
    await kill(first.child, 'SIGKILL');
    const rivals = await Promise.all([startParent(), startParent(), startParent(), startParent()]);
    const winners = rivals.filter(({ last }) => last.url !== undefined);
    const winner = winners[0]!;
    const losers = rivals.filter(({ last }) => last.failed === 'embedded_postgres_failed');
    await kill(winner.child, 'SIGTERM');
    expect([winners.length, losers.length]).toEqual([1, 3]);
  });

  test('moves to another port when its own was taken meanwhile', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    await first.stop();
    const rival = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(rival, 'listening');
    const second = await startEmbeddedPostgres({ dataDir: folder });
    expect(second.url).not.toBe(first.url);
    expect(await run(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
    rival.close();
    await once(rival, 'close');
  });

  test('gets a new password when the file with the old one was lost, even under an orphan', async () => {
    const parent = await startParent();
    await run(parent.last.url!, 'create table notes (text text)');
    await kill(parent.child, 'SIGKILL');
    await rm(join(folder, 'postgres.json'));
    const next = await startEmbeddedPostgres({ dataDir: folder });
    expect(new URL(next.url).password).not.toBe(new URL(parent.last.url!).password);
    expect(await run(next.url, 'select count(*)::int from notes')).toEqual([{ count: 0 }]);
    await next.stop();
  });

  test('takes no notice of a first start that was cut short', async () => {
    await emptyFolder();
    await mkdir(join(folder, 'postgres.new', 'base'), { recursive: true });
    const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    expect(await run(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await postgres.stop();
  });

  test('refuses data of another major version with a remedy', async () => {
    await emptyFolder();
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '12\n');
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({
      code: 'embedded_postgres_failed',
      message: expect.stringMatching(/was written by Postgres 12.*Dump it/),
    });
  });

  test('says so when the folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(startEmbeddedPostgres({ dataDir: join(folder, 'file', 'data') })).rejects.toMatchObject({
      code: 'embedded_postgres_failed',
      message: expect.stringContaining('DATA_DIR'),
    });
  });
});

(isRoot ? describe : describe.skip)('started by root', () => {
  test('never runs as root, also inside a folder that only root may enter', async () => {
    await chmod(folder, 0o700);
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'inner'), durable: false });
    const pid = Number((await readFile(join(folder, 'inner', 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    await postgres.stop();
    expect(status).toMatch(/^Uid:\s+[1-9]/m);
    expect(status).toMatch(/^CapEff:\s+0000000000000004$/m);
  });

  test('holds no capability where the folder is open', async () => {
    await chmod(folder, 0o711);
    const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    const status = await readFile(`/proc/${await readPostmasterPid()}/status`, 'utf8');
    await postgres.stop();
    expect(status).toMatch(/^Uid:\s+[1-9]/m);
    expect(status).toMatch(/^CapEff:\s+0000000000000000$/m);
  });

  test('takes over data that a restore left to root', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    await run(first.url, 'create table notes (text text)');
    await first.stop();
    for (const entry of ['.', ...(await readdir(join(folder, 'postgres'), { recursive: true }))]) {
      await chown(join(folder, 'postgres', entry), 0, 0);
    }
    const second = await startEmbeddedPostgres({ dataDir: folder });
    expect(await run(second.url, 'select count(*)::int from notes')).toEqual([{ count: 0 }]);
    await second.stop();
  });

  test('serves another user in that user’s own name, and root afterwards', async () => {
    await emptyFolder();
    const identity = { uid: 65_534, gid: 65_534 };
    await chown(folder, identity.uid, identity.gid);
    const parent = await startParent(identity);
    expect(parent.last.url).toBeDefined();
    expect(await readFile(`/proc/${await readPostmasterPid()}/status`, 'utf8')).toMatch(/^Uid:\s+65534/m);
    await kill(parent.child, 'SIGTERM');
    const byRoot = await startEmbeddedPostgres({ dataDir: folder });
    expect(await readFile(`/proc/${await readPostmasterPid()}/status`, 'utf8')).toMatch(/^Uid:\s+65534/m);
    await byRoot.stop();
  });
});

describe('the library links', () => {
  test('are made when the install script did not run', async () => {
    await emptyFolder();
    const link = { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' };
    await mkdir(join(folder, dirname(link.source)), { recursive: true });
    await writeFile(join(folder, link.source), 'library');
    await writeFile(join(folder, 'native/pg-symlinks.json'), JSON.stringify([link]));
    await repairLibraryLinks(folder, 'package');
    await repairLibraryLinks(folder, 'package');
    expect(await readFile(join(folder, link.target), 'utf8')).toBe('library');
  });
});
