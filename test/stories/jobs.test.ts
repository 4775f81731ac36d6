import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.ts';
import { quiet, reconcile, track } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface Job extends ApiObject {
  id: string;
  status: string;
  total: number;
  done: number;
  failed: number;
  progress: number;
  changes: number;
  errors: { repository: string; code: string }[];
}

/** Asks for a comparison and waits until its job is over. */
async function compare(path: string, body?: unknown): Promise<Job> {
  const { job } = await world.api<{ job: Job }>(path, { method: 'POST', status: 202, ...(body === undefined ? {} : { body }) });
  return await ended(job.id);
}

async function ended(id: string): Promise<Job> {
  return await world.eventually(`job ${id} over`, async () => {
    const job = await world.api<Job>(`/api/jobs/${id}`);
    return !['queued', 'running'].includes(job.status) && job;
  });
}

async function listChecks(fullName: string, query = ''): Promise<ApiObject[]> {
  return await world.list(`/api/repos/${fullName}/checks?${query}`);
}

async function push(repo: string, path: string, branch = 'main'): Promise<string> {
  await world.github!.setWebhooks('off');
  const sha = await world.github!.commitFile({ repo, branch, path, content: path, message: `Add ${path}` });
  await world.github!.setWebhooks('on');
  return sha;
}

test('what a check found is written down: first sight, changes with their head, nothing, errors, and that a person asked', async () => {
  const github = world.github!;
  const { fullName, head } = await track(world, 'checked');
  const initialized = await listChecks(fullName);
  expect(initialized).toMatchObject([{ result: 'initialized', trigger: 'schedule', branch: 'main', sha: head, times: 1, changes: 0 }]);
  expect(await world.api(`/api/repos/${fullName}`)).toMatchObject({ last_check_at: initialized[0]!['checked_at'] });

  await github.updateRef({ repo: fullName, ref: 'refs/heads/topic', sha: head });
  await quiet(world);
  const main = await push(fullName, 'a.txt');
  const topic = await push(fullName, 'b.txt', 'topic');
  const job = await compare(`/api/repos/${fullName}/reconcile`);
  expect(job).toMatchObject({
    kind: 'reconcile',
    status: 'done',
    target: fullName,
    total: 1,
    done: 1,
    failed: 0,
    progress: 1,
    changes: 2,
    repository: fullName,
  });
  const changed = await listChecks(fullName, 'result=changed');
  expect(changed.toSorted((one, other) => String(one['branch']).localeCompare(String(other['branch'])))).toMatchObject([
    {
      trigger: 'manual',
      requested_by: 'admin',
      job_id: job.id,
      branch: 'main',
      before: head,
      sha: main,
      message: 'Add a.txt',
      author: 'octocat',
      changes: 1,
    },
    { trigger: 'manual', branch: 'topic', sha: topic, message: 'Add b.txt', changes: 1 },
  ]);
  expect(Date.parse(String(changed[0]!['date']))).toBeGreaterThan(Date.now() - 600_000);
  expect(await listChecks(fullName, 'result=changed&branch=topic')).toHaveLength(1);
  expect(await listChecks(fullName, 'result=manual')).toMatchObject([{ result: 'manual', trigger: 'manual', job_id: job.id }]);

  await compare(`/api/repos/${fullName}/reconcile`);
  expect((await listChecks(fullName, 'limit=1'))[0]).toMatchObject({ result: 'no_change', trigger: 'manual', sha: main, branch: 'main' });

  await github.setFailure({ path: `/repos/${fullName}/branches`, status: 502, times: 1 });
  const failed = await compare('/api/reconcile', { repository: fullName });
  expect(failed).toMatchObject({
    status: 'failed',
    done: 0,
    failed: 1,
    progress: 1,
    errors: [{ repository: fullName, code: 'github_unavailable' }],
  });
  expect(await listChecks(fullName, 'result=error&branch=main')).toMatchObject([
    { error: { code: 'github_unavailable' }, job_id: failed.id },
  ]);
});

