import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { settingsFiles } from '../test/support/settings-files.ts';
import { loadSettings, loadSome, type SettingProblem } from './env.ts';
import { settingsTable, type SettingName } from './settings-table.ts';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const good = {
  APP_ID: '12345',
  PRIVATE_KEY: privateKey,
  WEBHOOK_SECRET: randomBytes(32).toString('hex'),
  SECRETS_KEY: `k1:${randomBytes(32).toString('base64')}`,
  ADMIN_TOKEN: randomBytes(24).toString('base64url'),
};

function problemsOf(source: Record<string, string | undefined>): Record<string, string> {
  const outcome = loadSettings(source);
  if (outcome.ok) return {};
  const { problems } = outcome.details as { problems: SettingProblem[] };
  return Object.fromEntries(problems.map(({ name, problem }) => [name, problem]));
}

describe('loadSettings', () => {
  test('fills in the defaults', () => {
    const outcome = loadSettings(good);
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.value).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: undefined,
      databaseUrl: undefined,
      appId: '12345',
      webhookSecretPrevious: undefined,
      githubApiUrl: 'https://api.github.com',
      githubUrl: 'https://github.com',
      outboundAllow: { entries: [] },
      roles: ['web', 'worker', 'scheduler'],
      reconcileInterval: 300_000,
      logLevel: 'info',
      dataDir: '.repowatch',
    });
    expect(outcome.value.secretsKey.currentId).toBe('k1');
  });

  test('names everything that is missing at once, with how to get it', () => {
    const outcome = loadSettings({ WEBHOOK_SECRET: '', APP_ID: '  ' });
    if (outcome.ok) throw new Error('nothing was missing');
    const lines = outcome.message.split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['APP_ID', 'WEBHOOK_SECRET', 'SECRETS_KEY', 'ADMIN_TOKEN', 'PRIVATE_KEY']);
    expect(lines.filter((line) => !line.includes(' is missing. '))).toEqual([]);
    expect(outcome.message).toContain('openssl rand -hex 32');
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80 80'],
    ['HOST', 'http://x'],
    ['PUBLIC_URL', 'repowatch.example.com'],
    ['PUBLIC_URL', 'ftp://x'],
    ['PUBLIC_URL', 'https://user:pw@x'],
    ['DATABASE_URL', 'mysql://x'],
    ['APP_ID', 'Iv1.abc'],
    ['APP_ID', '0'],
    ['PRIVATE_KEY', 'not a key'],
    ['PRIVATE_KEY', privateKey.slice(0, 400)],
    ['PRIVATE_KEY', ecKey],
    ['GITHUB_API_URL', 'github'],
    ['SECRETS_KEY', 'abc'],
    ['SECRETS_KEY', 'k1:c2hvcnQ='],
    ['SECRETS_KEY', `${good.SECRETS_KEY},${good.SECRETS_KEY}`],
    ['ADMIN_TOKEN', 'short'],
    ['OUTBOUND_ALLOW', 'http://x/'],
    ['ROLES', 'web,cook'],
    ['RECONCILE_INTERVAL', '59s'],
    ['RECONCILE_INTERVAL', '25h'],
    ['RECONCILE_INTERVAL', '5'],
    ['LOG_LEVEL', 'loud'],
    ['WHY_NOT_DAYS', '0'],
    ['WHY_NOT_DAYS', '30d'],
    ['DATA_DIR', 'a\0b'],
  ])('refuses a bad %s (%#)', (name, text) => {
    expect(Object.keys(problemsOf({ ...good, [name]: text }))).toEqual([name]);
  });

  test('never repeats a secret in its messages', () => {
    const source = { ...good, WEBHOOK_SECRET: 'hunter2', ADMIN_TOKEN: 'hunter2', SECRETS_KEY: 'k1:hunter2', PRIVATE_KEY: 'hunter2' };
    const outcome = loadSettings({ ...source, DATABASE_URL: 'mysql://me:hunter2@x' });
    expect(outcome.ok).toBe(false);
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  test('reads an ephemeral port, a list of roles and addresses without their final slash', () => {
    const outcome = loadSettings({ ...good, PORT: '0', ROLES: 'worker, web', GITHUB_API_URL: 'https://ghe.example.com/api/v3/' });
    expect(outcome).toMatchObject({
      ok: true,
      value: { port: 0, roles: ['web', 'worker'], githubApiUrl: 'https://ghe.example.com/api/v3' },
    });
  });
});

describe('the webhook secret', () => {
  test.each([
    'development',
    'short-secret-15',
    'developmentdevelopment',
    'development-secret',
    'changemechangeme!',
    'change-me-please-now',
    'secretsecretsecret',
    'my-webhook-secret',
    'your_webhook_secret_here',
    'password12345678',
    'test-test-test-test',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    'abababababababababab',
    '1234567890123456',
    'qwertyuiop123456',
    ' 0f3a9d1c7be24f60a1 ',
  ])('refuses %j', (secret) => {
    expect(Object.keys(problemsOf({ ...good, WEBHOOK_SECRET: secret }))).toEqual(['WEBHOOK_SECRET']);
  });

  test('accepts any random text', () => {
    const made = Array.from({ length: 500 }, (_, index) => randomBytes(12).toString(index % 2 === 0 ? 'hex' : 'base64'));
    expect(made.filter((secret) => 'WEBHOOK_SECRET' in problemsOf({ ...good, WEBHOOK_SECRET: secret }))).toEqual([]);
  });

  test('may not be its own predecessor', () => {
    expect(Object.keys(problemsOf({ ...good, WEBHOOK_SECRET_PREVIOUS: good.WEBHOOK_SECRET }))).toEqual(['WEBHOOK_SECRET_PREVIOUS']);
  });
});

describe('the private key', () => {
  test.each([
    ['as it is', privateKey],
    ['in one line', privateKey.trim().replaceAll('\n', String.raw`\n`)],
    ['in base64', Buffer.from(privateKey).toString('base64')],
  ])('is read %s', (_, text) => {
    expect(loadSettings({ ...good, PRIVATE_KEY: text })).toMatchObject({ ok: true, value: { privateKey } });
  });

  test('is read from a file, and only from one place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'repowatch-env-'));
    const path = join(folder, 'key.pem');
    await writeFile(path, privateKey);
    const fromFile = loadSettings({ ...good, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path });
    const fromBoth = problemsOf({ ...good, PRIVATE_KEY_PATH: path });
    await rm(folder, { recursive: true });
    const fromNowhere = problemsOf({ ...good, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: path });
    expect(fromFile).toMatchObject({ ok: true, value: { privateKey } });
    expect(Object.keys(fromBoth)).toEqual(['PRIVATE_KEY_PATH']);
    expect(fromNowhere['PRIVATE_KEY_PATH']).toContain('cannot be read');
  });
});

test('a command can ask for a few settings only', () => {
  expect(loadSome({ DATABASE_URL: 'postgres://x/y' }, ['DATABASE_URL', 'DATA_DIR'])).toEqual({
    ok: true,
    value: { databaseUrl: 'postgres://x/y', dataDir: '.repowatch' },
  });
});

test('every setting says what it does and how to get it', () => {
  const names = Object.keys(settingsTable) as SettingName[];
  expect(names.filter((name) => !settingsTable[name].help.endsWith('.') || !settingsTable[name].how.endsWith('.'))).toEqual([]);
});

test.each(Object.entries(settingsFiles()))(
  '%s is what the table says (write it with: node test/support/settings-files.ts)',
  async (path, content) => {
    expect(await readFile(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(content);
  },
);
