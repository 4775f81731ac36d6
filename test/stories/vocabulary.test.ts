import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { changeTypes } from '../../src/changes/change.ts';
import { issueCommentChangeTypes } from '../../src/changes/issue-comment-change.ts';
import { issueChangeTypes } from '../../src/changes/issue-change.ts';
import { memberChangeTypes } from '../../src/changes/member-change.ts';
import { pullRequestChangeTypes } from '../../src/changes/pull-request-change.ts';
import { releaseChangeTypes } from '../../src/changes/release-change.ts';
import {
  issueCommentPayload,
  issuesPayload,
  memberPayload,
  pullRequestPayload,
  releasePayload,
  type EventOptions,
} from '../support/github-events.ts';
import type { Payload } from '../support/payloads.ts';
import { configOf, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const events = ['push', 'create', 'delete', 'repository', 'pull_request', 'issues', 'issue_comment', 'release', 'member'];

/** Everything that GitHub makes happen; the rest is made by RepoWatch itself. */
const fromGitHub = changeTypes.filter(
  (type) => !/^(?:branch\.(?:joined|left)|schedule|manual|config|run|recovery|inbound|destination)/.test(type),
);

interface Kind {
  type: string;
  schema: object;
  data_schema: object;
}

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  const github = world.github!;
  await github.editApp({ events });
  const everything = configOf({ everything: webhookWatch(`${world.sink.url}/all`, { on: 'all' }) });
  await track(world, '.github', { '.github/repowatch.yml': everything });
  const { fullName, head } = await track(world, 'app', { '.github/repowatch.yml': everything });
  await makeNouns(fullName);
  await makeRefs(fullName, head);
  await github.archiveRepository(fullName);
  await github.archiveRepository(fullName, false);
  await github.editRepository(fullName, { private: false });
  await github.editRepository(fullName, { private: true });
  await github.editRepository(fullName, { defaultBranch: 'next' });
  await github.renameRepository(fullName, 'application');
  await github.createRepository({ owner: 'acme', name: 'fresh', files: { '.github/repowatch.yml': everything } });
  await settled();
  await github.deleteRepository('acme/application');
  await settled();
  await makeInstallations();
}, 120_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Waits until GitHub has sent everything, every delivery is settled and every run over; comparisons may still be made. */
async function settled(): Promise<void> {
  await world.github!.settled();
  await world.eventually('everything settled', async () => {
    const { rows } = await world.database.db.raw<{ rows: { open: string }[] }>(
      `select (select count(*) from deliveries where status in ('unprocessed', 'processing', 'reprocessing'))
         + (select count(*) from runs where status in ('queued', 'running', 'waiting')) as open`,
    );
    return rows[0]!.open === '0';
  });
}

/** Every action of the events that the stand-in does not play itself. */
async function makeNouns(repo: string): Promise<void> {
  const send = async (event: string, types: readonly string[], build: (options: EventOptions) => Payload) => {
    for (const type of types) {
      const action = type.slice(type.indexOf('.') + 1);
      const merged = type === 'pull_request.merged';
      const draft = type === 'release.unpublished';
      const payload = build({ action: merged ? 'closed' : action, ...(merged || draft ? { fields: { merged, draft } } : {}) });
      await world.github!.announceEvent({ repo, event, payload });
    }
  };
  await send('pull_request', pullRequestChangeTypes, (options) =>
    pullRequestPayload({ ...options, fields: { merged: false, state: 'open', ...options.fields } }),
  );
  await send('issues', issueChangeTypes, (options) => issuesPayload({ ...options, fields: { pull_request: undefined } }));
  await send('issue_comment', issueCommentChangeTypes, issueCommentPayload);
  await send('release', releaseChangeTypes, releasePayload);
  await send('member', memberChangeTypes, memberPayload);
  await settled();
}

