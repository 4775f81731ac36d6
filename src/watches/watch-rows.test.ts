import { expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/support/database.ts';
import { seedRepository } from '../../test/support/seed.ts';
import { replaceWatches } from './watch-rows.ts';

test('versions that come into force at once wait for each other, never in a circle', async () => {
  await using database = await createTestDatabase({ poolMax: 20 });
  const { db } = database;
  const { id: repositoryId, installationId, configId } = await seedRepository(db, 'acme/app');
  const declared = (turn: number) =>
    Array.from({ length: 40 }, (_, index) => {
      const key = `w${(index * (turn % 2 ? 7 : 1) + turn) % 50}`;
      return { key, name: key, line: 1, managedBy: 'api' as const, configId };
    });
  const all = Array.from({ length: 20 }, (_, turn) =>
    db.transaction((trx) => replaceWatches(trx, { repositoryId, installationId }, declared(turn))),
  );
  for (const ids of await Promise.all(all)) expect(ids.size).toBe(40);
});
