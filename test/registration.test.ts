import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandContext } from '../src/commands/command-context.ts';
import { runProgram } from '../src/commands/program.ts';
import { createStandIn, type StandIn } from '../src/stand-in/stand-in.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { readForms, sendManifest, visit } from './support/registration.ts';
import { createServerProcess, type ServerProcess } from './support/server-process.ts';
import { createSink, type Sink } from './support/sink.ts';
import { configOf, webhookWatch } from './support/story.ts';
import { eventually } from './support/test-app.ts';

let folder: string;
let dataDir: string;
let github: StandIn;
let database: TestDatabase;
let sink: Sink;
let server: ServerProcess;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-registration-'));
  dataDir = join(folder, 'data');
  database = await createTestDatabase();
  sink = await createSink();
  github = await createStandIn({ directory: join(folder, 'github'), webhookSecret: 'nobody knows this secret yet' });
  environment = {
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    GITHUB_URL: github.url,
    OUTBOUND_ALLOW: sink.host,
  };
  server = await createServerProcess(environment);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await github.close();
  await sink[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The address that the server logged last. */
function findAddress(): string | undefined {
  return server.lines.flatMap((line) => /http:\/\/\S+\/setup\?token=[\w-]+/.exec(line) ?? []).at(-1);
}

async function readJson(path: string): Promise<Record<string, string>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

/** Runs a command line in this process. */
async function run(words: string[], extra: Record<string, string> = {}, stop = new AbortController()) {
  const out: string[] = [];
  const context: CommandContext = {
    environment: { ...environment, ...extra },
    version: '0.0.0-test',
    print: (line) => void out.push(line),
    tell: (line) => void out.push(line),
    attended: false,
    listenForStop: () => stop.signal,
  };
  return { code: runProgram(context, words), out };
}

describe('a server without an App', () => {
  let address: string;

  beforeAll(async () => {
    await server.start({ ready: false });
    address = await eventually('the address with the token', async () => findAddress(), 60_000);
    // It listens on all it needs before it says so.
    await eventually('the page', async () => (await server.status('/setup')) === 401);
  }, 90_000);

  test('serves the page that registers it, and says so everywhere', async () => {
    const home = await visit(`${server.url}/`);
    expect(home).toMatchObject({ status: 503, page: expect.stringContaining('RepoWatch is not registered yet') });
    const ready = await visit(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.page)).toMatchObject({
      status: 'not_ready',
      details: { registration: expect.stringContaining('no GitHub App') },
    });
    expect(await visit(`${server.url}/healthz`)).toMatchObject({ status: 200, page: expect.stringContaining('"registered":false') });
  });

  test.each(['/api/runs', '/api/openapi.json', '/login', '/metrics', '/probot', '/probot/import', '/setup/callback', '/nothing'])(
    'refuses %s',
    async (path) => {
      const { status, page } = await visit(server.url + path);
      expect(status).toBe(503);
      expect(JSON.parse(page)).toMatchObject({ code: 'not_registered', instance: path });
    },
  );

  test('refuses what is posted before it is read', async () => {
    for (const path of ['/api/github/webhooks', '/setup', '/probot/import']) {
      const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify({ pem: 'x', appId: 1 }) });
      expect([path, response.status, ((await response.json()) as { code: string }).code]).toEqual([path, 503, 'not_registered']);
    }
  });

  test('shows the page to nobody without the token, and slows down those who guess', async () => {
    const answers: number[] = [];
    for (let guess = 0; guess < 12; guess += 1) answers.push((await visit(`${server.url}/setup?token=guess-${guess}`)).status);
    expect(new Set(answers)).toEqual(new Set([401, 429]));
    expect(answers.at(-1)).toBe(429);
    const { status, page, headers } = await visit(address);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain(`form-action 'self' ${github.url}`);
    expect(readForms(page)).toHaveLength(1);
  });

  test('asks GitHub for the tiers that were chosen, for the account that was chosen', async () => {
    const chosen = `${address}&organization=acme&name=Watch+acme&public_url=https%3A%2F%2Fwatch.example.com%2F&tier=checks&tier=issues`;
    const [form] = readForms((await visit(chosen)).page);
    expect(form?.action).toMatch(new RegExp(`^${github.url}/organizations/acme/settings/apps/new\\?state=[\\w-]{20,}$`));
    expect(JSON.parse(form?.fields['manifest'] ?? '')).toMatchObject({
      name: 'Watch acme',
      public: false,
      hook_attributes: { url: 'https://watch.example.com/api/github/webhooks', active: true },
      setup_url: 'https://watch.example.com/setup',
      callback_urls: ['https://watch.example.com/setup/callback', 'https://watch.example.com/auth/callback'],
      redirect_url: `${server.url}/setup/registered`,
      setup_on_update: true,
      default_permissions: { metadata: 'read', contents: 'read', checks: 'write', issues: 'read' },
      default_events: ['push', 'repository', 'create', 'delete', 'issues', 'issue_comment'],
    });
  });

  test('sends nothing to GitHub while a choice cannot be, and shows it as text', async () => {
    const { page } = await visit(`${address}&organization=%22%3E%3Cscript%3E&public_url=javascript:alert(1)`);
    expect(readForms(page)).toEqual([]);
    expect(page).not.toContain('<script>');
    expect(page).toContain('An organisation is named by its login');
    expect(page).toContain('The address must begin with https://');
  });

  test('without an address for GitHub registers a webhook that is only recorded', async () => {
    const [form] = readForms((await visit(address)).page);
    const manifest = JSON.parse(form?.fields['manifest'] ?? '') as Record<string, unknown>;
    expect(manifest['hook_attributes']).toEqual({ url: 'https://repowatch.invalid/api/github/webhooks', active: true });
    expect(manifest).not.toHaveProperty('setup_url');
  });

  test('believes no way back from GitHub that was not begun here', async () => {
    for (const query of ['', '?code=abc', '?code=abc&state=forged', `?code=abc&state=${'x'.repeat(5_000)}`])
      expect((await visit(`${server.url}/setup/registered${query}`)).status).toBe(403);
    await expect(stat(join(dataDir, 'app.json'))).rejects.toThrow('ENOENT');
  });

  test('keeps what GitHub gives out for itself alone, and goes on to work: register, start, push, run', async () => {
    const { page } = await visit(`${address}&public_url=${encodeURIComponent(server.url)}`);
    const { back } = await sendManifest(page);
    const broken = new URL(back);
    broken.searchParams.set('code', '../../app');
    expect((await visit(broken.href)).status).toBe(400);
    const again = await sendManifest((await visit(`${address}&public_url=${encodeURIComponent(server.url)}`)).page);
    const done = await visit(again.back);
    expect(done).toMatchObject({ status: 200, page: expect.stringContaining('is registered') });
    expect(done.page).toContain(`${github.url}/apps/repowatch/installations/new`);

    const app = await readJson(join(dataDir, 'app.json'));
    const keys = await readJson(join(dataDir, 'keys.json'));
    expect([await modeOf(join(dataDir, 'app.json')), await modeOf(join(dataDir, 'keys.json'))]).toEqual(['600', '600']);
    const shown = await github.appPage();
    expect(app).toMatchObject({
      APP_ID: String(shown.id),
      CLIENT_ID: shown.clientId,
      CLIENT_SECRET: shown.clientSecret,
      WEBHOOK_SECRET: shown.webhookSecret,
      PUBLIC_URL: server.url,
    });
    for (const secret of [app['PRIVATE_KEY']!, app['CLIENT_SECRET']!, app['WEBHOOK_SECRET']!, keys['ADMIN_TOKEN']!, keys['SECRETS_KEY']!]) {
      expect(done.page).not.toContain(secret);
      expect(server.lines.join('\n')).not.toContain(secret);
    }

    await eventually('the full server', async () => (await server.status('/readyz')) === 200, 60_000);
    const authorization = `Bearer ${keys['ADMIN_TOKEN']}`;
    await github.createAccount('acme', 'Organization');
    const config = configOf({ tell: webhookWatch(`${sink.url}/told`) });
    await github.createRepository({ owner: 'acme', name: 'app', files: { '.github/repowatch.yml': config } });
    await github.installApp('acme', 'all');
    await eventually('the repository', async () => {
      const response = await fetch(`${server.url}/api/repos/acme/app`, { headers: { authorization } });
      const found = (await response.json()) as Record<string, unknown>;
      return found['config_status'] === 'ok' && found['baseline_at'] !== null;
    });
    await github.commitFile({ repo: 'acme/app', branch: 'main', path: 'a.txt', content: 'a' });
    await eventually('the request of the watch', async () => sink.requests.some(({ path }) => path === '/told'));
  }, 120_000);

  test('after that opens nothing with the token any more', async () => {
    const { page, status } = await visit(address);
    expect(readForms(page)).toEqual([]);
    expect([status, page.includes('No installation was named')]).toEqual([400, true]);
    expect((await visit(`${server.url}/setup/registered?code=a&state=b`)).status).toBe(404);
  });

  test('the doctor finds a RepoWatch that was registered like this in order, with and without the server', async () => {
    const beside = await run(['doctor', '--json']);
    expect(await beside.code).toBe(0);
    const report = JSON.parse(beside.out.join('\n')) as { status: string; findings: { id: string; level: string; what: string }[] };
    expect(report.findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(report.findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'github',
        'clock',
        'permissions',
        'events',
        'webhook',
        'installations',
        'database',
        'migrations',
        'public_url',
      ]),
    );
    await server.end('SIGTERM');
    const alone = await run(['doctor']);
    expect(await alone.code).toBe(1);
    expect(alone.out.join('\n')).toMatch(/PROBLEM {2}public_url: .* cannot be reached from this machine/);
  }, 60_000);
});

