import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repairLibraryLinks } from './postgres-binaries.ts';

describe('the library links', () => {
  test('are made when the install script did not run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'repowatch-links-'));
    const link = { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' };
    await mkdir(join(folder, dirname(link.source)), { recursive: true });
    await writeFile(join(folder, link.source), 'library');
    await writeFile(join(folder, 'native/pg-symlinks.json'), JSON.stringify([link]));
    await repairLibraryLinks(folder, 'package');
    await repairLibraryLinks(folder, 'package');
    const content = await readFile(join(folder, link.target), 'utf8');
    await rm(folder, { recursive: true });
    expect(content).toBe('library');
  });
});
