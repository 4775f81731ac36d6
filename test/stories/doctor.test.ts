import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.ts';
import { startTestApp, adminToken, type TestApp } from '../support/test-app.ts';

interface Finding {
  id: string;
  level: 'ok' | 'warning' | 'problem';
  code: string | null;
  what: string;
  remedy: string | null;
}

let world: TestApp;
let folder: string;
let environment: Record<string, string>;
const secretsKey = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const pem = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-doctor-'));
  world = await startTestApp({ github: true, settings: { DATA_DIR: folder } });
  const github = world.github!;
  await github.createAccount('acme', 'Organization');
  await github.installApp('acme', 'all');
  await github.settled();
  await github.editApp({ permissions: { metadata: 'read', contents: 'read' }, events: ['push', 'repository', 'create', 'delete'] });
  environment = {
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    CLIENT_ID: 'Iv23liTestsOnly',
    CLIENT_SECRET: 'a client secret for tests only',
    GITHUB_URL: github.url,
    SECRETS_KEY: secretsKey,
    ADMIN_TOKEN: adminToken,
    PUBLIC_URL: world.url,
    DATABASE_URL: world.database.url,
    DATA_DIR: folder,
  };
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the doctor from the command line with some settings replaced. */
async function examine(replaced: Record<string, string> = {}, words = ['doctor', '--json']) {
  const out: string[] = [];
  const told: string[] = [];
  const code = await runProgram(
    {
      environment: { ...environment, ...replaced },
      version: '0.0.0-test',
      print: (line) => void out.push(line),
      tell: (line) => void told.push(line),
      attended: false,
      listenForStop: () => new AbortController().signal,
    },
    words,
  );
  const text = out.join('\n');
  const findings = words.includes('--json') ? (JSON.parse(text) as { findings: Finding[] }).findings : [];
  const bad = findings.filter(({ level }) => level !== 'ok');
  return { code, text, told, findings, bad };
}