async function makeRefs(repo: string, head: string): Promise<void> {
  const github = world.github!;
  const after = await github.commitFile({ repo, branch: 'main', path: 'a.txt', content: 'a' });
  for (const [ref, sha] of [
    ['refs/heads/next', after],
    ['refs/heads/gone', after],
    ['refs/tags/v1', head],
    ['refs/tags/v1', after],
  ] as const)
    await github.updateRef({ repo, ref, sha });
  await github.deleteRef({ repo, ref: 'refs/heads/gone' });
  await github.deleteRef({ repo, ref: 'refs/tags/v1' });
  await settled();
}

/** An installation that begins, changes and ends, all of it told to its owner's .github repository. */
async function makeInstallations(): Promise<void> {
  const github = world.github!;
  const everything = configOf({ everything: webhookWatch(`${world.sink.url}/all`, { on: 'all' }) });
  await github.createAccount('umbrella', 'Organization');
  for (const name of ['.github', 'one', 'two'])
    await github.createRepository({ owner: 'umbrella', name, files: { '.github/repowatch.yml': everything } });
  await github.installApp('umbrella', ['.github', 'one']);
  await settled();
  await github.addRepositories('umbrella', ['two']);
  await github.removeRepositories('umbrella', ['one']);
  await settled();
  await github.suspend('umbrella');
  await settled();
  await github.unsuspend('umbrella');
  await settled();
  const { rows } = await world.database.db.raw<{ rows: { payload: string }[] }>(
    `select convert_from(body, 'utf8') as payload from deliveries where event = 'installation' order by id desc limit 1`,
  );
  const { guid } = await world.deliver('installation', {
    ...(JSON.parse(rows[0]!.payload) as Payload),
    action: 'new_permissions_accepted',
  });
  await world.settled(guid);
  // Given away and taken in: `transferred`, and the end under the old owner.
  await github.addRepositories('umbrella', 'all');
  await github.transferRepository('acme/fresh', 'umbrella');
  await settled();
  await github.uninstall('umbrella');
  await settled();
}

async function listAll(path: string): Promise<ApiObject[]> {
  const { data, next } = await world.api<{ data: ApiObject[]; next?: string | null }>(path);
  return next ? [...data, ...(await listAll(next))] : data;
}

test('a real change of every type that GitHub makes fits its schema, in the API and at the receiver', async () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, code: { optimize: false } });
  const { data: kinds } = await world.api<{ data: Kind[] }>('/api/meta/changes');
  const shapes = new Map(
    kinds.map(({ type, schema, data_schema: data }) => [type, { body: ajv.compile(schema), data: ajv.compile(data) }] as const),
  );
  const wrong: string[] = [];
  const { rows } = await world.database.db.raw<{ rows: { type: string; data: unknown }[] }>('select type, data from changes order by id');
  for (const { type, data } of rows) {
    const judge = shapes.get(type)!.data;
    if (!judge(data)) wrong.push(`stored ${type}: ${ajv.errorsText(judge.errors)}`);
  }
  for (const { json } of world.sink.requests) {
    const judge = shapes.get(String(json!['type']))!.body;
    if (!judge(json)) wrong.push(`sent ${String(json['type'])}: ${ajv.errorsText(judge.errors)}`);
  }
  expect(wrong).toEqual([]);
  const stored = new Set(rows.map(({ type }) => type));
  const sent = new Set(world.sink.requests.map(({ json }) => String(json!['type'])));
  expect(fromGitHub.filter((type) => !stored.has(type))).toEqual([]);
  expect(fromGitHub.filter((type) => !sent.has(type))).toEqual([]);
});

test('each is told once', () => {
  const ids = world.sink.requests.map(({ json }) => (json!['data'] as Payload)['change_id']);
  expect(ids).toHaveLength(new Set(ids).size);
});

test('lists show every one of them with a sentence, and a head only where a ref moved', async () => {
  const changes = await listAll('/api/changes?limit=100');
  expect(changes.length).toBeGreaterThan(70);
  expect(changes.filter(({ sentence }) => !/^\S.{10,500}$/.test(String(sentence)) || /undefined|\bnull\b/.test(String(sentence)))).toEqual(
    [],
  );
  const heads = changes.filter(({ before, after, ref }) => before !== null || after !== null || ref !== null);
  expect(heads.filter(({ type }) => !/^(?:branch|tag)\./.test(String(type)))).toEqual([]);
});
