import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { killParent, readPostmasterPid, runSql, startParent } from '../../test/support/embedded-world.ts';
import { startEmbeddedPostgres, stopAbandonedPostgres } from './embedded-postgres.ts';
import { readProcessStart } from './process-identity.ts';

let folder: string;

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
  await stopAbandonedPostgres(folder);
  await rm(folder, { recursive: true, force: true });
});

async function waitUntilGone(pid: number): Promise<void> {
  while ((await readProcessStart(pid)) !== undefined) await pause(5);
}

describe('the embedded Postgres', () => {
  test('keeps its data and its address over a clean stop, and says what it does', async () => {
    await emptyFolder();
    const lines: string[] = [];
    const start = async () => startEmbeddedPostgres({ dataDir: folder, durable: false, report: (line) => lines.push(line) });
    const first = await start();
    await runSql(first.url, 'create table notes (text text)');
    await runSql(first.url, `insert into notes values ('kept')`);
    const pid = await readPostmasterPid(folder);
    await first.stop();
    await first.stop();
    expect(await readProcessStart(pid!)).toBeUndefined();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await runSql(second.url, 'select text from notes')).toEqual([{ text: 'kept' }]);
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
    const settings = await runSql(
      postgres.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('timezone') as zone,
              current_setting('listen_addresses') as listen, lower('ÄB') as lower, array(select unnest(array['b', 'B', 'a', 'ä']) order by 1) as sorted`,
    );
    const url = new URL(postgres.url);
    url.password = 'wrong';
    const intruder = runSql(url.href, 'select 1').then(
      () => 'let in',
      (error: unknown) => (error as { code: string }).code,
    );
    expect(await intruder).toBe('28P01');
    await postgres.stop();
    expect(settings).toEqual([{ fsync: 'on', commit: 'on', zone: 'UTC', listen: '127.0.0.1', lower: 'äb', sorted: ['B', 'a', 'b', 'ä'] }]);
    expect((await stat(join(folder, 'postgres.json'))).mode & 0o077).toBe(0);
  });

  test('ends with its parent on SIGTERM', async () => {
    await using parent = await startParent(folder);
    const pid = await readPostmasterPid(folder);
    await killParent(parent.child, 'SIGTERM');
    expect(await readProcessStart(pid!)).toBeUndefined();
    expect(await readPostmasterPid(folder)).toBeUndefined();
  });

  test('lives on when its parent is killed, and the next one adopts it', async () => {
    await using parent = await startParent(folder);
    const pid = await readPostmasterPid(folder);
    await runSql(parent.last.url!, 'create table notes (text text)');
    await killParent(parent.child, 'SIGKILL');
    await using next = await startParent(folder);
    expect(next.last.url).toBe(parent.last.url);
    expect(next.facts[0]?.line).toBe(`The embedded Postgres in ${folder} is still running from an earlier process; adopted it.`);
    expect(await readPostmasterPid(folder)).toBe(pid);
    expect(await runSql(next.last.url!, 'select count(*)::int from notes')).toEqual([{ count: 0 }]);
    await killParent(next.child, 'SIGTERM');
    expect(await readProcessStart(pid!)).toBeUndefined();
  });

  test('recovers what was committed when parent and server are killed', async () => {
    await using parent = await startParent(folder);
    await runSql(parent.last.url!, 'create table notes (text text)');
    await runSql(parent.last.url!, `insert into notes select 'n' || n from generate_series(1, 1000) as n`);
    const pid = (await readPostmasterPid(folder))!;
    await killParent(parent.child, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid);
    const next = await startEmbeddedPostgres({ dataDir: folder });
    expect(await runSql(next.url, 'select count(*)::int from notes')).toEqual([{ count: 1000 }]);
    await next.stop();
  });

  test('starts although the number in a stale postmaster.pid now belongs to another program', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    const pidFile = join(folder, 'postgres', 'postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    await first.stop();
    await writeFile(pidFile, content.replace(/^\d+/, String(process.pid)));
    const second = await startEmbeddedPostgres({ dataDir: folder });
    expect(await runSql(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
  });

  test('refuses a second process on the same folder and names the first', async () => {
    await using parent = await startParent(folder);
    await using second = await startParent(folder);
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toMatchObject({ code: 'embedded_postgres_failed' });
    expect(second.last.failed).toBe('embedded_postgres_failed');
    expect(second.last.message).toContain(`process ${parent.child.pid}`);
    expect(await runSql(parent.last.url!, 'select 1 as one')).toEqual([{ one: 1 }]);
    await killParent(parent.child, 'SIGTERM');
  });

  test('of many processes that find a dead lock at once, exactly one wins', async () => {
    await using first = await startParent(folder);
    await killParent(first.child, 'SIGKILL');
    const rivals = await Promise.all([startParent(folder), startParent(folder), startParent(folder), startParent(folder)]);
    const winners = rivals.filter(({ last }) => last.url !== undefined);
    const winner = winners[0]!;
    const losers = rivals.filter(({ last }) => last.failed === 'embedded_postgres_failed');
    await killParent(winner.child, 'SIGTERM');
    expect([winners.length, losers.length]).toEqual([1, 3]);
  });

  test('moves to another port when its own was taken meanwhile', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    await first.stop();
    const rival = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(rival, 'listening');
    const second = await startEmbeddedPostgres({ dataDir: folder });
    expect(second.url).not.toBe(first.url);
    expect(await runSql(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
    rival.close();
    await once(rival, 'close');
  });

  test('gets a new password when the file with the old one was lost, even under an orphan', async () => {
    await using parent = await startParent(folder);
    await runSql(parent.last.url!, 'create table notes (text text)');
    await killParent(parent.child, 'SIGKILL');
    await rm(join(folder, 'postgres.json'));
    const next = await startEmbeddedPostgres({ dataDir: folder });
    expect(new URL(next.url).password).not.toBe(new URL(parent.last.url!).password);
    expect(await runSql(next.url, 'select count(*)::int from notes')).toEqual([{ count: 0 }]);
    await next.stop();
  });

  test('takes no notice of a first start that was cut short', async () => {
    await emptyFolder();
    await mkdir(join(folder, 'postgres.new', 'base'), { recursive: true });
    const postgres = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    expect(await runSql(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
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
