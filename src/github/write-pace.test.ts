import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { seedInstallation } from '../../test/support/seed.ts';
import { takeWriteTurn, whenContentFits, type ContentPace, type Turn } from './write-pace.ts';

test.each([
  ['nothing was made', [], 0],
  ['there is room in both', [1_000, 2_000], 0],
  ['the minute is full: until its first is a minute old', [1_000, 2_000, 15_000], 45_000],
  ['the hour is full: until its first is an hour old', [70_000, 80_000, 90_000, 100_000, 600_000], 3_000_000],
  ['what is older counts no more', [61_000, 62_000, 63_000, 64_000, 3_600_001], 0],
])('room for new content: %s', (_name, ages, expected) => {
  expect(whenContentFits(ages, { perMinute: 3, perHour: 5 })).toBe(expected);
});

describe('the line of writes', () => {
  let base: TestDatabase;
  const turnsOf = async (login: string, contents: (ContentPace | undefined)[]): Promise<Turn[]> => {
    const id = await seedInstallation(base.db, login);
    const { rows } = await base.db.raw<{ rows: { host: string; github_id: string }[] }>(
      'select host, github_id from installations where id = ?',
      [id],
    );
    const { host, github_id: installation } = rows[0]!;
    return await Promise.all(contents.map((content) => takeWriteTurn(base.db, { host, installation, content })));
  };
  const waitsOf = (turns: Turn[]) => turns.flatMap((turn) => (turn.ok ? [Math.round(turn.waitMs / 1000)] : [])).toSorted((a, b) => a - b);
  const againOf = (turns: Turn[]) => turns.flatMap((turn) => (turn.ok ? [] : [Math.round(turn.againMs / 1000)])).toSorted((a, b) => a - b);

  beforeAll(async () => {
    base = await createTestDatabase();
  });
  afterAll(() => base[Symbol.asyncDispose]());

  test('goes a second apart for all who come at once; whoever finds it too long comes again one after the other', async () => {
    const turns = await turnsOf(
      'acme',
      Array.from({ length: 9 }, () => 'one'),
    );
    expect(waitsOf(turns)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(againOf(turns)).toEqual([6, 7, 8]);
  });

  test('many at once go three seconds apart', async () => {
    expect(waitsOf(await turnsOf('initech', ['many', 'many', 'many', 'many']))).toEqual([0, 3]);
  });

  test('what is no new content is not counted', async () => {
    await turnsOf('hooli', [undefined, undefined, 'one']);
    const { rows } = await base.db.raw<{ rows: { n: number }[] }>(
      `select cardinality(w.content_at) as n from github_writes w join installations i on i.id = w.installation_id
       join accounts a on a.id = i.account_id where a.login = 'hooli'`,
    );
    expect(rows).toEqual([{ n: 1 }]);
  });
});
