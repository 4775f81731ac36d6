import { describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/support/database.ts';
import { createWay } from '../../test/support/way.ts';
import { createDb } from './connect.ts';
import { sqlState } from './transaction.ts';

describe('createDb', () => {
  test('keeps big numbers as text and reads timestamps as dates', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    const { rows } = await base.db.raw(`select 9007199254740993::int8 as id, timestamptz '2026-01-02T03:04:05Z' as at`);
    expect(rows).toEqual([{ id: '9007199254740993', at: new Date('2026-01-02T03:04:05Z') }]);
  });

  test('names itself and limits statements and idle transactions', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    const db = createDb({ url: base.url, poolMax: 1, applicationName: 'tester', statementTimeoutMs: 1234, idleTransactionTimeoutMs: 4321 });
    const show = async (name: string) => (await db.raw(`select current_setting(?) as value`, [name])).rows[0].value;
    const settings = [await show('application_name'), await show('statement_timeout'), await show('idle_in_transaction_session_timeout')];
    await db.destroy();
    expect(settings).toEqual(['tester', '1234ms', '4321ms']);
  });

  test('cancels a statement that takes too long', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    const db = createDb({ url: base.url, poolMax: 1, statementTimeoutMs: 50 });
    const error: unknown = await db.raw('select pg_sleep(30)').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await db.destroy();
    expect(sqlState(error)).toBe('57014');
  });

  test('gives up on a Postgres that has gone without a word, and asks a new connection', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    await using way = await createWay(base.url);
    const db = createDb({ url: way.url, poolMax: 1, statementTimeoutMs: 100 });
    await db.raw('select 1');
    way.swallow();
    await expect(db.raw('select 2')).rejects.toThrow('terminated');
    expect((await db.raw('select 3 as answer')).rows).toEqual([{ answer: 3 }]);
    await db.destroy();
  });

  test('keeps values out of error messages', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    const error: unknown = await base
      .db('nowhere')
      .insert({ value: 'hunter2' })
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(String(error)).toContain('nowhere');
    expect(String(error)).not.toContain('hunter2');
  });
});
