import { expect, test } from '@jest/globals';
import { adminRequester, type Requester } from '../../people/requester.ts';
import { createTestDatabase } from '../../../test/support/database.ts';
import { seedChange, seedRepository, seedRun } from '../../../test/support/seed.ts';
import { listLanes } from './lanes.ts';

test('repositories can share a key: who does not see the one whose run is in the way learns that it is, not what it is', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const own = await seedRepository(db, 'acme/app');
  const hidden = await seedRepository(db, 'acme/secret', { installationId: own.installationId });
  const shared = { lane: `i${own.installationId}:deploy`, strict: true };
  await db('lanes').insert({ key: shared.lane, installation_id: own.installationId, last_seq: '2' });
  const dead = { ...shared, seq: 1, blocks: true, code: 'webhook_failed', message: 'a word of theirs' };
  const blocker = await seedRun(db, hidden, { changeId: await seedChange(db, hidden), status: 'dead', more: dead });
  await seedRun(db, own, { changeId: await seedChange(db, own), status: 'queued', more: { ...shared, seq: 2 } });
  const sight = { installations: [], partly: [own.installationId], repositories: [own.id], projects: [] };
  const viewer: Requester = { ...adminRequester, kind: 'token', admin: false, sight };
  const read = async (requester: Requester) => (await listLanes(db, { limit: 10 }, requester)).data[0]?.blocked_by;
  expect(await read(viewer)).toMatchObject({ run: blocker, watch: '', repository: '', code: 'webhook_failed', message: null });
  expect(await read(adminRequester)).toMatchObject({ run: blocker, repository: 'acme/secret', message: 'a word of theirs' });
});
