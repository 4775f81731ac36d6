import type { Knex } from 'knex';

const scopes = (watch: string): string => `
    alter table secrets
      drop constraint secrets_owner_check,
      add constraint secrets_owner_check check (case scope
        when 'global' then num_nonnulls(installation_id, repository_id, project_id, watch_key) = 0
        when 'installation' then installation_id is not null and num_nonnulls(repository_id, project_id, watch_key) = 0
        when 'project' then num_nonnulls(installation_id, project_id) = 2 and num_nonnulls(repository_id, watch_key) = 0
        when 'repository' then num_nonnulls(installation_id, repository_id) = 2 and num_nonnulls(project_id, watch_key) = 0
        else ${watch} end);`;

/** Secrets of one action of a project: those of the watch that it stands for. What a project has goes with it. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`${scopes('num_nonnulls(installation_id, watch_key) = 2 and num_nonnulls(repository_id, project_id) = 1')}
    alter table secrets add constraint secrets_project_id_fkey foreign key (project_id) references projects (id) on delete cascade;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table secrets drop constraint secrets_project_id_fkey;
    delete from secrets where scope = 'watch' and project_id is not null;
    ${scopes('num_nonnulls(installation_id, repository_id, watch_key) = 3 and project_id is null')}
  `);
}
