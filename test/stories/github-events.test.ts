import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  issueCommentPayload,
  issuesPayload,
  memberPayload,
  pullRequestPayload,
  releasePayload,
  type EventOptions,
} from '../support/github-events.ts';
import { senderObject, type Payload } from '../support/payloads.ts';
import { configOf, dataOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const events = ['push', 'create', 'delete', 'repository', 'pull_request', 'issues', 'issue_comment', 'release', 'member'];

let world: TestApp;
let app: Awaited<ReturnType<typeof track>>;

const sinkUrl = (path: string) => `${world.sink.url}/${path}`;
const at = (path: string) => world.sink.requests.filter((request) => request.path === `/${path}`);
const announce = (event: string, payload: Payload, sender?: string) =>
  world.github!.announceEvent({ repo: app.fullName, event, payload, ...(sender === undefined ? {} : { sender }) });
/** Sends it from outside, under a GUID of its own. */
const deliver = (event: string, payload: Payload) =>
  world.deliver(event, {
    ...payload,
    repository: { ...(payload['repository'] as Payload), id: app.id },
    installation: { id: app.installation },
  });
const changesOf = (type: string) => world.list(`/api/changes?repository=${app.fullName}&type=${type}&limit=100`);
const own = (options: EventOptions): EventOptions => ({
  ...options,
  repository: { id: app.id, name: 'app' },
  installation: app.installation,
});

beforeAll(async () => {
  world = await startTestApp({ github: true });
  await world.github!.editApp({ events });
  app = await track(world, 'app', {
    '.github/repowatch.yml': configOf({
      everything: webhookWatch(sinkUrl('all'), { on: 'all' }),
      merged: webhookWatch(sinkUrl('merged'), { on: { pull_request: { types: ['merged'], branches: ['main'] } } }),
      raw: webhookWatch(sinkUrl('raw'), { on: { issues: { types: ['opened'] } } }, { body: '${{ toJSON(event) }}' }),
      own: webhookWatch(sinkUrl('own'), { on: { issues: { types: ['opened'] } }, include_self: true }),
    }),
  });
}, 60_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('events of GitHub', () => {
  test('merged is one change with one run, however often and under whatever GUID it is told', async () => {
    const payload = pullRequestPayload({
      action: 'closed',
      fields: { id: 91, number: 91, state: 'closed', merged: true, merged_by: senderObject() },
    });
    const guid = await announce('pull_request', payload);
    await quiet(world);
    await world.github!.redeliver(guid!);
    await quiet(world);
    const twice = await deliver('pull_request', payload);
    expect(await world.settled(twice.guid)).toMatchObject({ status: 'ignored', code: 'already_known' });
    const [change, ...others] = await changesOf('pull_request.merged');
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      sentence: 'mona merged into main pull request #91 of acme/app: Read settings from one table',
      ref: null,
      before: null,
      after: null,
    });
    expect(at('merged').map((request) => dataOf(request)['pull_request'])).toEqual([expect.objectContaining({ number: 91, merged: true })]);
    expect(at('merged')[0]!.json).toMatchObject({ type: 'pull_request.merged', data: { change_id: change!['id'], watch: 'merged' } });
  });

  test('closed without merging is another word, and a watch for merged says why not', async () => {
    await announce(
      'pull_request',
      pullRequestPayload({ action: 'closed', fields: { id: 92, number: 92, state: 'closed', merged: false } }),
    );
    await quiet(world);
    const [change] = await changesOf('pull_request.closed');
    const detail = await world.api<{ considered: ApiObject[] }>(`/api/changes/${String(change!['id'])}`);
    expect(detail.considered.find(({ watch }) => watch === 'merged')).toMatchObject({ matched: false, clause: 'on.pull_request.types' });
    expect(at('merged')).toHaveLength(1);
  });

  test('a label added, removed and added again is three changes, though GitHub shows one second; a doubled one is not a fourth', async () => {
    const label = { id: 5, name: 'bug' };
    const payload = (action: string) => issuesPayload(own({ action, fields: { id: 51, number: 51 }, extra: { label } }));
    for (const action of ['labeled', 'unlabeled', 'labeled', 'labeled']) {
      const { guid } = await deliver('issues', payload(action));
      await world.settled(guid);
    }
    await quiet(world);
    expect([(await changesOf('issue.labeled')).length, (await changesOf('issue.unlabeled')).length]).toEqual([2, 1]);
    const [doubled] = await world.list('/api/deliveries?event=issues&status=ignored&limit=1');
    await world.api(`/api/deliveries/${String(doubled!['id'])}/retry`, { method: 'POST' });
    await quiet(world);
    expect(await changesOf('issue.labeled')).toHaveLength(2);
  });

  test('a release is published once, and again after it was unpublished', async () => {
    for (const action of ['created', 'published', 'released']) await announce('release', releasePayload({ action }));
    await quiet(world);
    expect(await changesOf('release.published')).toHaveLength(1);
    expect(at('all').filter((request) => request.json!['type'] === 'release.published')).toHaveLength(1);
    await announce('release', releasePayload({ action: 'unpublished', fields: { draft: true } }));
    await announce('release', releasePayload({ action: 'published' }));
    await announce('release', releasePayload({ action: 'released' }));
    await announce('release', releasePayload({ action: 'edited', fields: { draft: true } }));
    await quiet(world);
    expect(await changesOf('release.published')).toHaveLength(2);
    const [draft] = await world.list('/api/deliveries?event=release&limit=1');
    expect(draft).toMatchObject({ status: 'ignored', code: 'nothing_to_tell' });
  });

  test('somebody added, removed and added again is three changes', async () => {
    for (const action of ['added', 'removed', 'added', 'added']) await announce('member', memberPayload({ action }));
    await quiet(world);
    expect((await changesOf('member.added')).length + (await changesOf('member.removed')).length).toBe(3);
  });

  test('unknown actions and events are ignored with a reason; nothing comes of what the App has not subscribed to', async () => {
    const stacked = await deliver('pull_request', pullRequestPayload(own({ action: 'stacked' })));
    expect(await world.settled(stacked.guid)).toMatchObject({ status: 'ignored', code: 'unhandled_action' });
    const pinned = await deliver('issue_comment', issueCommentPayload(own({ action: 'pinned' })));
    expect(await world.settled(pinned.guid)).toMatchObject({ status: 'ignored', code: 'unhandled_action' });
    const unknown = await deliver('sub_issues', { action: 'sub_issue_added' });
    expect(await world.settled(unknown.guid)).toMatchObject({ status: 'ignored', code: 'unhandled_event' });
    expect(await announce('discussion', { action: 'created' })).toBeNull();
  });

  test('what our own bot did is a change that starts nothing, unless a watch includes it; other bots count', async () => {
    const opened = (number: number) => issuesPayload({ action: 'opened', fields: { id: number, number, pull_request: undefined } });
    await announce('issues', opened(61), 'repowatch[bot]');
    await quiet(world);
    const [mine] = await changesOf('issue.opened');
    const detail = await world.api<{ considered: ApiObject[]; runs: ApiObject[] }>(`/api/changes/${String(mine!['id'])}`);
    expect(detail.considered.find(({ watch }) => watch === 'everything')).toMatchObject({ matched: false, clause: 'include_self' });
    expect(detail.runs.map((run) => (run['watch'] as Payload)['key'])).toEqual(['own']);
    await world.github!.createAccount('dependabot[bot]', 'Bot');
    await announce('issues', opened(62), 'dependabot[bot]');
    await quiet(world);
    expect(at('own').map((request) => (dataOf(request)['issue'] as Payload)['number'])).toEqual([61, 62]);
    expect(at('raw')).toHaveLength(1);
  });

  test('the raw event comes without credentials and without addresses of accounts', async () => {
    const secret = randomUUID();
    const sender = { ...senderObject(), email: `${secret}@example.com` };
    const payload = issuesPayload({
      action: 'opened',
      fields: { id: 71, number: 71 },
      extra: { token: secret, hook: { secret, webgmeToken: secret } },
    });
    await announce('issues', { ...payload, sender });
    await quiet(world);
    const sent = world.sink.requests.filter((request) => request.body.includes('"number": 71') || request.body.includes('"number":71'));
    expect(sent).toHaveLength(3);
    expect(sent.filter((request) => request.body.includes(secret))).toEqual([]);
    expect(at('raw').at(-1)!.json).toMatchObject({ action: 'opened', issue: { number: 71 }, hook: {} });
  });

  test('the newest are found by type, and their thread tells them in a sentence', async () => {
    await announce('issue_comment', issueCommentPayload({ action: 'created', onPull: true }));
    await quiet(world);
    const [comment] = await changesOf('issue_comment.created');
    expect(comment).toMatchObject({ sentence: 'mona commented on pull request #7 of acme/app: I see it too.', ref: null });
    const delivery = await world.api<{ changes: ApiObject[] }>(`/api/deliveries/${String(comment!['delivery_id'])}`);
    expect(delivery.changes.map(({ sentence }) => sentence)).toEqual([comment!['sentence']]);
    await world.api(`/api/changes?type=issue_comment.pinned`, { status: 422 });
  });
});
