import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { seedRepository, type SeededRepository } from '../../test/support/seed.ts';
import { parseKeyRing, type KeyRing } from '../vault/key-ring.ts';
import { findSecretsForRepository, upsertSecret } from '../vault/secrets.ts';
import { openTrigger, registerTrigger } from './manage-triggers.ts';
import { readKeyReport, sealedTables, wrapEverything } from './rotate-keys.ts';

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;

function ringOf(...keys: string[]): KeyRing {
  const ring = parseKeyRing(keys.join(','));
  if (!ring.ok) throw new Error(ring.message);
  return ring.value;
}

const old = ringOf(key('k1', 1));
const both = ringOf(key('k2', 2), key('k1', 1));

let base: TestDatabase;
let repository: SeededRepository;

beforeAll(async () => {
  base = await createTestDatabase();
  repository = await seedRepository(base.db, 'acme/app');
});

afterAll(() => base[Symbol.asyncDispose]());

test('every table that keeps encrypted values is moved', async () => {
  const { rows } = await base.db.raw<{ rows: { name: string }[] }>(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name in ('key_id', 'sealed') order by 1`,
  );
  expect(sealedTables.map(({ name }) => name).toSorted()).toEqual(rows.map(({ name }) => name));
});

test('everything moves to the new key in batches, while whoever reads meanwhile reads whole values; it goes on where it was stopped', async () => {
  const { db } = base;
  const { installationId, id: repositoryId } = repository;
  const owner = { scope: 'repository', installationId, repositoryId } as const;
  const names = Array.from({ length: 230 }, (_, index) => `S${index}`);
  for (const name of names) await upsertSecret(db, { ...owner, name, value: `value of ${name}`, destinations: null, keyRing: old });
  const wish = { installationId, repositoryId, provider: 'generic', name: 't', remoteId: 'r', remotePath: 'r' } as const;
  const trigger = await registerTrigger({ db, keyRing: old }, wish, { by: undefined });
  expect(trigger.ok).toBe(true);

  expect(await readKeyReport(db, both)).toMatchObject({
    current: 'k2',
    remaining: 231,
    keys: [
      { id: 'k2', state: 'current', rows: 0 },
      { id: 'k1', state: 'older', rows: 231, removable: false, by: expect.arrayContaining([{ what: 'secrets', rows: 230 }]) },
    ],
  });
  // Stopped after the first batch, as by a restart.
  expect(await wrapEverything(db, both, { after: () => false })).toEqual({ rewrapped: 100, unreadable: 0 });
  expect(await readKeyReport(db, both)).toMatchObject({ remaining: 131 });
  let counted = 0;
  const during: string[] = [];
  await wrapEverything(db, both, {
    within: async (_trx, done) => void (counted += done),
    async after() {
      const found = await findSecretsForRepository(db, { installationId, repositoryId, names: ['S3', 'S229'], keyRing: both });
      during.push(...[...found.values()].map(({ value }) => value));
      return true;
    },
  });
  expect(counted).toBe(131);
  expect(new Set(during)).toEqual(new Set(['value of S3', 'value of S229']));
  // The old key can go: the new one alone opens all.
  const found = await findSecretsForRepository(db, { installationId, repositoryId, names, keyRing: ringOf(key('k2', 2)) });
  expect([...found].every(([name, { value }]) => value === `value of ${name}`) && found.size === 230).toBe(true);
  const opened = trigger.ok && (await openTrigger({ db, keyRing: ringOf(key('k2', 2)) }, trigger.value.id));
  expect(opened).toMatchObject({ secrets: [trigger.ok && trigger.value.secret] });
  expect(await readKeyReport(db, both)).toMatchObject({
    remaining: 0,
    keys: [
      { id: 'k2', rows: 231 },
      { id: 'k1', rows: 0, removable: true },
    ],
  });
});

test('a key that SECRETS_KEY lacks is named, its rows stay as they are, and a key that a process still wraps with cannot go', async () => {
  const { db } = base;
  await db.raw(`update secrets set key_id = 'gone' where name in ('S1', 'S2')`);
  await db.raw(`insert into key_holders (process_id, key_ids) values (gen_random_uuid(), array['k1', 'k2'])`);
  expect(await wrapEverything(db, both)).toEqual({ rewrapped: 0, unreadable: 2 });
  expect(await readKeyReport(db, both)).toMatchObject({
    unreadable: 2,
    keys: [
      { id: 'k2' },
      { id: 'k1', rows: 0, processes: 1, removable: false },
      { id: 'gone', state: 'unknown', rows: 2, removable: false },
    ],
  });
});
