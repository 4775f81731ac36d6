import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, withToken, type TestHttpServer } from '../../../test/support/http.ts';
import {
  seedChange,
  seedDelivery,
  seedInstallation,
  seedRepository,
  seedRun,
  seedThread,
  someSha,
  type SeededRepository,
  type SeededThread,
} from '../../../test/support/seed.ts';
import { insertJob } from '../../mirror/jobs.ts';
import { changeDetail } from '../schemas/change-detail.ts';
import { changeSummary } from '../schemas/change.ts';
import { pageOf } from '../schemas/common.ts';
import { deliveryDetail, deliverySummary } from '../schemas/delivery.ts';
import { installationSchema } from '../schemas/installation.ts';
import { configSchema, refSchema, repositoryEntry, repositorySchema } from '../schemas/repository.ts';
import { runDetail, runSummary } from '../schemas/run.ts';

let base: TestDatabase;
let server: TestHttpServer;
let repository: SeededRepository;
let other: SeededRepository;
let thread: SeededThread;

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
  repository = await seedRepository(base.db, 'Acme/App', { watches: ['deploy', 'notify'] });
  other = await seedRepository(base.db, 'acme/other');
  thread = await seedThread(base.db, repository);
  await seedThread(base.db, other);
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

async function get(path: string) {
  const response = await fetch(`${server.base}${path}`, { headers: withToken });
  return { status: response.status, body: (await response.json()) as never, link: response.headers.get('link') };
}

describe('deliveries', () => {
  const list = async (query: string) => pageOf(deliverySummary).parse((await get(`/api/deliveries?${query}`)).body).data;

  test('are listed newest first, without headers and payload', async () => {
    const { body } = await get('/api/deliveries');
    const { data } = pageOf(deliverySummary.strict()).parse(body);
    expect(data.map(({ id }) => Number(id))).toEqual(data.map(({ id }) => Number(id)).sort((a, b) => b - a));
    expect(data.at(-1)).toMatchObject({ id: thread.deliveryId, repository: { full_name: 'Acme/App' } });
  });

  test('are found by guid, event, status and repository in any case', async () => {
    const guid = '11111111-2222-3333-4444-555555555555';
    const id = await seedDelivery(base.db, repository, { guid, event: 'star', status: 'ignored', more: { code: 'unhandled_event' } });
    expect((await list(`guid=${guid}`)).map((row) => row.id)).toEqual([id]);
    expect((await list('event=star')).map((row) => row.id)).toEqual([id]);
    expect((await list('status=ignored')).map((row) => row.id)).toEqual([id]);
    expect((await list('repository=ACME/APP')).map((row) => row.id)).toEqual([id, thread.deliveryId]);
    expect(await list('repository=acme/unknown')).toEqual([]);
  });

  test('are found by time', async () => {
    const day = (offset: number) => new Date(Date.UTC(2040, 0, offset));
    const ids: string[] = [];
    for (const at of [1, 2, 3]) ids.push(await seedDelivery(base.db, null, { event: 'timed', more: { received_at: day(at) } }));
    const found = async (query: string) => (await list(`event=timed&${query}`)).map((row) => row.id);
    expect(await found(`since=${day(2).toISOString()}`)).toEqual([ids[2], ids[1]]);
    expect(await found(`until=${day(2).toISOString()}`)).toEqual([ids[0]]);
    expect(await found(`since=${day(2).toISOString()}&until=${day(3).toISOString()}`)).toEqual([ids[1]]);
  });

  test('one has its payload, its changes and their runs', async () => {
    const { body } = await get(`/api/deliveries/${thread.deliveryId}`);
    const detail = deliveryDetail.strict().parse(body);
    expect(detail).toMatchObject({ payload_encoding: 'json', payload: { ref: 'refs/heads/main' } });
    expect(detail.changes.map(({ id }) => id)).toEqual([thread.changeId]);
    expect(detail.runs.map(({ id }) => id)).toEqual([thread.runId]);
  });

  test('a body that is no UTF-8 comes as its exact bytes', async () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    const id = await seedDelivery(base.db, repository, { body });
    const detail = deliveryDetail.parse((await get(`/api/deliveries/${id}`)).body);
    expect(detail.payload_encoding).toBe('base64');
    expect(Buffer.from(String(detail.payload), 'base64')).toEqual(body);
  });

  test('an unknown one is a 404', async () => {
    expect((await get('/api/deliveries/999999')).status).toBe(404);
  });

  test('one is tried again', async () => {
    const response = await fetch(`${server.base}/api/deliveries/${thread.deliveryId}/retry`, { method: 'POST', headers: withToken });
    expect([response.status, await response.json()]).toEqual([202, { id: thread.deliveryId }]);
  });
});

