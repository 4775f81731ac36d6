import type { Knex } from 'knex';

/** The newest run of each watch of a repository is found in the index alone. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index runs_repository_index;
    create index runs_repository_index on runs (repository_id, id desc) include (installation_id, status, watch_key);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index runs_repository_index;
    create index runs_repository_index on runs (repository_id, id desc) include (installation_id, status);
  `);
}
