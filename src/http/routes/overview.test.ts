import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, withToken, type TestHttpServer } from '../../../test/support/http.ts';
import { seedPerson } from '../../../test/support/people.ts';
import { seedChange, seedDelivery, seedInstallation, seedRepository, seedRun, type SeededRepository } from '../../../test/support/seed.ts';
import { keepRates } from '../../flow/keep-rates.ts';
import { shapeRates } from '../read/rates.ts';
import { attentionList, type AttentionItem } from '../schemas/attention.ts';
import { ratesSchema, type Rates } from '../schemas/rates.ts';

let base: TestDatabase;
let server: TestHttpServer;
let app: SeededRepository;
let side: SeededRepository;
let rival: SeededRepository;
/** Sees acme/app and nothing else; sees all of acme. */
let viewer: string;
let manager: string;

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
  app = await seedRepository(base.db, 'acme/app', { watches: ['deploy', 'mail'] });
  side = await seedRepository(base.db, 'acme/side', { installationId: app.installationId });
  rival = await seedRepository(base.db, 'rival/app');
  const [{ github_id: githubId }] = await base.db('installations').where({ id: app.installationId }).select('github_id');
  const repositories = [{ githubId: app.githubId, permission: 'read' as const }];
  viewer = (await seedPerson(base.db, 'viewer', [{ githubId, manages: false, repositories }])).token;
  manager = (await seedPerson(base.db, 'manager', [{ githubId, manages: true, repositories: [] }])).token;
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await base[Symbol.asyncDispose]();
});

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

async function ask(path: string, token?: string): Promise<unknown> {
  const headers = token === undefined ? withToken : { authorization: `Bearer ${token}` };
  return await (await fetch(`${server.base}/api${path}`, { headers })).json();
}

/** A question that was not asked before, so that no answer is kept for it. */
let asked = 0;
async function rates(query: string, token?: string): Promise<Rates> {
  asked = (asked % 6) + 1;
  return ratesSchema.strict().parse(await ask(`/stats/rates?hours=${24 + asked}${query}`, token));
}

async function addThread(repository: SeededRepository, minutes: number, statuses: NonNullable<Parameters<typeof seedRun>[2]['status']>[]) {
  const [{ github_id: installation }] = await base.db('installations').where({ id: repository.installationId }).select('github_id');
  const at = ago(minutes);
  const deliveryId = await seedDelivery(base.db, repository, { more: { received_at: at, installation_github_id: installation } });
  for (const status of statuses) {
    const changeId = await seedChange(base.db, repository, { deliveryId, at });
    const more = { created_at: at, started_at: status === 'queued' ? null : new Date(at.getTime() + 2_000) };
    const run = await seedRun(base.db, repository, { changeId, status, more });
    const attempt = { run_id: run, installation_id: repository.installationId, position: 0, number: 1, status: 'succeeded' };
    const [from, to] = [new Date(at.getTime() + 2_000), new Date(at.getTime() + 2_300)];
    if (status === 'succeeded') await base.db('attempts').insert({ ...attempt, started_at: from, finished_at: to });
  }
}

test('every window has 49 to 97 parts that its slots fit into', () => {
  const now = new Date('2026-11-22T04:17:31Z');
  for (let hours = 1; hours <= 168; hours += 1) {
    const { bucket, level, from } = shapeRates(hours, now);
    const parts = (now.getTime() - from.getTime()) / 1000 / bucket;
    expect(bucket % level).toBe(0);
    expect(now.getTime() - from.getTime()).toBeGreaterThanOrEqual(hours * 3_600_000);
    expect(parts).toBeGreaterThanOrEqual(49);
    expect(parts).toBeLessThanOrEqual(97);
  }
});