describe('pages', () => {
  test('lead through everything once, by cursor and by Link', async () => {
    for (let index = 0; index < 5; index += 1) await seedDelivery(base.db, null, { event: 'paged' });
    const seen: string[] = [];
    let path: string | null = '/api/deliveries?event=paged&limit=2';
    for (let pages = 0; path !== null; pages += 1) {
      expect(pages).toBeLessThan(4);
      const { body, link }: { body: never; link: string | null } = await get(path);
      const { data, meta } = pageOf(deliverySummary).parse(body);
      seen.push(...data.map(({ id }) => id));
      expect(meta.next === null).toBe(link?.includes(`rel="next"`) !== true);
      const next = /<([^>]+)>; rel="next"/.exec(link ?? '')?.[1];
      path = next === undefined ? null : new URL(next).href.slice(server.base.length);
    }
    expect(new Set(seen).size).toBe(5);
    expect(pageOf(deliverySummary).parse((await get('/api/deliveries?event=paged&per_page=3')).body).data).toHaveLength(3);
  });

  test('are counted on request, wherever they begin', async () => {
    const meta = async (path: string) => pageOf(deliverySummary).parse((await get(path)).body).meta;
    const first = await meta('/api/deliveries?event=paged&limit=2&total=1');
    expect(first).toEqual({ next: expect.any(String), total: 5, total_is_at_least: false });
    expect(await meta(`/api/deliveries?event=paged&limit=2&total=true&cursor=${first.next}`)).toMatchObject({ total: 5 });
    expect(await meta('/api/deliveries?event=paged&limit=2')).toEqual({ next: expect.any(String) });
    await base.db.raw(`insert into deliveries (source, sender, guid, event, body, body_size, body_digest, lane, status)
      select 'webhook', 'app', 'many-' || n, 'many', '', 0, '', 'many', 'processed' from generate_series(1, 10001) n`);
    expect(await meta('/api/deliveries?event=many&limit=1&total=1')).toMatchObject({ total: 10_000, total_is_at_least: true });
    const others = ['changes', 'runs', 'jobs', 'audit', 'tickets', 'triggers', 'repos', 'projects', 'people', 'tokens', 'installations'];
    for (const list of [...others, 'destinations', 'breakers', 'recovery/deliveries'])
      expect([list, (await get(`/api/${list}?total=1`)).body]).toMatchObject([list, { meta: { total: expect.any(Number) } }]);
  });

  test('have the same filters', async () => {
    const status = async (path: string) => (await get(path)).status;
    const at = 'since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00%2B02:00';
    for (const list of ['deliveries', 'changes', 'runs', 'jobs', 'audit', 'tickets'])
      expect([list, await status(`/api/${list}?repository=acme/app&installation=${repository.installationId}&${at}`)]).toEqual([list, 200]);
    for (const [list, words] of Object.entries({ deliveries: 'errored,processed', runs: 'dead,queued', jobs: 'queued,running' }))
      expect([list, await status(`/api/${list}?status=${words}`)]).toEqual([list, 200]);
    const { body } = await get('/api/deliveries?status=processed,broken');
    expect(body).toMatchObject({ code: 'request_invalid', detail: expect.stringMatching(/status\.1: .*"errored"/) });
  });
});