test('checks that find nothing one after the other are one record that counts, until something else comes', async () => {
  const { fullName } = await track(world, 'silent');
  const due = async () => {
    const before = await world.api(`/api/repos/${fullName}`);
    await world.database.db.raw('update repositories set reconcile_due_at = now(), refs_due_at = now() where full_name = ?', [fullName]);
    await world.eventually('checked', async () => (await world.api(`/api/repos/${fullName}`))['last_check_at'] !== before['last_check_at']);
  };
  for (let index = 0; index < 3; index += 1) await due();
  const [record, first] = await listChecks(fullName);
  expect(record).toMatchObject({ result: 'no_change', trigger: 'schedule', times: 3, requested_by: null });
  expect(String(record!['checked_at']) > String(record!['first_checked_at'])).toBe(true);
  expect(first).toMatchObject({ result: 'initialized' });
  await push(fullName, 'x.txt');
  await due();
  await due();
  expect((await listChecks(fullName)).map(({ result, times }) => `${String(result)} ${String(times)}`)).toEqual([
    'no_change 1',
    'changed 1',
    'no_change 3',
    'initialized 1',
  ]);
  const page = await world.api<{ data: ApiObject[]; meta: { next: string } }>(`/api/repos/${fullName}/checks?limit=3`);
  expect((await listChecks(fullName, `limit=3&cursor=${page.meta.next}`)).map(({ result }) => result)).toEqual(['initialized']);
  const edge = String(page.data[1]!['checked_at']);
  expect((await listChecks(fullName, `since=${edge}`)).map(({ result }) => result)).toEqual(['no_change', 'changed']);
  expect((await listChecks(fullName, `until=${edge}`)).map(({ result }) => result)).toEqual(['no_change', 'initialized']);
});

test('a job for all counts up, says who failed, and one failure stops nobody', async () => {
  const names = await Promise.all(['one', 'two', 'three'].map(async (name) => (await track(world, `all-${name}`)).fullName));
  await push(names[2]!, 'late.txt');
  const response = await fetch(`${world.url}/api/reconcile`, { method: 'POST', headers: { authorization: `Bearer ${adminToken}` } });
  const { job, requested } = (await response.json()) as { job: Job; requested: number };
  expect([response.status, response.headers.get('location')]).toEqual([202, `/api/jobs/${job.id}`]);
  expect(requested).toBe(job.total);
  expect(requested).toBeGreaterThanOrEqual(3);
  expect(await ended(job.id)).toMatchObject({ status: 'done', done: requested, failed: 0, progress: requested, target: 'all' });
  expect((await listChecks(names[2]!, 'result=changed'))[0]).toMatchObject({ trigger: 'manual', job_id: job.id });
  expect((await world.list('/api/jobs?kind=reconcile&limit=1'))[0]).toMatchObject({ id: job.id });
  const installation = String((await world.api(`/api/repos/${names[0]!}`))['installation_id']);
  expect(await compare('/api/reconcile', { installation })).toMatchObject({
    status: 'done',
    target: 'acme',
    installation_id: installation,
  });
});

test('a job goes on without a repository that disappears, and can be taken back', async () => {
  const { fullName } = await track(world, 'vanishing');
  const { fullName: kept } = await track(world, 'kept');
  const { db } = world.database;
  // A job whose repositories are not due, so that nobody does the work meanwhile.
  const made = await db.raw<{ rows: { id: string }[] }>(
    `with job as (insert into jobs (kind, target, requested_by, total) values ('reconcile', 'all', 'admin', 2) returning id)
     insert into job_items (job_id, repository_id, installation_id) select job.id, r.id, r.installation_id from job, repositories r
     where r.full_name in (?, ?) returning job_id as id`,
    [fullName, kept],
  );
  const jobId = made.rows[0]!.id;
  await db.raw(`update repositories set removed_at = now(), removed_reason = 'test' where full_name = ?`, [fullName]);
  await world.eventually('the lost one done', async () => (await world.api<Job>(`/api/jobs/${jobId}`)).done === 1);
  expect(await world.api<Job>(`/api/jobs/${jobId}`)).toMatchObject({ status: 'running', progress: 1, failed: 0 });
  expect(await world.api<Job>(`/api/jobs/${jobId}/cancel`, { method: 'POST' })).toMatchObject({ status: 'cancelled', done: 1 });
  await world.api(`/api/jobs/${jobId}/cancel`, { method: 'POST', status: 409 });
  await world.api('/api/jobs/999999', { status: 404 });
});

