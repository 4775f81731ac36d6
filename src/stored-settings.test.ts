import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadServer } from './env.ts';
import { addStoredSettings, ensureKeys, writeApp, type RegisteredApp } from './stored-settings.ts';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const app: RegisteredApp = {
  APP_ID: '42',
  PRIVATE_KEY: privateKey,
  WEBHOOK_SECRET: '0123456789abcdef-secret',
  CLIENT_ID: 'Iv23liStored',
  CLIENT_SECRET: 'stored-client-secret',
  GITHUB_URL: 'https://ghe.example.com',
  GITHUB_API_URL: 'https://ghe.example.com/api/v3',
  PUBLIC_URL: 'https://repowatch.example.com',
  APP_SLUG: 'repowatch',
  REGISTERED_AT: '2026-01-01T00:00:00.000Z',
};
const keys = { SECRETS_KEY: `k1:${Buffer.alloc(32, 7).toString('base64')}`, ADMIN_TOKEN: 'an-admin-token-for-tests' };

describe('what registration kept', () => {
  const source = (environment: Record<string, string>) => addStoredSettings(environment, { app, keys });

  test('lies beneath the environment, setting by setting; an empty one is not set', () => {
    expect(source({ PUBLIC_URL: 'https://other.example.com', ADMIN_TOKEN: '', PORT: '80' })).toMatchObject({
      APP_ID: '42',
      PUBLIC_URL: 'https://other.example.com',
      ADMIN_TOKEN: keys.ADMIN_TOKEN,
      PORT: '80',
    });
    expect(source({ PRIVATE_KEY_PATH: '/app.pem' })).not.toHaveProperty('PRIVATE_KEY');
    expect(source({})).not.toHaveProperty('APP_SLUG');
  });

  test.each([{ APP_ID: '43' }, { GITHUB_URL: 'https://github.com' }])('of another App does not count: %j', (environment) => {
    const merged = source(environment);
    expect(merged).not.toHaveProperty('PRIVATE_KEY');
    expect(merged).not.toHaveProperty('CLIENT_SECRET');
    expect(merged).toMatchObject({ ...environment, ...keys });
  });

  test('of the same App counts, however its address is written', () => {
    expect(source({ APP_ID: ' 42 ', GITHUB_URL: 'https://ghe.example.com/' })).toMatchObject({ PRIVATE_KEY: privateKey });
  });
});

describe('the files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'repowatch-stored-')), 'data');
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

  test('nothing at all waits for an App; half of one, or something bad beside, stops with names', () => {
    expect(loadServer({ DATA_DIR: folder })).toMatchObject({
      state: 'unregistered',
      settings: { port: 3000, githubUrl: 'https://github.com' },
    });
    const half = loadServer({ DATA_DIR: folder, APP_ID: '42', CLIENT_ID: 'Iv23liStored' });
    if (half.state !== 'invalid') throw new Error(half.state);
    for (const name of ['PRIVATE_KEY', 'WEBHOOK_SECRET', 'CLIENT_SECRET', 'SECRETS_KEY', 'ADMIN_TOKEN'])
      expect(half.message).toMatch(new RegExp(`^${name} is missing`, 'm'));
    expect(loadServer({ DATA_DIR: folder, PORT: 'http' })).toMatchObject({
      state: 'invalid',
      message: expect.stringContaining('PORT must be'),
    });
  });

  test('are written whole, for this user only, and make a server that starts', async () => {
    const path = await writeApp(folder, app, { force: false });
    expect(await ensureKeys(folder, {})).toEqual(['SECRETS_KEY', 'ADMIN_TOKEN']);
    expect(await ensureKeys(folder, {})).toEqual([]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(['app.json', 'keys.json']);
    const loaded = loadServer({ DATA_DIR: folder });
    expect(loaded).toMatchObject({
      state: 'registered',
      settings: { appId: '42', githubApiUrl: 'https://ghe.example.com/api/v3', publicUrl: 'https://repowatch.example.com' },
    });
  });

  test('are not replaced by accident, and leave no drafts behind', async () => {
    await expect(writeApp(folder, { ...app, APP_ID: '43' }, { force: false })).rejects.toMatchObject({ code: 'conflict' });
    expect(JSON.parse(await readFile(join(folder, 'app.json'), 'utf8'))).toMatchObject({ APP_ID: '42' });
    await writeApp(folder, { ...app, APP_ID: '43' }, { force: true });
    expect(JSON.parse(await readFile(join(folder, 'app.json'), 'utf8'))).toMatchObject({ APP_ID: '43' });
    expect(await readdir(folder)).toHaveLength(2);
  });

  test('keep what the environment has: no key is made that would never be used', async () => {
    const other = join(folder, '..', 'other');
    expect(await ensureKeys(other, { ...keys })).toEqual([]);
    await expect(stat(join(other, 'keys.json'))).rejects.toThrow('ENOENT');
  });
});
