import type { Knex } from 'knex';

/**
 * The facts that an installation's status follows from (handbook I8), the former names of repositories (B8), and whose a
 * repository's secrets are, so that they do not follow it to a new owner (B7).
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table apps (
      id bigint generated always as identity primary key,
      host text not null,
      github_id bigint not null,
      slug text not null,
      name text not null,
      html_url text,
      permissions jsonb not null default '{}',
      events jsonb not null default '[]',
      checked_at timestamptz not null default now(),
      constraint apps_github_key unique (host, github_id)
    );

    alter table installations
      add column html_url text,
      add column github_updated_at timestamptz,
      add column enabled boolean not null default true,
      add column allowed boolean not null default true,
      add column sender_github_id bigint,
      add column sender_login text,
      add column requester_github_id bigint,
      add column requester_login text,
      add column pending_permissions jsonb not null default '[]',
      add column refusal text constraint installations_refusal_check check (refusal in ('ip_allow_list')),
      add column refusal_message text,
      add column refused_at timestamptz,
      add column list_started_at timestamptz,
      add column list_due_at timestamptz,
      add column list_failures integer not null default 0,
      add column list_code text,
      add column purged_at timestamptz;
    create index installations_sender_index on installations (sender_github_id) where sender_github_id is not null;
    create index installations_requester_index on installations (requester_github_id) where requester_github_id is not null;

    alter table repositories
      add column owner_type text,
      add column owner_avatar_url text,
      add column visibility text,
      add column github_updated_at timestamptz,
      add column installation_since timestamptz not null default now(),
      add column facts_due_at timestamptz;
    create index repositories_facts_due_index on repositories (facts_due_at) where facts_due_at is not null;

    create table repository_names (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      host text not null,
      full_name text not null,
      until_at timestamptz not null default now()
    );
    create unique index repository_names_key on repository_names (repository_id, lower(full_name));
    create index repository_names_full_name_index on repository_names (lower(full_name));

    alter table secrets add column account_id bigint references accounts (id);
    update secrets s set account_id = i.account_id from installations i where i.id = s.installation_id and s.scope = 'repository';
    create index secrets_repository_index on secrets (repository_id) where repository_id is not null;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index secrets_repository_index;
    alter table secrets drop column account_id;
    drop table repository_names;
    alter table repositories drop column owner_type, drop column owner_avatar_url, drop column visibility, drop column github_updated_at,
      drop column installation_since, drop column facts_due_at;
    alter table installations drop column html_url, drop column github_updated_at, drop column enabled, drop column allowed,
      drop column sender_github_id, drop column sender_login, drop column requester_github_id, drop column requester_login,
      drop column pending_permissions, drop column refusal, drop column refusal_message, drop column refused_at, drop column list_started_at,
      drop column list_due_at, drop column list_failures, drop column list_code, drop column purged_at;
    drop table apps;
  `);
}
