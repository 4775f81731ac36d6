import { expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/support/database.ts';
import { seedInstallation } from '../../test/support/seed.ts';
import { accountListFormat } from '../setting-formats.ts';
import { applyAllowedAccounts, isAllowedAccount } from './allowed-accounts.ts';

test('the list is read from a setting: everybody, or logins in any case and numbers', () => {
  const acme = { github_id: '501', login: 'Acme' };
  const allows = (text: string) => isAllowedAccount(accountListFormat.parse(text), acme);
  expect(['*', 'acme', 'other, ACME', '501', 'other', '50'].map(allows)).toEqual([true, true, true, true, false, false]);
  expect(accountListFormat.safeParse('acme, two words').success).toBe(false);
  expect(accountListFormat.safeParse('acme,').success).toBe(false);
});

test('another list after a restart shuts some out and brings others to life', async () => {
  await using base = await createTestDatabase();
  const { db } = base;
  await seedInstallation(db, 'kept');
  const out = await seedInstallation(db, 'out');
  const back = await seedInstallation(db, 'back', { allowed: false });
  const [row] = (await db('installations').where({ id: back }).select('github_id')) as { github_id: string }[];
  const admitted = await applyAllowedAccounts(db, 'github.com', ({ login }) => login !== 'out');
  expect(admitted).toEqual([row!.github_id]);
  const shut = (await db('installations').where({ allowed: false }).select('id')) as { id: string }[];
  expect(shut.map(({ id }) => id)).toEqual([out]);
  expect(await applyAllowedAccounts(db, 'github.com', ({ login }) => login !== 'out')).toEqual([]);
});