test('rates count the same before and after they are counted into slots, for everybody only what they see', async () => {
  await addThread(app, 90, ['succeeded', 'succeeded', 'dead']);
  await addThread(app, 30, ['waiting', 'cancelled']);
  await addThread(side, 30, ['succeeded', 'failed']);
  await addThread(rival, 30, ['succeeded']);
  await addThread(app, 60 * 24 * 9, ['succeeded']);
  const look = async () => {
    const of = async (query: string, token?: string) => {
      const { totals, buckets } = await rates(query, token);
      const { queued: _queued, ...runs } = totals.runs;
      expect(buckets.reduce((sum, bucket) => sum + bucket.changes, 0)).toBe(totals.changes);
      return {
        deliveries: totals.deliveries,
        changes: totals.changes,
        runs,
        rate: totals.success_rate,
        delay: totals.delay,
        attempt: totals.attempt,
      };
    };
    return {
      admin: await of(''),
      manager: await of('', manager),
      viewer: await of('', viewer),
      one: await of('&repository=Acme/Side', manager),
      hidden: await of('&repository=rival/app', manager),
      installation: await of(`&installation=${rival.installationId}`),
    };
  };
  const live = await look();
  const none = { succeeded: 0, failed: 0, dead: 0, cancelled: 0, waiting: 0, running: 0 };
  const slow = (samples: number) => ({ p50_ms: 2000, p95_ms: 2000, samples });
  const quick = (samples: number) => ({ p50_ms: samples === 0 ? null : 300, p95_ms: samples === 0 ? null : 300, samples });
  expect(live.admin).toEqual({
    deliveries: 4,
    changes: 8,
    runs: { ...none, succeeded: 4, failed: 1, dead: 1, cancelled: 1, waiting: 1 },
    rate: 0.6667,
    delay: slow(8),
    attempt: quick(4),
  });
  expect(live.manager).toMatchObject({ deliveries: 3, changes: 7, runs: { succeeded: 3, failed: 1 } });
  expect(live.viewer).toMatchObject({
    deliveries: 2,
    changes: 5,
    runs: { ...none, succeeded: 2, dead: 1, cancelled: 1, waiting: 1 },
    attempt: quick(2),
  });
  expect(live.one).toMatchObject({ deliveries: 1, changes: 2, runs: { ...none, succeeded: 1, failed: 1 } });
  expect(live.hidden).toMatchObject({
    deliveries: 0,
    changes: 0,
    runs: none,
    rate: null,
    delay: { p50_ms: null, p95_ms: null, samples: 0 },
  });
  expect(live.installation).toMatchObject({ deliveries: 1, changes: 1, runs: { ...none, succeeded: 1 } });

  const settle = () => base.db.raw(`update rate_marks set seen_at = seen_at - interval '1 minute'`);
  await keepRates({ db: base.db });
  await settle();
  await keepRates({ db: base.db });
  const [slots] = await base.db('rates').where({ repository_id: 0, seconds: 300 }).sum('runs as runs');
  expect(Number(slots!['runs'])).toBe(8);
  expect(await look()).toEqual(live);

  // How a run stands may change long after it was counted; and what comes in meanwhile, also with an old time, is counted once.
  await base.db('runs').where({ status: 'waiting' }).update({ status: 'succeeded' });
  await addThread(app, 90, ['succeeded']);
  const later = await rates('', viewer);
  expect(later.totals.runs).toMatchObject({ succeeded: 4, waiting: 0, dead: 1, cancelled: 1 });
  await settle();
  await keepRates({ db: base.db });
  await settle();
  await keepRates({ db: base.db });
  expect((await rates('', viewer)).totals.runs).toEqual(later.totals.runs);
});

