import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createApp } from '../../src/app.ts';
import { createLog } from '../../src/core/log.ts';
import { reconcile, track } from '../support/story.ts';
import { startTestApp, testSettings, type TestApp } from '../support/test-app.ts';

let world: TestApp;
let tracked: Awaited<ReturnType<typeof track>>;
let installationId: string;

interface Budget {
  asked_at: string | null;
  used: Record<string, number>;
  not_modified: number;
  paused_until: string | null;
  pause_reason: string | null;
  resources: { resource: string; limit: number; remaining: number }[];
}

beforeAll(async () => {
  world = await startTestApp({ github: true });
  tracked = await track(world, 'app');
  installationId = String((await world.api(`/api/repos/${tracked.fullName}`))['installation_id']);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const readBudget = () => world.api<Budget>(`/api/installations/${installationId}/budget`);
const mints = async () => (await world.github!.apiCalls({ path: `/app/installations/${tracked.installation}/access_tokens` })).length;

/** Every table of the database as text, bytes too. */
async function dump(): Promise<string> {
  const { db } = world.database;
  const tables = await db('pg_tables').where({ schemaname: 'public' }).pluck<string[]>('tablename');
  const texts = await Promise.all(
    tables.map(async (table) => JSON.stringify(await db.raw('select t::text from ??  t', [table]).then(({ rows }) => rows as unknown))),
  );
  return texts.join('\n');
}

describe('what an installation spends', () => {
  test('is shown by class; what did not change is free the second time', async () => {
    await reconcile(world, tracked.fullName);
    await reconcile(world, tracked.fullName);
    // Counts and limits are written down once a second, each on its own.
    const budget = await world.eventually('counts and limits are written down', async () => {
      const read = await readBudget();
      const core = read.resources.find(({ resource }) => resource === 'core');
      return read.not_modified > 0 && read.asked_at !== null && (core?.limit ?? null) !== null && read;
    });
    expect(Object.values(budget.used).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect(budget.resources.find(({ resource }) => resource === 'core')).toMatchObject({ limit: 15_000 });
    const conditional = (await world.github!.apiCalls({ method: 'GET' })).filter((call) => call.headers['if-none-match'] !== undefined);
    expect(conditional.map(({ status }) => status)).toContain(304);
  });

  test('a second process uses the same token, and no process lets it be read', async () => {
    const before = await mints();
    const { github } = world;
    const settings = testSettings({
      DATABASE_URL: world.database.url,
      APP_ID: String(github!.appId),
      PRIVATE_KEY: github!.privateKey,
      GITHUB_API_URL: github!.apiUrl,
      GITHUB_URL: github!.url,
    });
    const log = createLog({ level: 'debug', write: (line) => void world.logs.push(line) });
    const second = await createApp({ settings, databaseUrl: world.database.url, log, version: '0.0.0-test' });
    const [owner = '', name = ''] = tracked.fullName.split('/');
    const place = { installation: String(tracked.installation), owner, name };
    expect(await second.context.reader.listTags(place)).toMatchObject({ ok: true });
    await second.stop();
    expect(await mints()).toBe(before);
    expect(before).toBe(1);
    expect(await dump()).not.toMatch(/ghs_|6768735f/);
    expect(world.logs.join('\n')).not.toMatch(/ghs_/);
  });

  test('a secondary limit is shown with its end', async () => {
    const { github } = world;
    await github!.setFailure({
      path: '/branches',
      status: 403,
      headers: { 'retry-after': '90' },
      body: { message: 'You have exceeded a secondary rate limit.' },
    });
    await github!.setFailure({
      path: '/graphql',
      status: 403,
      headers: { 'retry-after': '90' },
      body: { message: 'You have exceeded a secondary rate limit.' },
    });
    await world.api('/api/reconcile', { method: 'POST', body: { repository: tracked.fullName } });
    const paused = await world.eventually('the pause', async () => {
      const budget = await readBudget();
      return budget.paused_until !== null && budget;
    });
    expect(paused.pause_reason).toBe('secondary_limit');
    await github!.clearFailures();
  });

  test('no token outlives a suspension', async () => {
    expect(await world.database.db('installation_tokens').count()).not.toEqual([{ count: '0' }]);
    await world.github!.suspend('acme');
    await world.eventually('the token is gone', async () => (await world.database.db('installation_tokens').pluck('scope')).length === 0);
  });
});
