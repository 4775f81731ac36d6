import type { Knex } from 'knex';

/**
 * What lists go by. The indexes of repositories carry what says whose a row is, so that counting and filtering need not look at the rows; the partial
 * ones hold the few rows that are looked for among millions: what failed, what has a code, what nothing announced.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index runs_repository_index;
    create index runs_repository_index on runs (repository_id, id desc) include (installation_id, status);
    create index runs_failed_index on runs (change_id desc) include (repository_id, installation_id) where status in ('failed', 'dead');
    create index runs_code_index on runs (code, id desc) where code is not null;
    drop index changes_repository_index;
    create index changes_repository_index on changes (repository_id, id desc) include (installation_id, type, happened_at);
    create index changes_unannounced_index on changes (id desc) include (repository_id, installation_id) where delivery_id is null;
    drop index deliveries_repository_index;
    create index deliveries_repository_index on deliveries (repository_github_id, id desc) include (installation_github_id);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index runs_repository_index, runs_failed_index, runs_code_index, changes_repository_index, changes_unannounced_index, deliveries_repository_index;
    create index runs_repository_index on runs (repository_id, id desc);
    create index changes_repository_index on changes (repository_id, id desc);
    create index deliveries_repository_index on deliveries (repository_github_id, id desc);
  `);
}
