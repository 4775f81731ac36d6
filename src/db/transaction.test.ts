import { describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/support/database.ts';
import { sqlState, transaction } from './transaction.ts';

describe('transaction', () => {
  test('commits what resolves and undoes what rejects', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    await base.db.schema.createTable('notes', (table) => table.text('text').primary());
    const answer = await transaction(base.db, async (trx) => {
      await trx('notes').insert({ text: 'kept' });
      return 'done';
    });
    await expect(
      transaction(base.db, async (trx) => {
        await trx('notes').insert({ text: 'dropped' });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(answer).toBe('done');
    expect(await base.db('notes').pluck('text')).toEqual(['kept']);
  });

  test('tells the state of a broken rule', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    await base.db.schema.createTable('notes', (table) => table.text('text').primary());
    await base.db('notes').insert({ text: 'one' });
    const error: unknown = await base.db('notes').insert({ text: 'one' }).then(() => undefined, (reason: unknown) => reason); // prettier-ignore
    expect(sqlState(error)).toBe('23505');
    expect(sqlState(new Error('x'))).toBeUndefined();
    expect(sqlState(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBeUndefined();
  });

  test('tries a deadlock again', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    const { db } = base;
    await db.schema.createTable('counters', (table) => {
      table.text('name').primary();
      table.integer('value');
    });
    await db('counters').insert([
      { name: 'a', value: 0 },
      { name: 'b', value: 0 },
    ]);
    let tries = 0;
    let arrived = 0;
    let open: () => void = () => undefined;
    const bothHoldOne = new Promise<void>((resolve) => (open = resolve));
    const raise = (first: string, second: string) =>
      transaction(db, async (trx) => {
        tries += 1;
        await trx('counters').where({ name: first }).increment('value', 1);
        arrived += 1;
        if (arrived === 2) open();
        await bothHoldOne;
        await trx('counters').where({ name: second }).increment('value', 1);
      });
    await Promise.all([raise('a', 'b'), raise('b', 'a')]);
    expect(tries).toBeGreaterThan(2);
    expect(await db('counters').orderBy('name').pluck('value')).toEqual([2, 2]);
  });

  test('becomes a savepoint inside a transaction', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    await base.db.schema.createTable('notes', (table) => table.text('text').primary());
    await transaction(base.db, async (outer) => {
      await outer('notes').insert({ text: 'outer' });
      await transaction(outer, async (inner) => {
        await inner('notes').insert({ text: 'inner' });
        throw new Error('no');
      }).catch(() => undefined);
    });
    expect(await base.db('notes').pluck('text')).toEqual(['outer']);
  });
});
