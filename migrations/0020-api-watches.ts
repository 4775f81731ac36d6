import type { Knex } from 'knex';

/** The version that holds the watches which were made by the API: one more layer of a repository's configuration. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw('alter table repositories add column api_config_id bigint references configs (id) on delete set null');
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('alter table repositories drop column api_config_id');
}