describe('repowatch doctor', () => {
  test('finds nothing where nothing is wrong', async () => {
    const { code, bad, findings } = await examine();
    expect(bad).toEqual([]);
    expect(code).toBe(0);
    expect(findings.map(({ id }) => id)).toEqual([
      'github',
      'clock',
      'permissions',
      'events',
      'feedback',
      'webhook',
      'webhook_deliveries',
      'installations',
      'sign_in',
      'database',
      'migrations',
      'queue',
      'secrets_key',
      'public_url',
    ]);
  });

  test.each([
    [
      'a wrong key',
      () => ({ PRIVATE_KEY: pem() }),
      { id: 'github', code: 'github_unauthorized', what: /does not take PRIVATE_KEY.*deleted there, or belongs to another App/ },
    ],
    ['a wrong APP_ID', () => ({ APP_ID: '7' }), { id: 'github', code: 'github_unauthorized', what: /knows no App with APP_ID 7/ }],
    [
      'a GitHub that is not there',
      () => ({ GITHUB_API_URL: 'http://127.0.0.1:9' }),
      { id: 'github', code: 'github_unavailable', what: /could not be reached/ },
    ],
    [
      'a Postgres that is not there',
      () => ({ DATABASE_URL: 'postgres://a:b@127.0.0.1:9/x' }),
      { id: 'database', code: 'database_unavailable', what: /cannot be reached/ },
    ],
    [
      'an address where nobody is',
      () => ({ PUBLIC_URL: 'http://127.0.0.1:9' }),
      { id: 'public_url', code: null, what: /cannot be reached from this machine/ },
    ],
    [
      'half of the credentials',
      () => ({ WEBHOOK_SECRET: '' }),
      { id: 'settings', code: 'settings_invalid', what: /^WEBHOOK_SECRET is missing\.$/ },
    ],
    [
      'no credentials',
      () => ({ APP_ID: '', PRIVATE_KEY: '', WEBHOOK_SECRET: '', CLIENT_ID: '', CLIENT_SECRET: '' }),
      { id: 'registration', code: 'not_registered', what: /no GitHub App yet/ },
    ],
  ])('%s', async (_name, replaced, { id, code, what }) => {
    const result = await examine(replaced());
    expect(result.code).toBe(1);
    const finding = result.bad.find((each) => each.id === id);
    expect(finding).toMatchObject({ level: 'problem', code, what: expect.stringMatching(what), remedy: expect.any(String) });
    expect(result.text + result.told.join('')).not.toContain('PRIVATE KEY-----');
    // A start that waits for nothing is no place for a second message about the same thing.
    if (id === 'github') expect(result.findings.map((each) => each.id)).not.toContain('installations');
  });

  test('a secret whose key is gone', async () => {
    await world.api('/api/secrets/TOKEN', { method: 'PUT', body: { value: 'x', scope: 'global' } });
    const { bad } = await examine({ SECRETS_KEY: `k2:${Buffer.alloc(32, 9).toString('base64')}` });
    expect(bad).toMatchObject([{ id: 'secrets_key', level: 'problem', what: expect.stringContaining('TOKEN') }]);
  });

  test('files that others can read', async () => {
    const path = join(folder, 'keys.json');
    await writeFile(path, '{}', { mode: 0o644 });
    await chmod(path, 0o644);
    expect((await examine()).bad).toMatchObject([{ id: 'files', level: 'problem', remedy: expect.stringContaining(`chmod 600 ${path}`) }]);
    await rm(path);
  });

  test('an App without a permission and an event, and one with more than is used', async () => {
    await world.github!.editApp({
      permissions: { metadata: 'read', environments: 'write', issues: 'read' },
      events: ['push', 'create', 'delete', 'star'],
    });
    const { bad, code } = await examine();
    expect(code).toBe(1);
    expect(bad).toMatchObject([
      {
        id: 'permissions',
        level: 'problem',
        what: 'The App lacks the permission contents: read.',
        remedy: expect.stringContaining('/settings/apps/repowatch/permissions'),
      },
      { id: 'events', level: 'problem', what: 'The App is not subscribed to repository.' },
      { id: 'tier:issues', level: 'warning', what: expect.stringContaining('issues, issue_comment') },
      { id: 'excess_permissions', level: 'warning', what: expect.stringContaining('environments: write') },
      { id: 'excess_events', level: 'warning', what: expect.stringContaining('star') },
      { id: 'installation:acme', level: 'warning', what: expect.stringContaining('environments: write') },
    ]);
    await world.github!.editApp({
      permissions: { metadata: 'read', contents: 'read' },
      events: ['push', 'repository', 'create', 'delete'],
    });
  });

  test('a webhook that points elsewhere, and one that GitHub cannot deliver', async () => {
    const github = world.github!;
    await github.setWebhookUrl('http://127.0.0.1:9/elsewhere');
    await github.createRepository({ owner: 'acme', name: 'one', files: { 'a.txt': 'a' } });
    await github.settled();
    const { bad } = await examine();
    expect(bad).toMatchObject([
      {
        id: 'webhook',
        level: 'problem',
        what: `GitHub delivers to http://127.0.0.1:9/elsewhere, which is not ${world.url}/api/github/webhooks.`,
      },
      { id: 'webhook_deliveries', level: 'problem', what: expect.stringMatching(/^\d+ of the last \d+ deliveries failed/) },
    ]);
    // Who reads GitHub's record needs no webhook.
    const polling = await examine({ INTAKE: 'poll' });
    expect([polling.code, polling.bad]).toEqual([0, []]);
    await github.setWebhookUrl(`${world.url}/api/github/webhooks`);
  });

  test('an installation that is suspended, or kept out by an IP allow list', async () => {
    const github = world.github!;
    await github.setFailure({
      path: '/installation/repositories',
      status: 403,
      body: {
        message: 'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled',
      },
    });
    const kept = await examine();
    expect(kept.bad).toContainEqual(expect.objectContaining({ id: 'installation:acme', level: 'problem', code: 'github_ip_not_allowed' }));
    await github.clearFailures();
    await github.suspend('acme');
    const suspended = await examine();
    expect(suspended.code).toBe(1);
    expect(suspended.bad).toContainEqual(
      expect.objectContaining({
        id: 'installation:acme',
        code: 'installation_suspended',
        what: expect.stringContaining('acme is suspended'),
        remedy: expect.stringContaining('/organizations/acme/settings/installations/'),
      }),
    );
    await github.unsuspend('acme');
  });

  test('in words, for people', async () => {
    const { text, code } = await examine({ PUBLIC_URL: '' }, ['doctor']);
    expect(code).toBe(0);
    expect(text).toMatch(/^ok {7}github: GitHub knows repowatch/);
    expect(text).toMatch(/^warning {2}public_url: PUBLIC_URL is not set/m);
    expect(text).toMatch(/^ {9}→ Set it to/m);
  });
});

describe('the doctor of a running server', () => {
  test('answers the same over the API, and says it on the page', async () => {
    expect((await fetch(`${world.url}/api/doctor`)).status).toBe(401);
    const report = await world.api<{ status: string; findings: Finding[] }>('/api/doctor');
    expect(report.findings).toContainEqual(expect.objectContaining({ id: 'github', level: 'ok' }));
    const login = await fetch(`${world.url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ token: adminToken }),
    });
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
    expect((await fetch(`${world.url}/doctor`, { redirect: 'manual' })).headers.get('location')).toBe('/login?return_to=%2Fdoctor');
    const page = await (await fetch(`${world.url}/doctor`, { headers: { cookie } })).text();
    for (const { what } of report.findings.slice(0, 3)) expect(page).toContain(what.replaceAll("'", '&#39;'));
  });

  test('says that the key was revoked', async () => {
    await world.github!.revokeKey();
    const finding = await world.eventually('the finding', async () => {
      const { findings } = await world.api<{ findings: Finding[] }>('/api/doctor');
      return findings.find(({ id, level }) => id === 'github' && level === 'problem');
    });
    expect(finding).toMatchObject({
      code: 'github_unauthorized',
      what: expect.stringContaining('unauthorized: GitHub does not take PRIVATE_KEY'),
    });
    expect((await examine()).code).toBe(1);
  });
});
