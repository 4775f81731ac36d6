import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { seedChange, seedRepository, seedRun } from '../../test/support/seed.ts';
import { deleteState, findState, findStatePlace, listState, writeState, type StatePlace } from './watch-state.ts';

let database: TestDatabase;
let base: StatePlace;
let other: StatePlace;

beforeAll(async () => {
  database = await createTestDatabase();
  const [repository, another] = [await seedRepository(database.db, 'acme/app'), await seedRepository(database.db, 'beta/app')];
  const runId = await seedRun(database.db, repository, { changeId: await seedChange(database.db, repository) });
  base = (await findStatePlace(database.db, runId))!;
  other = { ...base, repositoryId: another.id, installationId: another.installationId };
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const write = (place: StatePlace, ...[key, value, version]: [key: string, value: string | undefined, version?: string]) =>
  writeState(database.db, place, { key, value, version });
const at = (watchKey: string) => ({ ...base, watchKey });

test('the place is that of the run: its installation, repository and watch; nobody else sees it', async () => {
  expect(await findStatePlace(database.db, '0')).toBeUndefined();
  expect(await write(base, 'k', '"\\u0000"')).toBe('written');
  expect(await findState(database.db, base, 'k')).toMatchObject({ value: '"\\u0000"' });
  for (const place of [other, at('another'), { ...base, installationId: other.installationId }]) {
    expect(await findState(database.db, place, 'k')).toBeUndefined();
    expect(await deleteState(database.db, place)).toBe(0);
  }
  expect(await deleteState(database.db, base)).toBe(1);
});

test('a version lets one of many through', async () => {
  const place = at('versions');
  const first = await Promise.all(Array.from({ length: 5 }, (_, index) => write(place, 'k', String(index), '0')));
  expect(first.toSorted()).toEqual([...Array<string>(4).fill('other_version'), 'written']);
  const { version } = (await findState(database.db, place, 'k'))!;
  expect(await write(place, 'k', undefined, '1')).toBe('other_version');
  expect(await write(place, 'k', undefined, version)).toBe('written');
  expect(await write(place, 'k', undefined)).toBe('absent');
  // What was removed and made again is not what it was.
  expect(await write(place, 'k', '1')).toBe('written');
  expect(await write(place, 'k', '2', version)).toBe('other_version');
});

test('64 keys, 8 KB each and 128 KB together, also for many at once', async () => {
  const many = at('many');
  const verdicts = await Promise.all(Array.from({ length: 70 }, (_, index) => write(many, `k${index}`, '1')));
  expect(verdicts.filter((verdict) => verdict === 'written')).toHaveLength(64);
  expect(new Set(verdicts)).toEqual(new Set(['written', 'too_many_keys']));
  expect(await listState(database.db, many)).toHaveLength(64);
  const large = at('large');
  expect(await write(large, 'k', 'x'.repeat(8193))).toBe('value_too_large');
  expect(await write(large, 'k', '日'.repeat(2731))).toBe('value_too_large');
  const sizes = [];
  for (let index = 0; index < 17; index += 1) sizes.push(await write(large, `k${index}`, 'x'.repeat(8192)));
  expect(sizes).toEqual([...Array<string>(15).fill('written'), 'too_large', 'too_large']);
  expect(await write(large, 'k0', '1')).toBe('written');
  expect(await write(large, 'k16', 'x'.repeat(8000))).toBe('written');
});