test('unknown names are 404, and what cannot be compared is said', async () => {
  await world.api('/api/repos/acme/nothing/reconcile', { method: 'POST', status: 404 });
  await world.api('/api/repos/acme/nothing/checks', { status: 404 });
  await world.api('/api/reconcile', { method: 'POST', body: { repository: 'acme/nothing' }, status: 404 });
  await world.api('/api/reconcile', { method: 'POST', body: { installation: '999999' }, status: 404 });
  await world.api('/api/reconcile', { method: 'POST', body: { repository: 'acme/kept', installation: '1' }, status: 422 });
  const refused = await world.api('/api/repos/acme/vanishing/reconcile', { method: 'POST', status: 409 });
  expect(refused['detail']).toBe('acme/vanishing cannot be compared: acme/vanishing is not part of the installation any more.');
  await world.database.db.raw(`update installations set suspended_at = now()`);
  const suspended = await world.api('/api/reconcile', { method: 'POST', body: { installation: '1' }, status: 409 });
  expect(suspended['detail']).toBe('acme cannot be compared: the installation is suspended.');
  await world.database.db.raw(`update installations set suspended_at = null, refusal = 'ip_allow_list'`);
  const blocked = await world.api('/api/repos/acme/kept/reconcile', { method: 'POST', status: 409 });
  expect(blocked['detail']).toContain('an IP allow list of its organisation keeps RepoWatch out');
  await world.eventually(
    'the door found open',
    async () => (await world.api('/api/installations/1'))['status'] !== 'blocked_by_ip_allow_list',
  );
  await world.api('/api/repos/acme/kept/checks?result=fine', { status: 422 });
});

test('an empty repository and one that answers 404 are no reason to stop', async () => {
  await world.github!.createRepository({ owner: 'acme', name: 'empty' });
  const found = await world.eventually('the empty one checked', async () => {
    const [check] = await listChecks('acme/empty').catch(() => []);
    return check;
  });
  expect(found).toMatchObject({ result: 'initialized', sha: null });
  await reconcile(world, 'acme/empty');
  expect((await listChecks('acme/empty'))[0]).toMatchObject({ result: 'no_change' });
});

test('the command asks a running server, counts up, and its exit code tells how it went', async () => {
  const { fullName } = await track(world, 'commanded');
  const run = async (words: string[], environment: Record<string, string> = {}) => {
    const [printed, told, drawn]: string[][] = [[], [], []];
    const code = await runProgram(
      {
        environment: { REPOWATCH_URL: world.url, REPOWATCH_TOKEN: adminToken, ...environment },
        version: '1.2.3',
        print: (line) => void printed!.push(line),
        tell: (line) => void told!.push(line),
        redraw: (line) => void drawn!.push(line),
        attended: environment['TERM'] === 'xterm',
        listenForStop: () => new AbortController().signal,
      },
      ['reconcile', ...words],
    );
    return { code, printed: printed!.join('\n'), told: told!.join('\n'), drawn: drawn! };
  };
  await push(fullName, 'cli.txt');
  const one = await run([fullName]);
  expect(one).toMatchObject({ code: 0, drawn: [] });
  expect(one.printed).toMatch(/^Job \d+ \(acme\/commanded\) is done: 1 of 1 compared, 0 failed, 1 change found, \d+\.\d s\.$/);
  expect(one.told).toMatch(/^0\/1 0 changes\n1\/1 acme\/commanded, 1 change$/);

  const bar = await run([fullName, '--json'], { TERM: 'xterm', REPOWATCH_TOKEN: '', ADMIN_TOKEN: adminToken });
  expect(JSON.parse(bar.printed)).toMatchObject({ kind: 'reconcile', status: 'done', done: 1, total: 1 });
  expect(bar.drawn.at(-1)).toMatch(/^\[#{24}\] 1\/1 acme\/commanded, 0 changes\n$/);

  await world.github!.setFailure({ path: `/repos/${fullName}/branches`, status: 500, times: 1 });
  const failed = await run([fullName]);
  expect(failed.code).toBe(1);
  expect(failed.printed).toContain(`${fullName}: github_unavailable: `);

  expect(await run([fullName, '--no-wait', '--json'])).toMatchObject({ code: 0, told: '' });
  expect(await run(['acme/nothing'])).toMatchObject({ code: 1, printed: '' });
  expect((await run(['acme/nothing'])).told).toContain('acme/nothing');
  expect((await run(['no-slash'])).told).toContain('owner/name');
  expect((await run([fullName], { REPOWATCH_TOKEN: 'a wrong token' })).code).toBe(1);
  expect((await run([], { REPOWATCH_URL: 'http://127.0.0.1:9' })).told).toContain('No RepoWatch answers at http://127.0.0.1:9');
  expect((await run([], { REPOWATCH_TOKEN: '' })).told).toContain('REPOWATCH_TOKEN is missing');
});
