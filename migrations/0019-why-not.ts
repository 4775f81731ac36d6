import type { Knex } from 'knex';

/**
 * What the watches said about a change is only kept for a time; `considered_pruned_at` says that it was there. `prunings` remembers
 * how far the pruning has come, because the old changes are those with the lowest ids: no index is needed for finding them.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table changes add column considered_pruned_at timestamptz;
    create table prunings (
      name text primary key,
      through_id bigint not null,
      updated_at timestamptz not null default now()
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table prunings; alter table changes drop column considered_pruned_at;');
}
