import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pruneWhyNot } from '../../src/flow/prune-why-not.ts';
import { quiet, track } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';
import type { Detail, Tried, Verdict, Why } from '../support/trial.ts';

const path = '.github/repowatch.yml';

let world: TestApp;
let repo: string;
/** What is in force while the pushes of this story come. */
let content: string;

const post = <T>(url: string, body: unknown, status = 200) => world.api<T>(url, { method: 'POST', body, status });
const simulate = (body: Record<string, unknown>) => post<Tried>('/api/config/simulate', { content, repository: repo, ...body });
const plain = ({ key, matched, clause, reason, line, column }: Verdict) => ({ key, matched, clause, reason, line, column });

async function countRows(): Promise<unknown> {
  const tables = ['changes', 'runs', 'configs', 'deliveries', 'watches', 'attempts'];
  const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ');
  return (await world.database.db.raw<{ rows: unknown[] }>(`select ${counts}`)).rows[0];
}

const listIds = async (name = repo) =>
  (await world.list(`/api/changes?repository=${name}&limit=100`)).map(({ id }) => String(id)).toReversed();

beforeAll(async () => {
  world = await startTestApp({ github: true });
  content = `version: 1
watches:
  main:
    on:
      push:
        branches: [main]
    steps:
      - uses: webhook
        with:
          url: ${world.sink.url}/main
          headers: { authorization: 'Bearer \${{ secrets.KEY }}' }
          body: { head: '\${{ after }}' }
  sources:
    on: { push: { paths: ['src/**'] } }
    if: \${{ !contains(event.head_commit.message, 'skip') }}
    steps: &send
      - { uses: webhook, with: { url: "${world.sink.url}/sources" } }
  versions: { on: [tag, issues], mode: dry-run, steps: *send }
  paused: { on: push, mode: off, steps: *send }
`;
  repo = (await track(world, 'app', { [path]: content })).fullName;
  const github = world.github!;
  await github.commitFile({ repo, branch: 'main', files: { 'src/a.ts': '1' } });
  await github.commitFile({ repo, branch: 'main', files: { 'src/a.ts': '2' }, message: 'skip this' });
  await github.commitFile({ repo, branch: 'main', files: { 'docs.md': '1' } });
  await quiet(world);
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('a file on changes that happened', () => {
  test('says exactly what happened while it was in force, and leaves no trace', async () => {
    const before = await countRows();
    const sent = world.sink.requests.length;
    const tried = await simulate({ changes: 100 });
    expect(await countRows()).toEqual(before);
    expect(world.sink.requests).toHaveLength(sent);

    const real = await Promise.all((await listIds()).map((id) => world.api<Detail>(`/api/changes/${id}`)));
    expect(real).toHaveLength(3);
    expect(tried.changes.map((change) => change.considered.map(plain))).toEqual(real.map(({ considered }) => considered.map(plain)));
    expect(tried.changes.map(({ would_run: keys }) => keys)).toEqual(real.map(({ runs }) => runs.map(({ watch }) => watch.key)));
    expect(tried).toMatchObject({ status: 'ok', complete: true, missing: [], problems: [] });
    expect(tried.summary).toBe('It would have run 4 times on these 3 changes of acme/app: main 3, sources 1.');
    expect(tried.watches.map(({ id, runs, refused }) => [id, runs, refused])).toEqual([
      ['main', 3, {}],
      ['sources', 1, { if: 1, 'on.push.paths': 1 }],
      ['versions', 0, { on: 3 }],
      ['paused', 0, { mode: 3 }],
    ]);
  });

  test('points at the clause that said no, where it is written', async () => {
    const [, second, third] = (await simulate({})).changes;
    const place = (change: Tried['changes'][number] | undefined, key: string) => change?.considered.find((verdict) => verdict.key === key);
    expect(place(second, 'sources')).toMatchObject({ clause: 'if', line: 15, column: 5, origin: `${path}:15:5` });
    expect(place(third, 'sources')).toMatchObject({ clause: 'on.push.paths', line: 14, column: 19 });
    expect(place(third, 'versions')).toMatchObject({ clause: 'on', line: 18, column: 15 });
    expect(place(third, 'main')).toMatchObject({ matched: true, clause: null, line: 3, column: 3 });
    expect(second?.sentence).toContain('pushed 1 commit to main');
  });

  test('can be asked of some changes, of few, and without the watches that said no', async () => {
    const other = (await track(world, 'other')).fullName;
    await world.github!.commitFile({ repo: other, branch: 'main', files: { a: '1' } });
    await quiet(world);
    const [first, ...rest] = await listIds();
    const [foreign] = await listIds(other);
    const some = await simulate({ changes: [first, foreign, '999999'] });
    expect(some.changes.map(({ id }) => id)).toEqual([first]);
    expect(some.missing).toEqual([foreign, '999999']);
    const last = await simulate({ changes: { last: 5 }, limit: 1, verdicts: 'matched' });
    expect(last.changes.map(({ id, considered }) => [id, considered.map(({ key }) => key)])).toEqual([[rest.at(-1), ['main']]]);
  });

  test('fills in the steps, with the names of secrets in place of their values', async () => {
    await world.api('/api/secrets/KEY', { method: 'PUT', body: { value: 'the real value', scope: 'repository', repository: repo } });
    const [id] = await listIds();
    const tried = await simulate({ changes: [id] });
    const [step] = tried.changes[0]!.steps!['main']!;
    const head = (await world.api<{ after: string }>(`/api/changes/${id}`)).after;
    expect(step).toMatchObject({
      uses: 'webhook',
      would: 'run',
      problem: null,
      secrets: ['KEY'],
      with: { headers: { authorization: 'Bearer ${{ secrets.KEY }}' }, body: { head } },
    });
    expect(JSON.stringify(tried)).not.toContain('the real value');
  });
});

describe('a file on an event', () => {
  const event = {
    payload: {
      ref: 'refs/heads/feature',
      before: '1'.repeat(40),
      after: '2'.repeat(40),
      commits: [{ id: '2'.repeat(40), message: 'm', added: ['src/x.ts'], modified: [], removed: [] }],
      repository: {
        id: 5,
        name: 'x',
        full_name: 'o/x',
        private: false,
        owner: { id: 6, login: 'o', type: 'User' },
        default_branch: 'main',
      },
      sender: { id: 7, login: 'mona', type: 'User' },
    },
  };

  test('needs no repository; the event is guessed from its payload', async () => {
    const tried = await post<Tried>('/api/config/simulate', { content, event });
    expect(tried.changes).toHaveLength(1);
    expect(tried.changes[0]).toMatchObject({ id: null, type: 'branch.updated', ref: 'refs/heads/feature', would_run: ['sources'] });
    expect(tried.changes[0]!.considered[0]).toMatchObject({ key: 'main', clause: 'on.push.branches', line: 6, column: 9 });
  });

  test('is refused when it says too much, too little, or means nothing', async () => {
    const refusal = async (body: Record<string, unknown>, status = 422) =>
      (await post<{ code: string; detail: string }>('/api/config/simulate', { content, ...body }, status)).detail;
    expect(await refusal({ event, changes: 3 })).toContain('either changes or an event');
    expect(await refusal({})).toContain('Name the `repository`');
    expect(await refusal({ repository: repo, changes: 1001 })).toContain('changes');
    expect(await refusal({ repository: 'acme/nothing', changes: 1 }, 404)).toContain('acme/nothing');
    expect(await refusal({ event: { payload: { hello: 1 } } })).toContain('Give its `name`');
    expect(await refusal({ event: { name: 'star', payload: {} } })).toContain('RepoWatch does not act on the event');
  });
});

describe('checking a file', () => {
  test('answers 200 with every problem and its place; bad requests are refused', async () => {
    const bad = await post<{ status: string; problems: ApiObject[] }>('/api/config/validate', {
      content: 'version: 1\nwatches:\n  w:\n    on: pusch\n    steps: []\n',
    });
    expect(bad).toMatchObject({ status: 'invalid', watches: [] });
    expect(bad.problems[0]).toMatchObject({
      line: 4,
      column: 9,
      severity: 'error',
      code: expect.any(String),
      message: expect.stringContaining('push'),
      hint: expect.any(String),
    });
    const good = await post<{ watches: ApiObject[] }>('/api/config/validate', { content, repository: repo, path: 'x.yml' });
    expect(good).toMatchObject({ status: 'ok', problems: [] });
    expect(good.watches[0]).toMatchObject({ id: 'main', line: 3, column: 3, on: ['push'], steps: ['webhook'], secrets: ['KEY'] });
    const huge = await post<{ problems: ApiObject[] }>('/api/config/validate', { content: `#${'x'.repeat(200_000)}` });
    expect(huge.problems).toMatchObject([{ code: 'config_too_large' }]);
    await post('/api/config/validate', {}, 422);
    await post('/api/config/validate', { content: 'x'.repeat(2_000_000) }, 413);
  });

  test('an organisation’s layer counts: what it allows, and its watches with their own file', async () => {
    const layer = `version: 1\nallow: { actions: [webhook] }\nmandatory:\n  audit:\n    on: tag\n    steps: [{ uses: webhook, with: { url: "${world.sink.url}/audit" } }]\n`;
    await track(world, '.github', { [path]: layer });
    await quiet(world);
    const script = 'version: 1\nwatches:\n  s: { on: push, steps: [{ uses: script, with: { run: "export default () => 1" } }] }\n';
    const judged = await post<{ problems: ApiObject[] }>('/api/config/validate', { content: script, repository: repo });
    expect(judged.problems).toMatchObject([{ code: 'not_allowed_by_layer', line: 3 }]);
    expect(await post('/api/config/validate', { content: script })).toMatchObject({ status: 'ok' });
    expect(await post('/api/config/validate', { content: layer })).toMatchObject({ status: 'invalid' });
    expect(await post('/api/config/validate', { content: layer, organization: true })).toMatchObject({
      status: 'ok',
      watches: [{ mandatory: true }],
    });
    const tried = await simulate({ changes: 1 });
    expect(tried.watches.find(({ id }) => id === 'audit')).toMatchObject({ layer: 'organization', refused: { on: 1 } });
    const audit = tried.changes[0]!.considered.find(({ key }) => key === 'audit');
    expect(audit).toMatchObject({ clause: 'on', line: 5, column: 5, origin: `acme/.github:${path}:5:5` });
  });
});

describe('why not', () => {
  test('the last changes with what a watch said, its runs, and what keeps it from running now', async () => {
    const sources = await world.api<Why>(`/api/repos/${repo}/why?watch=sources`);
    expect(sources.data.map(({ verdict, clause, line }) => [verdict, clause, line])).toEqual([
      ['refused', 'on.push.paths', 14],
      ['refused', 'if', 15],
      ['matched', null, 13],
    ]);
    expect(sources.data.map(({ runs }) => runs.length)).toEqual([0, 0, 1]);
    expect(sources).toMatchObject({ watch: { key: 'sources', origin: `${path}:13` }, obstacles: [] });
    const page = await world.api<Why>(`/api/repos/${repo}/why?watch=paused&limit=1&since=2020-01-01T00:00:00Z`);
    expect(page.data).toHaveLength(1);
    expect(page.obstacles.map(({ code }) => code)).toEqual(['watch_off']);
    expect((await world.api<Why>(`/api/repos/${repo}/why?watch=main&since=2999-01-01T00:00:00Z`)).data).toEqual([]);
    const unknown = await world.api<{ detail: string }>(`/api/repos/${repo}/why?watch=source`, { status: 404 });
    expect(unknown.detail).toContain('Did you mean `sources`?');
    await world.api(`/api/repos/${repo}/why`, { status: 422 });
    await world.api(`/api/repos/${repo}`, { method: 'PATCH', body: { enabled: false } });
    expect((await world.api<Why>(`/api/repos/${repo}/why?watch=main`)).obstacles.map(({ code }) => code)).toEqual(['repository_disabled']);
    await world.api(`/api/repos/${repo}`, { method: 'PATCH', body: { enabled: true } });
  });

  test('a file on another branch is not live, and a repository without one says so', async () => {
    const { fullName: bare, head } = await track(world, 'bare');
    await world.github!.updateRef({ repo: bare, ref: 'refs/heads/try', sha: head });
    await world.github!.commitFile({ repo: bare, branch: 'try', files: { [path]: content } });
    await quiet(world);
    const detail = await world.api<Detail>(`/api/changes/${(await listIds(bare)).at(-1)}`);
    expect(detail.notes).toEqual([`It changes ${path} on try, where the file is not live: only the one on main counts.`]);
    expect(detail.runs).toEqual([]);
  });

  test('is kept for a time, then forgotten in small steps; changes and runs stay, and it says so', async () => {
    const ids = await listIds();
    const old = ids.slice(0, 2);
    const { db } = world.database;
    await db.raw(`update changes set created_at = now() - interval '31 days' where id = any(?::bigint[])`, [old]);
    const before = await Promise.all(ids.map((id) => world.api<Detail>(`/api/changes/${id}`)));
    expect(await pruneWhyNot(world.app.context)).toBe(2);
    expect(await pruneWhyNot(world.app.context)).toBe(0);
    const after = await Promise.all(ids.map((id) => world.api<Detail>(`/api/changes/${id}`)));
    expect(after.map(({ considered }) => considered.length > 0)).toEqual([false, false, true]);
    expect(after.map((change) => change.considered_pruned_at !== null)).toEqual([true, true, false]);
    expect(after[0]!.notes[0]).toContain('WHY_NOT_DAYS');
    expect(after.map(({ runs }) => runs)).toEqual(before.map(({ runs }) => runs));
    const { data } = await world.api<Why>(`/api/repos/${repo}/why?watch=main`);
    expect(data.map(({ verdict }) => verdict)).toEqual(['matched', 'forgotten', 'forgotten']);
    expect(data[2]!.runs).toHaveLength(1);
  });
});

test('1,000 changes on 50 watches: every one is judged, and nothing begins', async () => {
  const { db } = world.database;
  const [id] = await listIds();
  await db.raw(
    `insert into changes (repository_id, installation_id, delivery_id, type, origin, ref_name, before, after, meaning, actor, data, happened_at)
     select c.repository_id, c.installation_id, c.delivery_id, c.type, c.origin, c.ref_name, c.before, c.after, 'copy ' || n, c.actor, c.data, c.happened_at
     from changes c, generate_series(1, 1000) n where c.id = ?`,
    [id!],
  );
  const rules = ['push', '{ push: { branches: [main] } }', '{ push: { paths: ["src/**"] } }', '{ push: { branches: [dev] } }', 'tag'];
  const watch = (_: unknown, index: number) =>
    `  w${index}:\n    on: ${rules[index % 5]}\n${index === 0 ? '    if: ${{ event.after == after }}\n' : ''}    steps: [{ uses: webhook, with: { url: "https://x.example" } }]\n`;
  const many = `version: 1\nwatches:\n${Array.from({ length: 50 }, watch).join('')}`;
  const before = await countRows();
  const tried = await simulate({ content: many, changes: 1000 });
  expect(await countRows()).toEqual(before);
  expect(tried).toMatchObject({ complete: true });
  expect(tried.changes).toHaveLength(1000);
  const own = tried.watches.filter(({ layer }) => layer === 'file');
  expect(own.map(({ runs }) => runs)).toEqual(Array.from({ length: 50 }, (_, index) => (index % 5 < 3 ? 1000 : 0)));
  expect(own.slice(0, 5).map(({ refused }) => refused)).toEqual([{}, {}, {}, { 'on.push.branches': 1000 }, { on: 1000 }]);
  expect(tried.changes.every(({ considered }) => considered.length === 30)).toBe(true);
}, 60_000);
