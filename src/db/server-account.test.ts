import { chmod, chown, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { killParent, readPostmasterPid, runSql, startParent } from '../../test/support/embedded-world.ts';
import { startEmbeddedPostgres, stopAbandonedPostgres } from './embedded-postgres.ts';

const isRoot = process.getuid?.() === 0;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-account-'));
});

afterEach(async () => {
  await stopAbandonedPostgres(folder);
  await rm(folder, { recursive: true, force: true });
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
    const status = await readFile(`/proc/${await readPostmasterPid(folder)}/status`, 'utf8');
    await postgres.stop();
    expect(status).toMatch(/^Uid:\s+[1-9]/m);
    expect(status).toMatch(/^CapEff:\s+0000000000000000$/m);
  });

  test('takes over data that a restore left to root', async () => {
    const first = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    await runSql(first.url, 'create table notes (text text)');
    await first.stop();
    for (const entry of ['.', ...(await readdir(join(folder, 'postgres'), { recursive: true }))]) {
      await chown(join(folder, 'postgres', entry), 0, 0);
    }
    const second = await startEmbeddedPostgres({ dataDir: folder });
    expect(await runSql(second.url, 'select count(*)::int from notes')).toEqual([{ count: 0 }]);
    await second.stop();
  });

  test('serves another user in that user’s own name, and root afterwards', async () => {
    const identity = { uid: 65_534, gid: 65_534 };
    await chown(folder, identity.uid, identity.gid);
    await using parent = await startParent(folder, identity);
    expect(parent.last.url).toBeDefined();
    expect(await readFile(`/proc/${await readPostmasterPid(folder)}/status`, 'utf8')).toMatch(/^Uid:\s+65534/m);
    await killParent(parent.child, 'SIGTERM');
    const byRoot = await startEmbeddedPostgres({ dataDir: folder });
    expect(await readFile(`/proc/${await readPostmasterPid(folder)}/status`, 'utf8')).toMatch(/^Uid:\s+65534/m);
    await byRoot.stop();
  });
});
