import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { serverSettings } from '../support/crash-world.ts';
import { openEvents, type EventClient } from '../support/event-client.ts';
import { createServerProcess } from '../support/server-process.ts';
import { configOf, dataOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

// A server process starts and is killed, and its silence has to be long enough.
jest.setTimeout(120_000);

let world: TestApp;
let fullName: string;
const clients: EventClient[] = [];

beforeAll(async () => {
  world = await startTestApp({ github: true, settings: { PRESENCE_TIMEOUT: '6s' } });
  const watches = {
    who: webhookWatch(`${world.sink.url}/who`, { on: 'presence' }),
    joined: webhookWatch(`${world.sink.url}/joined`, { on: { branch: { types: ['joined'], branches: ['release/**'] } } }),
    pushed: webhookWatch(`${world.sink.url}/pushed`, { on: 'push' }),
  };
  const { head, ...app } = await track(world, 'app', { '.github/repowatch.yml': configOf(watches) });
  fullName = app.fullName;
  await world.github!.updateRef({ repo: fullName, ref: 'refs/heads/release/1', sha: head });
  await quiet(world);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await world[Symbol.asyncDispose]();
});

async function look(branch: string, url = world.url): Promise<EventClient> {
  const client = await openEvents(`${url}/api/repos/${fullName}/branches/${branch}/stream?as=mallory`);
  clients.push(client);
  return client;
}

async function presence(): Promise<string[]> {
  const changes = await world.list(`/api/changes?repository=${fullName}&limit=100`);
  return changes
    .map((change) => String(change['type']))
    .filter((type) => /joined|left/.test(type))
    .toReversed();
}

const heard = (path: string) => world.sink.requests.filter((request) => request.path === path).map(dataOf);

describe('the live stream of a branch', () => {
  test('each connection is one branch.joined and one branch.left, by who was let in', async () => {
    const [one, two] = [await look('release/1'), await look('release%2F1')];
    const [first, second] = [await one.wait('joined'), await two.wait('joined')];
    expect(first).toMatchObject({ user: 'admin', branch: 'release/1', repository: { full_name: fullName } });
    expect(first['head']).toBe((await world.github!.refs(fullName))['refs/heads/release/1']);
    expect(second['connection']).not.toBe(first['connection']);
    await world.sink.waitUntil(() => heard('/who').length === 2 && heard('/joined').length === 2);
    expect(heard('/who')).toMatchObject(
      [first, second].map(({ connection }) => ({
        user: 'admin',
        connection,
        ref: { name: 'release/1' },
        reason: null,
        actor: { login: 'admin' },
      })),
    );
    // Who is there sees who comes and goes.
    expect(await one.wait('change', (change) => change['type'] === 'branch.joined')).toMatchObject({ ref: { name: 'release/1' } });
    two.close();
    expect(await one.wait('change', (change) => change['type'] === 'branch.left')).toMatchObject({ actor: { login: 'admin' } });
    await quiet(world);
    expect(await presence()).toEqual(['branch.joined', 'branch.joined', 'branch.left']);
    expect(heard('/who').at(-1)).toMatchObject({ connection: second['connection'], reason: 'closed' });
    one.close();
    await world.eventually('both left', async () => (await presence()).length === 4);
  });

  test('tells of moves of its branch and of the runs that they begin, and of no other branch', async () => {
    const client = await look('main');
    await client.wait('joined');
    await world.github!.commitFile({ repo: fullName, branch: 'release/1', path: 'other', content: 'x' });
    const sha = await world.github!.commitFile({ repo: fullName, branch: 'main', path: 'file', content: 'x' });
    const change = await client.wait('change', (entry) => entry['type'] === 'branch.updated');
    expect(change).toMatchObject({ after: sha, ref: { name: 'main' } });
    const run = await client.wait('run', (entry) => entry['status'] === 'succeeded' && (entry['watch'] as ApiObject)['key'] === 'pushed');
    expect(run).toMatchObject({ change: { id: change['id'] } });
    const refs = client.events.filter(({ event }) => event === 'change').map(({ data }) => (data['ref'] as ApiObject)['name']);
    expect(new Set(refs)).toEqual(new Set(['main']));
    client.close();
  });

  test.each([
    ['nowhere', 404],
    ['release/1/stream/more', 404],
  ])('%s answers %i', async (branch, status) => {
    expect((await look(branch)).status).toBe(status);
  });

  test('looking at a repository that is switched off is no change', async () => {
    await quiet(world);
    const before = (await presence()).length;
    await world.api(`/api/repos/${fullName}`, { method: 'PATCH', body: { enabled: false } });
    const client = await look('main');
    await client.wait('joined');
    client.close();
    await world.eventually('nobody looks', async () => (await countPresences()) === 0);
    expect(await presence()).toHaveLength(before);
    await world.api(`/api/repos/${fullName}`, { method: 'PATCH', body: { enabled: true } });
  });
});

async function countPresences(): Promise<number> {
  const { rows } = await world.database.db.raw<{ rows: { count: number }[] }>('select count(*)::int as count from presences');
  return rows[0]!.count;
}

/** Another server on the same database. */
async function startOther() {
  const { github } = world;
  const server = await createServerProcess({
    ...serverSettings(world.database.url),
    APP_ID: String(github!.appId),
    PRIVATE_KEY: github!.privateKey,
    GITHUB_API_URL: github!.apiUrl,
    GITHUB_URL: github!.url,
    OUTBOUND_ALLOW: world.sink.host,
    PRESENCE_TIMEOUT: '6s',
  });
  await server.start();
  return server;
}

describe('a server that goes away', () => {
  test('killed, its connections are left once, by a server that survives; stopped, at once by itself', async () => {
    await quiet(world);
    await using other = await startOther();
    const before = (await presence()).length;
    const killed = await look('main', other.url);
    const stays = await look('main');
    const { connection } = await killed.wait('joined');
    await stays.wait('joined');
    await other.end('SIGKILL');
    const killedAt = Date.now();
    await stays.wait('change', (change) => change['type'] === 'branch.left');
    expect(Date.now() - killedAt).toBeLessThan(60_000);
    await quiet(world);
    expect((await presence()).slice(before)).toEqual(['branch.joined', 'branch.joined', 'branch.left']);
    expect(heard('/who').at(-1)).toMatchObject({ connection, reason: 'server_gone' });
    expect(stays.ended).toBe(false);

    await other.start();
    const stopped = await look('main', other.url);
    await stopped.wait('joined');
    await other.end('SIGTERM');
    expect((await presence()).slice(before)).toEqual(['branch.joined', 'branch.joined', 'branch.left', 'branch.joined', 'branch.left']);
    stays.close();
  });
});
