import { expect, test } from '@jest/globals';
import { exampleKinds } from '../../test/support/config-world.ts';
import { createTestDatabase } from '../../test/support/database.ts';
import { seedRepository } from '../../test/support/seed.ts';
import { isRepoWatchError } from '../core/errors.ts';
import { upsertConfig } from '../watches/configs.ts';
import { ConfigCache } from './config-cache.ts';

const file = (key: string) =>
  `version: 1\nwatches:\n  ${key}:\n    on: push\n    steps: [{ uses: webhook, with: { url: "https://example.com/" } }]\n`;

const layers = {
  configStatus: 'ok',
  organizationConfigId: null,
  organizationConfigStatus: null,
  extendsConfigId: null,
  projectConfigIds: [] as string[],
  apiConfigId: null,
  isOrganizationFile: false,
} as const;

test('a version keeps its watches while others are in force, also where it was read meanwhile', async () => {
  await using base = await createTestDatabase();
  const { db } = base;
  const { id, installationId } = await seedRepository(db, 'acme/app', { watches: [] });
  const keep = (key: string) =>
    upsertConfig(db, {
      repositoryId: id,
      installationId,
      managedBy: 'file',
      path: 'x',
      blobSha: key.repeat(40),
      content: file(key),
      problems: [],
    });
  const first = await keep('a');
  const second = await keep('b');
  const cache = new ConfigCache({ db, kinds: exampleKinds });
  const activate = async (configId: string) => {
    await cache.renew({ id, installationId, configId, ...layers });
    return cache.inForce({ id, installationId, configId, ...layers })!.watchIds;
  };
  const row = (await activate(first)).get('a');
  expect([...(await activate(second)).keys()]).toEqual(['b']);
  // A run of the first version is still at work while the second is in force.
  expect(await cache.readWatch({ configId: first, baseConfigId: null, watchKey: 'a' })).toMatchObject({ id: 'a' });
  expect(await keep('a')).toBe(first);
  expect((await activate(first)).get('a')).toBe(row);
  const { rows } = await db.raw<{ rows: { key: string }[] }>('select key from watches where removed_at is null');
  expect(rows).toEqual([{ key: 'a' }]);
});

test('what is not at hand is an error, never a repository without watches', async () => {
  await using base = await createTestDatabase();
  const cache = new ConfigCache({ db: base.db, kinds: exampleKinds });
  const repository = { id: '1', installationId: '1', ...layers };
  expect(cache.inForce({ ...repository, configId: null })).toBeUndefined();
  let thrown: unknown;
  try {
    cache.inForce({ ...repository, configId: '1' });
  } catch (error) {
    thrown = error;
  }
  expect(isRepoWatchError(thrown, 'internal_error')).toBe(true);
});
