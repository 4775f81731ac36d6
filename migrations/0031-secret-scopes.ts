import type { Knex } from 'knex';

/** Secrets of projects and of single watches, with a count of their values and who set them. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table secrets
      add column project_id bigint,
      add column watch_key text,
      add column version integer not null default 1,
      add column created_by text,
      add column updated_by text,
      drop constraint secrets_scope_check,
      drop constraint secrets_owner_check,
      drop constraint secrets_name_key;
    alter table secrets
      add constraint secrets_scope_check check (scope in ('global', 'installation', 'project', 'repository', 'watch')),
      add constraint secrets_owner_check check (case scope
        when 'global' then num_nonnulls(installation_id, repository_id, project_id, watch_key) = 0
        when 'installation' then installation_id is not null and num_nonnulls(repository_id, project_id, watch_key) = 0
        when 'project' then project_id is not null and num_nonnulls(repository_id, watch_key) = 0
        when 'repository' then num_nonnulls(installation_id, repository_id) = 2 and num_nonnulls(project_id, watch_key) = 0
        else num_nonnulls(installation_id, repository_id, watch_key) = 3 and project_id is null end),
      add constraint secrets_name_key unique nulls not distinct (scope, installation_id, repository_id, project_id, watch_key, name);
    create index secrets_project_index on secrets (project_id) where project_id is not null;
  `);
}

/** Removes what `up` made; secrets of the new scopes go with it, because an older code would show them to nobody. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    delete from secrets where scope in ('project', 'watch');
    drop index secrets_project_index;
    alter table secrets
      drop constraint secrets_name_key,
      drop constraint secrets_owner_check,
      drop constraint secrets_scope_check,
      drop column updated_by,
      drop column created_by,
      drop column version,
      drop column watch_key,
      drop column project_id;
    alter table secrets
      add constraint secrets_scope_check check (scope in ('global', 'installation', 'repository')),
      add constraint secrets_owner_check check (
        (scope = 'global' and installation_id is null and repository_id is null)
        or (scope = 'installation' and installation_id is not null and repository_id is null)
        or (scope = 'repository' and installation_id is not null and repository_id is not null)
      ),
      add constraint secrets_name_key unique nulls not distinct (scope, installation_id, repository_id, name);
  `);
}