test('attention names what needs a person, once, to whoever sees it, and nothing that was dealt with', async () => {
  const { db } = base;
  const changeId = await seedChange(db, app);
  const dead = { status: 'dead' as const, changeId, watch: 'mail' };
  const first = await seedRun(db, app, { ...dead, more: { message: 'The receiver answered 500.' } });
  const dealt = await seedRun(db, side, { changeId: await seedChange(db, side), status: 'dead' });
  await seedRun(db, side, { changeId: await seedChange(db, side), more: { replay_of: dealt } });
  const blocking = await seedRun(db, app, {
    changeId: await seedChange(db, app),
    status: 'dead',
    more: { blocks: true, lane: 'prod', strict: true },
  });
  await seedRun(db, app, { changeId: await seedChange(db, app), status: 'queued', more: { lane: 'prod', seq: 2 } });
  const errored = await seedDelivery(db, rival, { status: 'errored', more: { code: 'internal_error', reason: 'It broke.' } });
  await db('repositories')
    .where({ id: side.id })
    .update({ config_status: 'invalid', config_problems: JSON.stringify([{ line: 4, message: '`on` is missing.' }]) });
  const content = '# ${{ secrets.COMMENT }}\nwatches:\n  deploy: { with: { token: "${{ secrets.gone }}" } }\n';
  await db('configs').where({ id: app.configId }).update({ content });
  await db('destinations').insert({ installation_id: app.installationId, origin: 'https://hooks.example', state: 'disabled' });
  const suspended = await seedInstallation(db, 'sleepy', { suspended_at: new Date() });

  const of = async (token?: string) => attentionList.strict().parse(await ask('/attention', token)).data;
  const tell = ({ kind, title }: AttentionItem) => `${kind}: ${title}`;
  const all = await of();
  expect(
    all
      .map(tell)
      .filter((line) => !/installation_unmatched/.test(line))
      .toSorted(),
  ).toEqual([
    'config_invalid: The configuration of acme/side has errors',
    'deliveries_errored: 1 delivery for rival/app could not be processed',
    'destination_disabled: https://hooks.example is switched off',
    'installation_suspended: The installation on sleepy is suspended',
    'lane_blocked: deploy in acme/app stands still',
    'runs_dead: 1 run of deploy in acme/app died',
    'runs_dead: 1 run of mail in acme/app died',
    'secret_missing: acme/app names the secret GONE, which is not there',
  ]);
  const severities = all.map(({ severity }) => ['high', 'medium', 'low'].indexOf(severity));
  expect(severities).toEqual(severities.toSorted((one, other) => one - other));
  const find = (kind: string, watch?: string) =>
    all.find((item) => item.kind === kind && (watch === undefined || item.target.watch === watch))!;
  expect(find('lane_blocked')).toMatchObject({
    count: 1,
    target: { run: blocking, lane: 'prod', repository: { id: app.id, full_name: 'acme/app' } },
  });
  expect(find('runs_dead', 'mail')).toMatchObject({
    target: { run: first, installation: { login: 'acme' } },
    detail: expect.stringContaining('answered 500'),
  });
  expect(find('deliveries_errored').target.delivery).toBe(errored);
  expect(find('config_invalid').detail).toContain('Line 4: `on` is missing.');
  expect(find('installation_suspended').target.installation).toEqual({ id: suspended, login: 'sleepy' });
  const kinds = (items: AttentionItem[]) => [...new Set(items.map(({ kind }) => kind))].toSorted();
  expect(kinds(await of(viewer))).toEqual(['lane_blocked', 'runs_dead', 'secret_missing'].toSorted());
  expect(kinds(await of(manager))).toEqual(['config_invalid', 'destination_disabled', 'lane_blocked', 'runs_dead', 'secret_missing']);

  const owner = { scope: 'installation', installation_id: app.installationId, name: 'GONE', key_id: 'k1' };
  const sealed = Object.fromEntries(
    ['ciphertext', 'nonce', 'tag', 'wrapped_key', 'wrap_nonce', 'wrap_tag'].map((name) => [name, Buffer.alloc(1)]),
  );
  await db('secrets').insert({ id: '00000000-0000-4000-8000-000000000000', ...owner, ...sealed });
  await db('runs').where({ status: 'dead' }).update({ status: 'cancelled', blocks: false });
  const deadline = Date.now() + 10_000;
  let left = kinds(await of(manager));
  while (left.length > 2 && Date.now() < deadline) left = kinds(await of(manager));
  expect(left).toEqual(['config_invalid', 'destination_disabled']);
});
