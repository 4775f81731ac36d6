import type { Knex } from 'knex';

/**
 * Layers of configuration below a repository's own: the server's, the organisation's, and one that it extends by name. Their
 * versions are kept like any other; the server's belongs to no repository.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table configs
      alter column repository_id drop not null,
      alter column installation_id drop not null,
      add column managed_by text not null default 'file' constraint configs_managed_by_check
        check (managed_by in ('file', 'organization', 'server', 'api')),
      drop constraint configs_blob_key,
      add constraint configs_blob_key unique nulls not distinct (repository_id, managed_by, blob_sha);
    alter table watches
      drop constraint watches_managed_by_check,
      add constraint watches_managed_by_check check (managed_by in ('file', 'organization', 'server', 'api'));
    alter table repositories
      add column extends_config_id bigint references configs (id) on delete set null,
      add column extends_repository_id bigint,
      add column extends_ref text;
    create index repositories_organization_index on repositories (installation_id) where lower(name) = '.github' and removed_at is null;
    create index repositories_extends_index on repositories (extends_repository_id) where extends_repository_id is not null;
    alter table runs add column base_config_id bigint;
  `);
}

/** Removes what `up` made; what only layers could hold goes with it. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table runs drop column base_config_id;
    drop index repositories_extends_index;
    drop index repositories_organization_index;
    alter table repositories drop column extends_ref, drop column extends_repository_id, drop column extends_config_id;
    delete from watches where managed_by = 'server' or config_id in (select id from configs where managed_by <> 'file' or repository_id is null);
    update repositories set config_id = null where config_id in (select id from configs where managed_by <> 'file');
    delete from configs where managed_by <> 'file' or repository_id is null;
    alter table watches
      drop constraint watches_managed_by_check,
      add constraint watches_managed_by_check check (managed_by in ('file', 'organization', 'api'));
    alter table configs
      drop constraint configs_blob_key,
      drop column managed_by,
      alter column installation_id set not null,
      alter column repository_id set not null,
      add constraint configs_blob_key unique (repository_id, blob_sha);
  `);
}
