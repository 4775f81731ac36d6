import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { seedInstallation } from '../../test/support/seed.ts';
import { createLog } from '../core/log.ts';
import { createStandIn, type StandIn } from '../stand-in/stand-in.ts';
import { parseKeyRing } from '../vault/key-ring.ts';
import { createClients, type Clients } from './clients.ts';
import { createReader, type Reader } from './reader.ts';

const keyRing = parseKeyRing(`k1:${Buffer.alloc(32, 1).toString('base64')}`);

let directory: string;
let base: TestDatabase;
let github: StandIn;
/** A world of its own for each test: an account with the App and one repository. */
let installation: string;
/** Our id of it. */
let seeded: string;
let place: { installation: string; owner: string; name: string };
let started: Clients[] = [];
const lines: string[] = [];
let accounts = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repowatch-clients-'));
  base = await createTestDatabase();
  github = await createStandIn({ directory, webhookSecret: 'a secret for tests only', rateLimit: 1000 });
});

afterAll(async () => {
  await github.close();
  await base[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await Promise.all(started.map((clients) => clients.close()));
  started = [];
  await github.clearFailures();
  await github.setRateLimit(1000);
  accounts += 1;
  const owner = `acme-${accounts}`;
  await github.createAccount(owner, 'Organization');
  await github.createRepository({ owner, name: 'app', files: { 'README.md': '# app', 'watch.yml': 'version: 1' } });
  installation = String((await github.installApp(owner, 'all')).id);
  seeded = await seedInstallation(base.db, owner, { github_id: installation });
  place = { installation, owner, name: 'app' };
});

/** A process of its own: clients that share nothing but the database with others. */
function startProcess(): { clients: Clients; reader: Reader } {
  if (!keyRing.ok) throw new Error(keyRing.message);
  const log = createLog({ level: 'debug', write: (line) => void lines.push(line) });
  const store = { db: base.db, keyRing: keyRing.value, host: 'github.com' };
  const clients = createClients({ appId: String(github.appId), privateKey: github.privateKey, apiUrl: github.apiUrl, log, store });
  started.push(clients);
  return { clients, reader: createReader(clients) };
}

const mints = async () => (await github.apiCalls({ path: `/app/installations/${installation}/access_tokens` })).length;
const callsTo = async (path: string) => (await github.apiCalls({ path })).filter((call) => call.path.includes(place.owner)).length;

test('two processes use one token, and a third after a restart too', async () => {
  const [one, two] = [startProcess(), startProcess()];
  const read = await Promise.all([one.reader.listBranches(place), two.reader.listTags(place), two.reader.as('sweep').listBranches(place)]);
  expect(read.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect((await startProcess().reader.listBranches(place)).ok).toBe(true);
  expect(await mints()).toBe(1);
  const stored = JSON.stringify(
    await base.db.raw('select t.*, a.* from installation_tokens t, github_answers a').then((all: unknown) => all),
  );
  expect(stored).toContain('fingerprint');
  expect(`${stored}\n${lines.join('\n')}`).not.toMatch(/ghs_/);
});

test('a token that GitHub took back is replaced, and the question answered', async () => {
  const { reader } = startProcess();
  await reader.listBranches(place);
  await base.db('installation_tokens').update({ minted_at: new Date(Date.now() - 60_000) });
  const restarted = startProcess().reader;
  await github.expireTokens();
  expect((await restarted.listTags(place)).ok).toBe(true);
  expect(await mints()).toBe(2);
});

test('a suspended and a deleted installation are told from a revoked token, and no token of theirs is kept', async () => {
  const { reader } = startProcess();
  await reader.listBranches(place);
  const kept = async () =>
    (await base.db('installation_tokens').whereNotNull('ciphertext').pluck('installation_id')).filter((id) => id === seeded);
  await github.suspend(place.owner);
  expect(await kept()).toHaveLength(1);
  expect(await reader.listBranches(place)).toMatchObject({ ok: false, code: 'installation_suspended' });
  expect(await kept()).toEqual([]);
  await github.unsuspend(place.owner);
  await github.uninstall(place.owner);
  expect(await startProcess().reader.listBranches(place)).toMatchObject({ ok: false, code: 'installation_deleted' });
  expect(await kept()).toEqual([]);
});

test('what did not change is free, from any process, and comes in full when it changed', async () => {
  const [one, two] = [startProcess(), startProcess()];
  const first = await one.reader.listBranches(place);
  const again = await two.reader.listBranches(place);
  expect(again).toEqual({ ...first, value: { ...(first.ok ? first.value : {}), observedAt: expect.any(Date) } });
  expect((await one.reader.readTextFile(place, 'watch.yml')).ok).toBe(true);
  expect(await two.reader.readTextFile(place, 'watch.yml')).toMatchObject({ value: { kind: 'file', text: 'version: 1' } });
  const calls = await github.apiCalls({ path: `/repos/${place.owner}/app/` });
  expect(calls.map(({ status }) => status)).toEqual([200, 304, 200, 304]);
  await github.updateRef({
    repo: `${place.owner}/app`,
    ref: 'refs/heads/new',
    sha: (await github.refs(`${place.owner}/app`))['refs/heads/main']!,
  });
  const changed = await two.reader.listBranches(place);
  expect(changed.ok && changed.value.refs.map(({ name }) => name)).toContain('new');
  await Promise.all([one.clients.close(), two.clients.close()]);
  expect(await usage()).toEqual({ 'core interactive': '3 + 2 free' });
});

test('a page whose mark still holds is unchanged; with a new token it comes in full', async () => {
  const { reader, clients } = startProcess();
  const page = await reader.listRepositoryPage(installation, { number: 1 });
  if (!page.ok || page.value === 'unchanged') throw new Error('The first page was not answered');
  expect(page.value).toMatchObject({ total: 1, more: false, mark: expect.stringMatching(/^\S{16} W\/"/) });
  const { mark } = page.value;
  expect(await reader.listRepositoryPage(installation, { number: 1, known: mark })).toEqual({ ok: true, value: 'unchanged' });
  await clients.renewToken(installation);
  expect(await reader.listRepositoryPage(installation, { number: 1, known: mark })).toMatchObject({ ok: true, value: { total: 1 } });
});

test('a sweep leaves a fifth, actions a tenth, and people get what is left, also across processes', async () => {
  const one = startProcess();
  await github.setRateLimit(100);
  for (let count = 0; count < 79; count += 1) await one.reader.getRepository(installation, '0');
  expect((await one.reader.as('sweep').getRepository(installation, '0')).ok).toBe(false);
  const calls = (await github.apiCalls({ path: '/repositories/0' })).length;
  expect(await one.reader.as('sweep').listTags(place)).toMatchObject({ ok: false, code: 'github_budget_spent', retryAt: expect.any(Date) });
  await one.clients.close();
  expect(await startProcess().reader.as('sweep').listTags(place)).toMatchObject({ code: 'github_budget_spent' });
  expect((await github.apiCalls({ path: '/repositories/0' })).length).toBe(calls);
  const other = startProcess();
  expect((await other.reader.as('actions').listTags(place)).ok).toBe(true);
  for (let count = 0; count < 30; count += 1) await other.reader.getRepository(installation, '0');
  expect(await other.reader.as('actions').listTags(place)).toMatchObject({ code: 'github_budget_spent' });
  expect(await other.reader.listTags(place)).toMatchObject({ code: 'github_budget_spent' });
  const asked = (await github.apiCalls()).filter((call) => call.status === 403 && call.path === '/repositories/0');
  expect(asked.length).toBeLessThanOrEqual(1);
});

test('after a secondary limit no background request of the installation goes out, from no process; people still ask', async () => {
  const [one, two] = [startProcess(), startProcess()];
  await two.reader.listTags(place);
  const headers = { 'retry-after': '120' };
  await github.setFailure({ path: '/branches', status: 403, headers, body: { message: 'You have exceeded a secondary rate limit.' } });
  expect(await one.reader.as('sweep').listBranches(place)).toMatchObject({ code: 'github_rate_limited', retryAt: expect.any(Date) });
  const before = await callsTo('/');
  expect(await one.reader.as('sweep').listTags(place)).toMatchObject({ code: 'github_budget_spent' });
  expect(await startProcess().reader.as('actions').listTags(place)).toMatchObject({ code: 'github_budget_spent' });
  // The second process believes what it saw for a second, and not longer.
  let answer = await two.reader.as('sweep').listTags(place);
  while (answer.ok) answer = await two.reader.as('sweep').listTags(place);
  expect(answer).toMatchObject({ code: 'github_budget_spent' });
  expect((await one.reader.listTags(place)).ok).toBe(true);
  expect(await callsTo('/')).toBeGreaterThan(before);
});

test('a refusal that names a used-up limit is checked, for free, before it stops everybody', async () => {
  const { reader } = startProcess();
  const reset = String(Math.floor(Date.now() / 1000) + 1800);
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
  await github.setFailure({ path: '/branches', status: 403, headers, body: { message: 'API rate limit exceeded' }, times: 2 });
  expect(await reader.as('sweep').listBranches(place)).toMatchObject({ code: 'github_rate_limited' });
  expect(await reader.as('sweep').listBranches(place)).toMatchObject({ code: 'github_rate_limited' });
  expect((await reader.as('sweep').listTags(place)).ok).toBe(true);
  expect((await github.apiCalls({ path: '/rate_limit' })).length).toBe(1);
});

test('an App that may make no tokens for a while lets the background wait, and is not counted against the installation', async () => {
  const { reader, clients } = startProcess();
  const headers = { 'retry-after': '300' };
  await github.setFailure({ path: '/access_tokens', status: 403, headers, body: { message: 'You have exceeded a secondary rate limit.' } });
  expect(await reader.as('sweep').listTags(place)).toMatchObject({ code: 'github_rate_limited' });
  expect(await reader.as('sweep').listTags(place)).toMatchObject({ code: 'github_budget_spent' });
  expect(await mints()).toBe(1);
  await clients.close();
  expect(await usage()).toEqual({ 'core sweep': '0 + 0 free' });
  expect(await base.db('installation_tokens').where({ installation_id: seeded })).toEqual([]);
});

/** What was counted for the installation of this test. */
async function usage(): Promise<Record<string, string>> {
  const rows = await base
    .db('github_usage')
    .join('installations', 'installations.id', 'github_usage.installation_id')
    .where({ github_id: installation });
  return Object.fromEntries(
    rows.map((row: Record<string, unknown>) => [
      `${String(row['resource'])} ${String(row['purpose'])}`,
      `${String(row['requests'])} + ${String(row['unchanged'])} free`,
    ]),
  );
}