describe('repowatch register', () => {
  test('refuses to replace credentials without --force', async () => {
    const { code, out } = await run(['register']);
    expect(await code).toBe(1);
    expect(out.join('\n')).toContain('--force');
  });

  test('says what cannot be, and registers nothing', async () => {
    const { code, out } = await run(['register', '--public-url', 'ftp://x', '--org', 'a/b', '--with', 'everything', '--force']);
    expect(await code).toBe(1);
    expect(out).toHaveLength(3);
  });

  test('serves the page on this machine until GitHub has answered, and keeps the keys that are there', async () => {
    const before = await readJson(join(dataDir, 'keys.json'));
    const words = ['register', '--force', '--name', 'Second', '--public-url', 'https://second.example.com', '--with', 'checks'];
    const { code, out } = await run(words);
    const address = await eventually('the address', async () => out.flatMap((line) => /http:\S+token=[\w-]+/.exec(line) ?? []).at(0));
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const { back, manifest } = await sendManifest((await visit(address)).page);
    expect(manifest).toMatchObject({ name: 'Second', default_permissions: { checks: 'write' } });
    expect((await visit(back)).status).toBe(200);
    expect((await visit(back)).status).toBe(403);
    expect(await code).toBe(0);
    expect(out.join('\n')).toContain('Second');
    expect(await readJson(join(dataDir, 'app.json'))).toMatchObject({ APP_SLUG: 'second', PUBLIC_URL: 'https://second.example.com' });
    expect(await readJson(join(dataDir, 'keys.json'))).toEqual(before);
    expect(await modeOf(join(dataDir, 'app.json'))).toBe('600');
  });

  test('ends with nothing when it is told to stop', async () => {
    const stop = new AbortController();
    const { code, out } = await run(['register', '--force'], {}, stop);
    await eventually('the address', async () => out.length > 0);
    stop.abort();
    expect(await code).toBe(1);
    expect(out.join('\n')).toContain('Nothing was registered.');
  });

  test('a file that cannot be read stops the start with its name, and none of its content', async () => {
    const other = join(folder, 'broken');
    await rm(other, { recursive: true, force: true });
    await (await import('node:fs/promises')).mkdir(other);
    await writeFile(join(other, 'app.json'), '{"APP_ID": "secret stuff"');
    const { code, out } = await run(['start'], { DATA_DIR: other });
    expect(await code).toBe(1);
    expect(out.join('\n')).toContain(join(other, 'app.json'));
    expect(out.join('\n')).not.toContain('secret stuff');
  });
});
