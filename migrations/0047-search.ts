import type { Knex } from 'knex';

/** Finding changes by their commit and tickets by their key, among however many there are. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create index changes_after_index on changes (after, id desc) where after is not null and after <> '${'0'.repeat(40)}';
    create index tickets_key_index on tickets (lower(key));
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop index changes_after_index, tickets_key_index');
}
