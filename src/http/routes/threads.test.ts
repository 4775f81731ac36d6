import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, withToken, type TestHttpServer } from '../../../test/support/http.ts';
import { seedPerson } from '../../../test/support/people.ts';
import { seedRepository, seedThread, type SeededRepository } from '../../../test/support/seed.ts';
import { readEvents } from '../../commands/read-events.ts';
import { pageOf } from '../schemas/common.ts';
import { threadSchema, type ThreadItem } from '../schemas/thread.ts';

let base: TestDatabase;
let server: TestHttpServer;
let app: SeededRepository;
let other: SeededRepository;
/** A token of somebody who sees acme/app and nothing else. */
let viewer: string;

beforeAll(async () => {
  base = await createTestDatabase();
  server = await startHttp(base.db);
  app = await seedRepository(base.db, 'acme/app', { watches: ['deploy'] });
  other = await seedRepository(base.db, 'rival/app', { watches: ['deploy'] });
  for (const repository of [app, other, app]) await add(repository);
  const [{ github_id: githubId }] = await base.db('installations').where({ id: app.installationId }).select('github_id');
  const seen = [{ githubId, manages: false, repositories: [{ githubId: app.githubId, permission: 'read' as const }] }];
  viewer = (await seedPerson(base.db, 'viewer', seen)).token;
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await base[Symbol.asyncDispose]();
});

/** A thread of a repository, also by the numbers that GitHub has for it. */
async function add(repository: SeededRepository): Promise<string> {
  const { deliveryId } = await seedThread(base.db, repository);
  await base.db.raw(
    'update deliveries set installation_github_id = (select github_id from installations where id = ?), repository_github_id = ? where id = ?',
    [repository.installationId, repository.githubId, deliveryId],
  );
  return `delivery-${deliveryId}`;
}

const list = async (query: string, headers: Record<string, string> = withToken) => {
  const response = await fetch(`${server.base}/api/threads${query}`, { headers });
  return pageOf(threadSchema.strict()).parse(await response.json());
};

test('threads are listed page by page, by repository and status, to those who may see them', async () => {
  const all = await list('');
  expect(all.data.map(({ repository }) => repository)).toHaveLength(3);
  const seen: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page = await list(`?limit=1${next === '' ? '' : `&cursor=${next}`}`);
    seen.push(...page.data.map(({ id }) => id));
    next = page.meta.next;
  }
  expect(seen).toEqual(all.data.map(({ id }) => id));
  const { status } = all.data[0]!;
  if (status !== 'done') expect((await list(`?status=${status}`)).data.map(({ id }) => id)).toEqual(seen);
  expect((await list('?repository=acme/app')).data).toHaveLength(2);
  expect((await list('', { authorization: `Bearer ${viewer}` })).data).toHaveLength(2);
  expect((await fetch(`${server.base}/api/threads?cursor=x`, { headers: withToken })).status).toBe(422);
});

/** What a stream tells until it has told of so many threads. */
async function hear(
  query: string,
  {
    token,
    count,
    meanwhile,
    next,
  }: { token?: string; count: number; meanwhile?: () => Promise<void>; next?: (id: string) => Promise<void> },
) {
  const stop = new AbortController();
  const headers = token === undefined ? withToken : { authorization: `Bearer ${token}` };
  const response = await fetch(`${server.base}/api/threads/stream${query}`, {
    headers,
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(20_000)]),
  });
  const heard: { thread: ThreadItem; id: string | undefined }[] = [];
  let isReady = false;
  for await (const { event, data, id } of readEvents(response)) {
    if (event === 'thread') {
      heard.push({ thread: (JSON.parse(data) as { thread: ThreadItem }).thread, id });
      await next?.(heard.at(-1)!.thread.id);
    }
    if (event === 'ready' && !isReady) {
      isReady = true;
      await meanwhile?.();
    }
    if (isReady && heard.length >= count) break;
  }
  stop.abort();
  return { type: response.headers.get('content-type'), heard };
}

test('a stream begins with the newest, tells what is new and what stands otherwise, and goes on where somebody was', async () => {
  let born = '';
  const { heard, type } = await hear('?recent=1', {
    count: 3,
    async meanwhile() {
      born = await add(app);
    },
    async next(id) {
      const sql = `update runs set status = 'dead', finished_at = now() where change_id in (select id from changes where delivery_id = ?)`;
      if (id === born) await base.db.raw(sql, [id.split('-')[1]!]);
    },
  });
  expect(type).toContain('text/event-stream');
  expect(heard.slice(1).map(({ thread }) => [thread.id, thread.status])).toEqual([
    [born, expect.any(String)],
    [born, 'failed'],
  ]);
  expect(heard.every(({ id }) => /^\d+$/.test(id ?? ''))).toBe(true);
  // Away since long before: all that happened since is told; since a moment that has not come: nothing but what is new.
  const { heard: missed } = await hear('?after=1', { count: 4 });
  expect(missed).toHaveLength(4);
  const later = String(Date.now() + 60_000);
  let fresh = '';
  const { heard: after } = await hear(`?after=${later}`, { count: 1, meanwhile: async () => void (fresh = await add(app)) });
  expect(after.map(({ thread }) => thread.id)).toEqual([fresh]);
});

test('nobody hears of what they may not see', async () => {
  const mine: string[] = [];
  const { heard } = await hear('?recent=100', {
    token: viewer,
    count: 5,
    async meanwhile() {
      await add(other);
      mine.push(await add(app));
    },
  });
  expect(new Set(heard.map(({ thread }) => thread.repository))).toEqual(new Set(['acme/app']));
  expect(heard.map(({ thread }) => thread.id)).toContain(mine[0]);
});
