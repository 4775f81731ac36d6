import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, withToken, type TestHttpServer } from '../../../test/support/http.ts';
import { seedInstallation } from '../../../test/support/seed.ts';
import { budgetSchema } from '../schemas/budget.ts';

let base: TestDatabase;
let server: TestHttpServer;

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

async function readBudget(id: string) {
  const response = await fetch(`${server.base}/api/installations/${id}/budget`, { headers: withToken });
  expect(response.status).toBe(200);
  return budgetSchema.strict().parse(await response.json());
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const none = { interactive: 0, actions: 0, sweep: 0 };

/** What a process wrote down for an installation. */
async function seedUse(id: string, row: { purpose: string; requests: number; unchanged?: number; hoursAgo?: number; resource?: string }) {
  const { purpose, requests, unchanged = 0, hoursAgo = 0, resource = 'core' } = row;
  const hour = new Date(Math.floor(Date.now() / 3_600_000 - hoursAgo) * 3_600_000);
  const totals = { total_requests: requests, total_unchanged: unchanged, total_refused: 1, asked_at: new Date() };
  await base.db('github_usage').insert({ installation_id: id, resource, purpose, hour, requests, unchanged, refused: 1, ...totals });
}

async function seedLimit(id: string, limit: { remaining: number; resetsAt: Date }) {
  const { remaining, resetsAt } = limit;
  const row = { installation_id: id, resource: 'core', quota: 5000, remaining, resets_at: resetsAt, noted_at: new Date() };
  await base.db('github_limits').insert(row);
}

test('nothing was asked yet', async () => {
  const id = await seedInstallation(base.db);
  expect(await readBudget(id)).toMatchObject({
    installation_id: id,
    asked_at: null,
    unlimited: false,
    reserve: 0.2,
    paused_until: null,
    pause_reason: null,
    used: none,
    not_modified: 0,
    total: { requests: 0, not_modified: 0, refused: 0 },
    resources: [],
  });
  const unknown = await fetch(`${server.base}/api/installations/999999/budget`, { headers: withToken });
  expect(unknown.status).toBe(404);
  expect((await fetch(`${server.base}/api/installations/${id}/budget`)).status).toBe(401);
});

test('what is left, who used it in this hour, and what each class may still use', async () => {
  const id = await seedInstallation(base.db);
  const resetsAt = inMinutes(20);
  await seedLimit(id, { remaining: 1200, resetsAt });
  await seedUse(id, { purpose: 'sweep', requests: 40, unchanged: 11 });
  await seedUse(id, { purpose: 'actions', requests: 7, hoursAgo: 2 });
  await seedUse(id, { purpose: 'interactive', requests: 3, resource: 'graphql' });
  const budget = await readBudget(id);
  expect(budget).toMatchObject({
    unlimited: false,
    used: { interactive: 3, actions: 0, sweep: 40 },
    not_modified: 11,
    total: { requests: 50, not_modified: 11, refused: 3 },
    paused_until: null,
  });
  expect(budget.resources).toEqual([
    {
      resource: 'core',
      limit: 5000,
      remaining: 1200,
      reset_at: resetsAt.toISOString(),
      noted_at: expect.any(String),
      used: { ...none, sweep: 40 },
      not_modified: { ...none, sweep: 11 },
      refused: { ...none, sweep: 1 },
      shares: {
        interactive: { reserve: 0, available: 1200 },
        actions: { reserve: 500, available: 700 },
        sweep: { reserve: 1000, available: 200 },
      },
    },
    expect.objectContaining({ resource: 'graphql', limit: null, remaining: null, reset_at: null, shares: null }),
  ]);
});

test('a server without limits, a limit that was renewed, and why background work waits', async () => {
  const unlimited = await seedInstallation(base.db);
  await seedUse(unlimited, { purpose: 'sweep', requests: 1 });
  expect(await readBudget(unlimited)).toMatchObject({ unlimited: true, asked_at: expect.any(String) });
  const renewed = await seedInstallation(base.db);
  await seedLimit(renewed, { remaining: 0, resetsAt: inMinutes(-1) });
  expect(await readBudget(renewed)).toMatchObject({ paused_until: null, resources: [{ remaining: 5000, reset_at: null }] });
  const exhausted = await seedInstallation(base.db);
  const resetsAt = inMinutes(9);
  await seedLimit(exhausted, { remaining: 0, resetsAt });
  expect(await readBudget(exhausted)).toMatchObject({ paused_until: resetsAt.toISOString(), pause_reason: 'primary_limit' });
  const until = inMinutes(3);
  const row = { installation_id: exhausted, until, reason: 'secondary_limit', message: 'Slow down.', strikes: 1, noted_at: new Date() };
  await base.db('github_pauses').insert(row);
  expect(await readBudget(exhausted)).toMatchObject({
    paused_until: until.toISOString(),
    pause_reason: 'secondary_limit',
    pause_message: 'Slow down.',
  });
});

test('the same figures at /metrics', async () => {
  const id = await seedInstallation(base.db);
  await seedLimit(id, { remaining: 17, resetsAt: inMinutes(9) });
  await seedUse(id, { purpose: 'sweep', requests: 5, resource: 'search' });
  const { github_id: githubId } = await base.db('installations').where({ id }).first<{ github_id: string }>();
  const text = await (await fetch(`${server.base}/metrics`, { headers: withToken })).text();
  expect(text).toContain(`repowatch_github_rate_limit_remaining{installation="${githubId}",resource="core"} 17`);
  expect(text).toContain('repowatch_github_requests_total{class="sweep",resource="search",outcome="charged"} 5');
});
