import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { zeroSha } from '../../src/changes/ref-change.ts';
import type { SeededDelivery } from '../../src/stand-in/seed-deliveries.ts';
import { pingPayload, pushPayload, shaOf, type Payload } from '../support/payloads.ts';
import { configOf, dataOf, listMoves, quiet, reconcile, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

jest.setTimeout(120_000);

const hourMs = 3_600_000;
type Tracked = Awaited<ReturnType<typeof track>> & { ownerId: number };

const state = (world: TestApp) => world.api('/api/recovery');

/** Scans GitHub's record now and answers the state when that is over. */
async function recover(world: TestApp, body: Record<string, unknown> = {}): Promise<ApiObject> {
  const asked = new Date().toISOString();
  await world.api('/api/recovery', { method: 'POST', body, status: 202 });
  const after = await world.eventually(
    'the scan over',
    async () => {
      const now = await state(world);
      const proven = (now['window'] as { to: string } | null)?.to ?? '';
      return now['scanning'] === false && now['incomplete'] === false && proven >= asked && now;
    },
    90_000,
  );
  await quiet(world);
  return after;
}

/** As if RepoWatch had begun so many hours ago and had not looked since. */
async function beginHoursAgo(world: TestApp, hours: number): Promise<void> {
  await world.eventually('the first start', async () => (await world.database.db('recoveries').select('id')).length === 1);
  const at = new Date(Date.now() - hours * hourMs);
  await world.database.db('recoveries').update({ baseline_at: at, mark_at: at, listed_to: at, proven_from: at });
}

/** A tracked repository and whose it is: what a payload shows has to be what GitHub shows. */
async function trackAll(world: TestApp, name: string): Promise<Tracked> {
  const tracked = await track(world, name, config(world));
  const [row] = (await world.database.db('repositories').where({ github_id: tracked.id }).select('owner_github_id')) as {
    owner_github_id: string;
  }[];
  return { ...tracked, ownerId: Number(row!.owner_github_id) };
}

const config = (world: TestApp) => ({ '.github/repowatch.yml': configOf({ w: webhookWatch(`${world.sink.url}/w`) }) });

/** A push of a chain, at its time. */
function chained(tracked: Tracked, branch: string, push: { number: number; at: Date }): Payload {
  const [owner, name] = tracked.fullName.split('/') as [string, string];
  const sha = (number: number) => (number < 0 ? zeroSha : shaOf(`${tracked.fullName} ${branch} ${number}`));
  const payload = pushPayload({
    repository: { id: tracked.id, owner, ownerId: tracked.ownerId, name, private: true },
    installation: tracked.installation,
    branch,
    before: sha(push.number - 1),
    after: sha(push.number),
    commits: [{}],
  });
  return { ...payload, repository: { ...(payload['repository'] as Payload), pushed_at: Math.floor(push.at.getTime() / 1000) } };
}

const troubles: [status: string, statusCode: number][] = [
  ['Invalid HTTP Response: 500', 500],
  ['timed out', 504],
  ['failed to connect to host', 0],
  // Something else answered in our place.
  ['OK', 200],
];

describe('60 hours without a working address', () => {
  let world: TestApp;
  beforeAll(async () => {
    world = await startTestApp({ github: true });
  });
  afterAll(async () => world[Symbol.asyncDispose]());

  test('5,000 deliveries in the record: every one is held once and acted on once, in order per branch', async () => {
    const repositories = [await trackAll(world, 'app'), await trackAll(world, 'lib')];
    await quiet(world);
    await beginHoursAgo(world, 59.9);
    const [branches, perBranch] = [10, 20];
    const start = Date.now() - 59 * hourMs;
    const pushes = repositories.flatMap((tracked, place) =>
      Array.from({ length: branches * perBranch }, (_, index): SeededDelivery => {
        const at = new Date(start + index * 1_000_000 + place * 1_000);
        const [status, statusCode] = troubles[index % troubles.length]!;
        const payload = chained(tracked, `topic/${index % branches}`, { number: Math.floor(index / branches), at });
        return { event: 'push', guid: randomUUID(), payload, at, status, statusCode };
      }),
    );
    const again = pushes
      .filter((_, index) => index % 5 === 0)
      .map(({ guid, payload, at }): SeededDelivery => {
        const later = new Date((at as Date).getTime() + 1_200_000);
        return { event: 'push', guid: guid!, payload, at: later, redelivery: true, status: 'timed out', statusCode: 504 };
      });
    const stars = Array.from({ length: 5_000 - pushes.length - again.length }, (_, index): SeededDelivery => {
      const { id, fullName, installation } = repositories[index % 2]!;
      const payload = { action: 'created', repository: { id, full_name: fullName }, installation: { id: installation } };
      return { event: 'star', guid: randomUUID(), payload, at: new Date(start + index * 50_000) };
    });
    await hold(world, stars);
    await world.github!.seedDeliveries([...pushes, ...again, ...stars]);
    const calls = (await world.github!.apiCalls({ path: '/app/hook/deliveries' })).length;

    const after = await recover(world);

    expect(after).toMatchObject({
      missing: 400,
      recovered: 400,
      lost: 0,
      arrived: 0,
      pending: 0,
      gaps_24h: 0,
      summary: '0 gaps in the last 24 h',
    });
    expect(after['scanned']).toBeGreaterThanOrEqual(5_000);
    // A hundred a page and one for each that was missing; what happened to be recorded besides fits on one more.
    const spent = (await world.github!.apiCalls({ path: '/app/hook/deliveries' })).length - calls;
    expect(spent).toBeGreaterThanOrEqual(450);
    expect(spent).toBeLessThanOrEqual(452);
    const { rows } = await world.database.db.raw<{ rows: { held: number; rows: number; changes: number; runs: number }[] }>(
      `select count(distinct d.guid)::int as held, count(*)::int as rows,
         (select count(*)::int from changes where origin = 'recovered') as changes, (select count(*)::int from runs where status = 'succeeded') as runs
       from deliveries d where d.source = 'recovered' and d.status = 'processed'`,
    );
    expect(rows[0]).toEqual({ held: 400, rows: 400, changes: 400, runs: 400 });
    const effects = new Map<string, string[]>();
    for (const request of world.sink.requests) {
      const { repository } = request.json!['data'] as { repository?: { full_name: string } };
      const data = dataOf(request);
      const key = `${repository?.full_name ?? ''} ${(data['ref'] as { name: string }).name}`;
      effects.set(key, [...(effects.get(key) ?? []), String(data['after'])]);
    }
    const wanted = repositories.flatMap(({ fullName }) =>
      Array.from({ length: branches }, (_, branch) =>
        Array.from({ length: perBranch }, (_each, number) => shaOf(`${fullName} topic/${branch} ${number}`)),
      ),
    );
    const chains = (list: Iterable<string[]>) => [...list].map((chain) => chain.join()).sort();
    expect(chains(effects.values())).toEqual(chains(wanted));
    expect(world.sink.requests).toHaveLength(400);

    const list = await world.list('/api/deliveries?source=recovered&limit=100');
    expect(list).toHaveLength(100);
    expect(list[0]).toMatchObject({ source: 'recovered', sender: 'app', event: 'push', sent_at: expect.any(String) });
    expect(await world.list('/api/deliveries?source=trigger')).toEqual([]);

    // The webhook itself, late, and a second scan: nothing new.
    const late = pushes[17]!;
    expect(await world.deliver('push', late.payload, { guid: late.guid! })).toMatchObject({ status: 202 });
    expect(await recover(world)).toMatchObject({ missing: 400, recovered: 400 });
    expect(await world.list(`/api/deliveries?guid=${late.guid}`)).toMatchObject([{ source: 'recovered' }]);
    expect(world.sink.requests).toHaveLength(400);
  });

  test('a webhook that GitHub was told to send again, for a delivery that failed here, is processed again', async () => {
    const [{ id, guid } = {}] = await world.list('/api/deliveries?source=recovered&limit=1');
    const { payload } = await world.api(`/api/deliveries/${String(id)}`);
    const row = () => world.database.db('deliveries').where({ id });
    expect(await world.deliver('push', payload, { guid: String(guid) })).toMatchObject({ status: 202 });
    expect(await row().select('status', 'attempts')).toMatchObject([{ status: 'processed', attempts: 1 }]);
    await row().update({ status: 'errored', attempts: 8 });
    expect(await world.deliver('push', payload, { guid: String(guid) })).toMatchObject({ status: 202 });
    expect(await world.settled(String(guid))).toMatchObject({ status: 'ignored', code: 'already_known' });
    expect(world.sink.requests).toHaveLength(400);
  });
});

/** Deliveries that arrived as webhooks at their time, as rows. */
async function hold(world: TestApp, seeds: SeededDelivery[]): Promise<void> {
  const rows = seeds.map(({ guid, event, at }) => ({ guid, event, at }));
  await world.database.db.raw(
    `insert into deliveries (source, sender, guid, event, body, body_size, body_digest, lane, status, received_at, settled_at)
     select 'webhook', 'app', item.guid, item.event, '{}', 2, '', 'event:star', 'ignored', item.at, item.at
     from json_to_recordset(?::json) as item (guid text, event text, at timestamptz)`,
    [JSON.stringify(rows)],
  );
}

describe('what is recovered', () => {
  let world: TestApp;
  let tracked: Tracked;
  beforeAll(async () => {
    world = await startTestApp({ github: true, settings: { INTAKE: 'poll', RECOVERY_INTERVAL: '5s' } });
    tracked = await trackAll(world, 'app');
  });
  afterAll(async () => world[Symbol.asyncDispose]());

  test('without an address for webhooks real pushes are pulled and acted on, once', async () => {
    const github = world.github!;
    const refused = await fetch(`${world.url}/api/github/webhooks`, { method: 'POST', body: '{}' });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await refused.json()).toMatchObject({ code: 'intake_off' });
    const one = await github.commitFile({ repo: tracked.fullName, branch: 'main', path: 'a', content: '1' });
    const two = await github.commitFile({ repo: tracked.fullName, branch: 'main', path: 'a', content: '2' });
    await github.settled();
    await recover(world);
    const names = { [tracked.head]: 'A', [one]: 'B', [two]: 'C' };
    expect(await listMoves(world, tracked.fullName, names)).toEqual(['branch.updated main A..B', 'branch.updated main B..C']);
    expect(await world.list('/api/changes')).toMatchObject([{ origin: 'recovered' }, { origin: 'recovered' }]);
    expect(world.sink.requests).toHaveLength(2);
    await reconcile(world, tracked.fullName);
    expect(world.sink.requests).toHaveLength(2);
  });

  test('what a comparison has found already is not acted on again', async () => {
    const github = world.github!;
    const seen = await trackAll(world, 'seen');
    world.sink.requests.length = 0;
    // On a slow machine the next scan would come before the comparison.
    await world.eventually('no scan but those asked for', async () => {
      const { rows } = await world.database.db.raw<{ rows: unknown[] }>(
        `update recoveries set next_at = now() + interval '1 hour', version = version + 1 where phase is null returning id`,
      );
      return rows.length === 1;
    });
    for (const content of ['1', '2', '3']) await github.commitFile({ repo: seen.fullName, branch: 'main', path: 'a', content });
    await github.settled();
    await reconcile(world, seen.fullName);
    const acted = world.sink.requests.length;
    expect(acted).toBeGreaterThanOrEqual(1);
    await recover(world);
    const recovered = await world.list(`/api/deliveries?source=recovered&event=push&repository=${seen.fullName}`);
    expect(recovered).toHaveLength(3);
    for (const delivery of recovered) expect(delivery['code']).toMatch(/^(?:covered_by_reconcile|already_known)$/);
    expect(world.sink.requests).toHaveLength(acted);
  });

  test('a ping, an unknown event and numbers above 2^53 come as they were sent', async () => {
    const big = `{"action":"made","number":9007199254740993,"installation":{"id":${tracked.installation}}}`;
    const [ping, unknown] = await world.github!.seedDeliveries([
      { event: 'ping', payload: pingPayload(), status: 'timed out', statusCode: 504 },
      { event: 'mystery', payload: big, status: 'timed out', statusCode: 504 },
    ]);
    await recover(world);
    expect(await world.settled(ping!)).toMatchObject({ source: 'recovered', code: 'hook_verified' });
    const row = await world.settled(unknown!);
    expect(row).toMatchObject({ status: 'ignored', code: 'unhandled_event' });
    const { rows } = await world.database.db.raw<{ rows: { body: Buffer }[] }>('select body from deliveries where guid = ?', [unknown!]);
    expect(String(rows[0]!.body)).toBe(big);
    const detail = await fetch(`${world.url}/api/deliveries/${String(row['id'])}`, {
      headers: { authorization: 'Bearer admin-token-for-tests-only' },
    });
    expect(await detail.text()).toContain('"number":9007199254740993');
  });

  test('what GitHub does not have any more is lost, with a reason, and its repository is compared', async () => {
    const at = new Date();
    const payload = chained(tracked, 'lost', { number: 0, at });
    const [guid] = await world.github!.seedDeliveries([{ event: 'push', payload, at, status: 'timed out', statusCode: 504 }]);
    await world.github!.setFailure({ path: '/app/hook/deliveries/', status: 404, times: 3 });
    await recover(world);
    expect(await world.list('/api/recovery/deliveries?status=lost')).toMatchObject([
      { guid, status: 'lost', code: 'delivery_lost', delivery_id: null, event: 'push', answer: 'timed out', acknowledged: false },
    ]);
    expect(await state(world)).toMatchObject({ lost: 1, gaps_24h: 1, summary: '1 gap in the last 24 h' });
    const metrics = await (await fetch(`${world.url}/metrics`, { headers: { authorization: 'Bearer admin-token-for-tests-only' } })).text();
    expect(metrics).toMatch(/repowatch_recovery_deliveries\{outcome="lost"\} 1/);
    expect(metrics).toMatch(/repowatch_recovery_incomplete 0/);
  });

  test('a redelivery on GitHub of one that failed here is processed again', async () => {
    const [delivery] = await world.list('/api/deliveries?source=recovered&event=push&limit=1');
    const guid = String(delivery!['guid']);
    await world.database
      .db('deliveries')
      .where({ guid })
      .update({ status: 'errored', settled_at: new Date(Date.now() - 60_000) });
    await world.github!.redeliver(guid);
    await world.github!.settled();
    await recover(world);
    expect(await world.settled(guid)).not.toMatchObject({ status: 'errored' });
  });
});