describe('changes', () => {
  const list = async (query: string) => pageOf(changeSummary.strict()).parse((await get(`/api/changes?${query}`)).body).data;

  test('are found by repository, ref in both forms, type, origin and delivery', async () => {
    const tagged = await seedChange(base.db, repository, { ref: { kind: 'tag', name: 'v1', move: 'created' }, origin: 'reconcile' });
    const branch = await seedChange(base.db, repository, { ref: { name: 'v1', move: 'created' } });
    const ids = async (query: string) => (await list(query)).map(({ id }) => id);
    expect(await ids('repository=acme/app')).toEqual([branch, tagged, thread.changeId]);
    expect(await ids('ref=v1')).toEqual([branch, tagged]);
    expect(await ids('ref=refs/tags/v1')).toEqual([tagged]);
    expect(await ids('ref=refs/heads/v1')).toEqual([branch]);
    expect(await ids('type=tag.created')).toEqual([tagged]);
    expect(await ids('origin=reconcile')).toEqual([tagged]);
    expect(await ids(`delivery=${thread.deliveryId}`)).toEqual([thread.changeId]);
  });

  test('one says in a sentence what happened, and who was asked', async () => {
    const considered = [
      { watch: 'Deploy', key: 'deploy', matched: true },
      { watch: 'Notify', key: 'notify', matched: false, clause: 'on.push.branches', reason: 'main is not in release/**' },
    ];
    const id = await seedChange(base.db, repository, { considered });
    const runId = await seedRun(base.db, repository, { changeId: id });
    const detail = changeDetail.strict().parse((await get(`/api/changes/${id}`)).body);
    expect(detail.sentence).toMatch(/^mona pushed 1 commit to main/);
    expect(detail.considered[1]).toMatchObject({ ...considered[1], line: null, origin: null });
    expect(detail).toMatchObject({ considered_pruned_at: null, notes: [] });
    expect(detail.runs.map((run) => run.id)).toEqual([runId]);
  });
});

describe('runs', () => {
  test('are found by repository, watch, status and change', async () => {
    const changeId = await seedChange(base.db, repository);
    const runId = await seedRun(base.db, repository, { changeId, watch: 'notify', status: 'dead' });
    for (const query of ['watch=notify', 'status=dead', `change=${changeId}`, 'repository=acme/app&watch=notify']) {
      const { data } = pageOf(runSummary.strict()).parse((await get(`/api/runs?${query}`)).body);
      expect({ query, ids: data.map(({ id }) => id) }).toEqual({ query, ids: [runId] });
    }
  });

  test('one has its steps and attempts with what was sent and answered', async () => {
    const detail = runDetail.strict().parse((await get(`/api/runs/${thread.runId}`)).body);
    expect(detail.config).toMatchObject({ path: '.github/repowatch.yml', line: 3 });
    expect(detail.change.id).toBe(thread.changeId);
    expect(detail.steps[0]?.attempts).toMatchObject([
      { number: 1, status: 'failed', code: 'webhook_failed', request: { method: 'POST' }, response: { status: 503, body: 'busy' } },
      { number: 2, status: 'succeeded', response: { status: 200 } },
    ]);
  });

  test('one is replayed as a new one', async () => {
    const init = { method: 'POST', headers: { ...withToken, 'content-type': 'application/json' } };
    const response = await fetch(`${server.base}/api/runs/${thread.runId}/replay`, init);
    expect([response.status, await response.json()]).toEqual([202, { id: '4711', config: 'then', replay_of: thread.runId }]);
  });
});

