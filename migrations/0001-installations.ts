import type { Knex } from 'knex';

/** Accounts and the installations of the App on them. `host` is in every natural key, so that a second GitHub host never collides (handbook J4). */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table accounts (
      id bigint generated always as identity primary key,
      host text not null,
      github_id bigint not null,
      login text not null,
      type text not null constraint accounts_type_check check (type in ('User', 'Organization', 'Enterprise')),
      avatar_url text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint accounts_github_key unique (host, github_id)
    );
    create table installations (
      id bigint generated always as identity primary key,
      host text not null,
      github_id bigint not null,
      account_id bigint not null references accounts (id),
      repository_selection text not null constraint installations_repository_selection_check check (repository_selection in ('all', 'selected')),
      permissions jsonb not null default '{}',
      events jsonb not null default '[]',
      app_slug text,
      installed_at timestamptz,
      suspended_at timestamptz,
      deleted_at timestamptz,
      listed_at timestamptz,
      list_error text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint installations_github_key unique (host, github_id)
    );
    create index installations_account_index on installations (account_id);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table installations; drop table accounts;');
}
