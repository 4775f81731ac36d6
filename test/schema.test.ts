import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { createTestDatabase } from './support/database.ts';
import { readSchemaText, schemaFile } from './support/schema-text.ts';

test('docs/schema.sql is what the migrations make (write it with: npm run schema)', async () => {
  await using base = await createTestDatabase();
  expect(await readSchemaText(base.db)).toBe(await readFile(schemaFile, 'utf8'));
});

test('a changed column, rule or index changes the text', async () => {
  await using base = await createTestDatabase();
  const before = await readSchemaText(base.db);
  await base.db.raw('alter table refs add column extra text');
  await base.db.raw('create index refs_extra_index on refs (extra)');
  await base.db.raw(`alter table refs add constraint refs_extra_check check (extra <> '')`);
  const added = (await readSchemaText(base.db)).split('\n').filter((line) => !before.includes(line.replace(/,$/, '')));
  expect(added).toEqual([
    '  extra text,',
    `  constraint refs_extra_check CHECK ((extra <> ''::text)),`,
    'CREATE INDEX refs_extra_index ON refs USING btree (extra);',
  ]);
});