describe('repositories', () => {
  const list = async (query: string) => {
    const { data } = pageOf(repositoryEntry.strict()).parse((await get(`/api/repos?${query}`)).body);
    return data.map((row) => row.full_name);
  };

  test('are found by installation, part of the name and status', async () => {
    const more = { removed_at: new Date() };
    await seedRepository(base.db, 'acme/gone', { installationId: other.installationId, more });
    await seedRepository(base.db, 'acme/100%_sure', { installationId: other.installationId, more: { archived: true } });
    expect(await list(`installation=${repository.installationId}`)).toEqual(['Acme/App']);
    expect(await list('q=APP')).toEqual(['Acme/App']);
    expect(await list('q=%25_')).toEqual(['acme/100%_sure']);
    expect(await list('status=removed')).toEqual(['acme/gone']);
    expect(await list('status=archived')).toEqual(['acme/100%_sure']);
    expect(await list('')).toEqual(['acme/100%_sure', 'acme/other', 'Acme/App']);
  });

  test('one is found in any case', async () => {
    expect(repositorySchema.strict().parse((await get('/api/repos/ACME/app')).body)).toMatchObject({
      id: repository.id,
      config_status: 'ok',
    });
    expect((await get('/api/repos/acme/nothing')).status).toBe(404);
  });

  test('branches and tags are listed by name, deleted ones on request', async () => {
    const owned = { repository_id: repository.id, installation_id: repository.installationId };
    const names = ['main', "'; drop table refs", '日本語', 'b'.repeat(255)];
    for (const name of names) await base.db('refs').insert({ ...owned, kind: 'branch', name, sha: someSha() });
    await base.db('refs').insert({ ...owned, kind: 'branch', name: 'old', deleted_at: new Date() });
    await base.db('refs').insert({ ...owned, kind: 'tag', name: 'v1', sha: someSha() });
    const all: string[] = [];
    let cursor = '';
    do {
      const { data, meta } = pageOf(refSchema.strict()).parse((await get(`/api/repos/acme/app/branches?limit=2${cursor}`)).body);
      all.push(...data.map(({ name }) => name));
      cursor = meta.next === null ? '' : `&cursor=${meta.next}`;
    } while (cursor !== '');
    expect(all.sort()).toEqual([...names].sort());
    const withDeleted = pageOf(refSchema).parse((await get('/api/repos/acme/app/branches?include_deleted=true')).body).data;
    expect(withDeleted.filter((ref) => ref.deleted_at !== null).map(({ name }) => name)).toEqual(['old']);
    expect(pageOf(refSchema).parse((await get('/api/repos/acme/app/tags')).body).data).toMatchObject([{ name: 'v1', ref: 'refs/tags/v1' }]);
  });

  test('a broken file is told beside the one in force', async () => {
    const problems = [{ message: 'Unknown key "wathces". Did you mean "watches"?', line: 2, column: 1, path: '', code: 'config_invalid' }];
    const change = { config_status: 'invalid', config_problems: JSON.stringify(problems), config_blob_sha: 'b'.repeat(40) };
    await base.db('repositories').where({ id: repository.id }).update(change);
    const config = configSchema.parse((await get('/api/repos/acme/app/config')).body);
    expect(config).toMatchObject({ status: 'invalid', config_sha: 'b'.repeat(40), problems });
    expect(config.in_force?.content).toContain('deploy');
  });
});

test('installations have a status from their facts', async () => {
  const suspended = await seedInstallation(base.db, 'slow', { suspended_at: new Date() });
  const deleted = await seedInstallation(base.db, 'gone', { suspended_at: new Date(), deleted_at: new Date() });
  const { data } = pageOf(installationSchema.strict()).parse((await get('/api/installations')).body);
  const status = (id: string) => data.find((row) => row.id === id)?.status;
  expect([status(suspended), status(deleted), status(repository.installationId)]).toEqual(['suspended', 'deleted', 'unmatched_user']);
  expect(installationSchema.parse((await get(`/api/installations/${repository.installationId}`)).body).repositories.tracked).toBe(1);
});

test('reconcile is asked for one repository or all', async () => {
  await insertJob(base.db, {
    kind: 'reconcile',
    target: 'all',
    installationId: null,
    requestedBy: 'admin',
    repositoryIds: [],
    at: new Date(),
  });
  const ask = async (body: unknown) => {
    const headers = { ...withToken, 'content-type': 'application/json' };
    const response = await fetch(`${server.base}/api/reconcile`, { method: 'POST', headers, body: JSON.stringify(body) });
    return response.status;
  };
  expect([await ask({}), await ask({ repository: 'acme/app' }), await ask({ repository: 'acme/nothing' })]).toEqual([202, 202, 404]);
});

test('what has not changed is 304, and no length is told for it', async () => {
  const read = (headers: Record<string, string>) => fetch(`${server.base}/api/jobs`, { headers: { ...withToken, ...headers } });
  const tag = (await read({})).headers.get('etag')!;
  for (const none of [tag, `W/${tag}`, `"x", W/${tag}`, '*']) {
    const { status, headers } = await read({ 'if-none-match': none });
    expect([status, headers.get('content-length'), headers.get('etag')]).toEqual([304, null, tag]);
  }
});
