import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { createTestDatabase } from '../../test/support/database.ts';
import { createDb } from './connect.ts';
import { migrateDown, migrateUp } from './migrate.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repowatch-migrations-'));
  const migration = (table: string) => `
    export async function up(trx) { await trx.raw('create table ${table} (id int)'); }
    export async function down(trx) { await trx.raw('drop table ${table}'); }`;
  await writeFile(join(directory, '0001-first.js'), migration('first'));
  await writeFile(join(directory, '0002-second.js'), migration('second'));
  await writeFile(join(directory, '0002-second.js.map'), '{}');
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** The tables, columns, checks and indexes of the public schema, as text. */
async function readShape(db: Knex): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { line: string }[] }>(`
    select format('%s.%s %s %s', c.table_name, c.column_name, c.data_type, c.is_nullable) as line
      from information_schema.columns c where c.table_schema = 'public' and c.table_name not like 'schema_migrations%'
    union all select indexdef from pg_indexes where schemaname = 'public' and tablename not like 'schema_migrations%'
    union all select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
      where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'schema_migrations%'
    union all select format('%s %s', proname, prosrc) from pg_proc where pronamespace = 'public'::regnamespace
    union all select typname from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
    order by line`);
  return rows.map(({ line }) => line);
}

describe('migrateUp', () => {
  test('applies in order what is missing, and nothing the second time', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    expect(await migrateUp(base.db, { directory })).toEqual(['0001-first', '0002-second']);
    expect(await migrateUp(base.db, { directory })).toEqual([]);
    expect(await base.db('schema_migrations').orderBy('id').pluck('name')).toEqual(['0001-first', '0002-second']);
  });

  test('lets replicas that start together take turns', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    const replicas = Array.from({ length: 4 }, () => createDb({ url: base.url, poolMax: 2 }));
    const applied = await Promise.all(replicas.map(async (db) => migrateUp(db, { directory })));
    await Promise.all(replicas.map(async (db) => db.destroy()));
    expect(applied.filter((names) => names.length > 0)).toEqual([['0001-first', '0002-second']]);
  });

  test('goes on after a process that was killed in the middle', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    await migrateUp(base.db, { directory });
    await migrateDown(base.db, { directory });
    await base.db('schema_migrations_lock').update({ is_locked: 1 });
    expect(await migrateUp(base.db, { directory })).toEqual(['0002-second']);
  });

  test('leaves nothing of a migration that fails', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'repowatch-migrations-'));
    await writeFile(join(broken, 'package.json'), '{"type":"module"}');
    await writeFile(
      join(broken, '0001-broken.js'),
      `export async function up(trx) { await trx.raw('create table half (id int)'); throw new Error('broken'); }
       export async function down() {}`,
    );
    await using base = await createTestDatabase({ template: 'template0' });
    await expect(migrateUp(base.db, { directory: broken })).rejects.toThrow('broken');
    await rm(broken, { recursive: true });
    expect(await base.db.schema.hasTable('half')).toBe(false);
    expect(await migrateUp(base.db, { directory })).toHaveLength(2);
  });

  test('refuses a database that is ahead', async () => {
    await using base = await createTestDatabase({ template: 'template0' });
    await migrateUp(base.db, { directory });
    await base.db('schema_migrations').insert({ name: '0003-tomorrow', batch: 9, migration_time: new Date() });
    await expect(migrateUp(base.db, { directory })).rejects.toMatchObject({
      code: 'schema_newer',
      details: { unknown: ['0003-tomorrow'] },
    });
    await expect(migrateDown(base.db, { directory })).rejects.toMatchObject({ code: 'schema_newer' });
  });
});

describe("the project's own migrations", () => {
  test('can be undone completely and applied again to the same schema', async () => {
    await using base = await createTestDatabase();
    const before = await readShape(base.db);
    await migrateDown(base.db, { all: true });
    const between = await readShape(base.db);
    await migrateUp(base.db);
    expect(before.length).toBeGreaterThan(50);
    expect(between).toEqual([]);
    expect(await readShape(base.db)).toEqual(before);
  });
});
