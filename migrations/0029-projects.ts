import type { Knex } from 'knex';

/**
 * Projects: named groups inside one installation that follow repositories, with actions and members. Their actions are watches of one more
 * layer; each version of it is kept like any other configuration.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table projects (
      id bigint generated always as identity primary key,
      installation_id bigint not null references installations (id) on delete cascade,
      name text not null,
      enabled boolean not null default true,
      branches jsonb not null,
      check_interval int not null,
      follow text not null default 'selected' constraint projects_follow_check check (follow in ('selected', 'all')),
      config_id bigint references configs (id) on delete set null,
      version int not null default 1,
      created_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint projects_numbers_check check (check_interval >= 1 and check_interval <= 1440 and version > 0)
    );
    create unique index projects_name_key on projects (installation_id, lower(name));

    create table project_repositories (
      project_id bigint not null references projects (id) on delete cascade,
      repository_id bigint not null references repositories (id) on delete cascade,
      following boolean not null,
      changed_by text not null,
      changed_at timestamptz not null default now(),
      primary key (project_id, repository_id)
    );
    create index project_repositories_repository_index on project_repositories (repository_id);

    create table project_actions (
      id bigint generated always as identity primary key,
      project_id bigint not null references projects (id) on delete cascade,
      installation_id bigint not null references installations (id) on delete cascade,
      name text not null,
      enabled boolean not null default true,
      definition jsonb not null,
      version int not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index project_actions_name_key on project_actions (project_id, lower(name));

    create table project_members (
      project_id bigint not null references projects (id) on delete cascade,
      github_id bigint,
      login text not null,
      role text not null constraint project_members_role_check check (role in ('manager', 'viewer')),
      added_by text not null,
      added_at timestamptz not null default now()
    );
    create unique index project_members_login_key on project_members (project_id, lower(login));
    create unique index project_members_person_key on project_members (project_id, github_id) where github_id is not null;
    create index project_members_person_index on project_members (github_id);
    create index project_members_waiting_index on project_members (lower(login)) where github_id is null;

    alter table installations add column project_id bigint references projects (id) on delete set null;
    alter table configs
      add column project_id bigint,
      drop constraint configs_managed_by_check,
      add constraint configs_managed_by_check check (managed_by in ('file', 'organization', 'server', 'api', 'project'));
    alter table watches
      drop constraint watches_managed_by_check,
      add constraint watches_managed_by_check check (managed_by in ('file', 'organization', 'server', 'api', 'project'));
  `);
}

/** Removes what `up` made; what only projects could hold goes with it. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    delete from watches where managed_by = 'project';
    alter table installations drop column project_id;
    drop table project_members;
    drop table project_actions;
    drop table project_repositories;
    drop table projects;
    delete from configs where managed_by = 'project';
    alter table watches
      drop constraint watches_managed_by_check,
      add constraint watches_managed_by_check check (managed_by in ('file', 'organization', 'server', 'api'));
    alter table configs
      drop column project_id,
      drop constraint configs_managed_by_check,
      add constraint configs_managed_by_check check (managed_by in ('file', 'organization', 'server', 'api'));
  `);
}
