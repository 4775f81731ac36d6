import { expect, test } from '@jest/globals';
import { exampleKinds } from '../../test/support/config-world.ts';
import { createTestDatabase } from '../../test/support/database.ts';
import { seedRepository } from '../../test/support/seed.ts';
import { isRepoWatchError } from '../core/errors.ts';
import { replaceFileWatches, upsertConfig } from '../watches/configs.ts';
import { ConfigCache } from './config-cache.ts';

const file = (key: string) =>
  `version: 1\nwatches:\n  ${key}:\n    on: push\n    steps: [{ uses: webhook, with: { url: "https://example.com/" } }]\n`;

test('a version keeps its watches while others are in force, also where it was read meanwhile', async () => {
  await using base = await createTestDatabase();
  const { db } = base;
  const repository = await seedRepository(db, 'acme/app', { watches: [] });
  const owner = { repositoryId: repository.id, installationId: repository.installationId };
  const activate = async (key: string) => {
    const id = await upsertConfig(db, { ...owner, path: 'x', blobSha: key.repeat(40), content: file(key), problems: [] });
    await replaceFileWatches(db, owner, { configId: id, watches: [{ key, name: key, line: 3 }] });
    return id;
  };
  const first = await activate('a');
  await activate('b');
  const cache = new ConfigCache({ db, kinds: exampleKinds });
  // A run of the first version is still at work here while the second is in force.
  expect([...(await cache.read(first)).watchIds.keys()]).toContain('a');
  expect(await activate('a')).toBe(first);
  await cache.prepare([{ configId: first }]);
  const { rows } = await db.raw<{ rows: { id: string }[] }>(`select id from watches where key = 'a'`);
  expect(cache.inForce({ configId: first })?.watchIds.get('a')).toBe(rows[0]!.id);
});

test('what is not at hand is an error, never a repository without watches', async () => {
  await using base = await createTestDatabase();
  const cache = new ConfigCache({ db: base.db, kinds: exampleKinds });
  expect(cache.inForce({ configId: null })).toBeUndefined();
  let thrown: unknown;
  try {
    cache.inForce({ configId: '1' });
  } catch (error) {
    thrown = error;
  }
  expect(isRepoWatchError(thrown, 'internal_error')).toBe(true);
});
