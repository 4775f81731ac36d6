import type { Knex } from 'knex';

/**
 * API tokens and sessions, of which only hashes are kept; what GitHub gave people as tokens, encrypted; what GitHub says that they see;
 * and who somebody on GitHub is elsewhere.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table github_users add column name text, add column avatar_url text, add column access_listed_at timestamptz,
      add column access_error text, add column listing_until timestamptz;

    create table api_tokens (
      id bigint generated always as identity primary key,
      user_id bigint references github_users (id) on delete cascade,
      name text not null,
      hash bytea not null constraint api_tokens_hash_key unique,
      hint text not null,
      scopes text[] not null,
      installations bigint[],
      repositories bigint[],
      projects bigint[],
      created_by text not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      constraint api_tokens_scopes_check check (scopes <@ array['read', 'write', 'admin'] and cardinality(scopes) > 0)
    );
    create index api_tokens_user_index on api_tokens (user_id, id desc);

    create table sessions (
      id bigint generated always as identity primary key,
      hash bytea not null constraint sessions_hash_key unique,
      user_id bigint references github_users (id) on delete cascade,
      admin_key bytea,
      created_at timestamptz not null default now(),
      seen_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ends_at timestamptz not null,
      constraint sessions_owner_check check ((user_id is null) <> (admin_key is null))
    );
    create index sessions_user_index on sessions (user_id);
    create index sessions_end_index on sessions (expires_at);

    create table user_tokens (
      user_id bigint primary key references github_users (id) on delete cascade,
      id text not null,
      ciphertext bytea not null,
      nonce bytea not null,
      tag bytea not null,
      wrapped_key bytea not null,
      wrap_nonce bytea not null,
      wrap_tag bytea not null,
      key_id text not null,
      expires_at timestamptz,
      refresh_expires_at timestamptz,
      updated_at timestamptz not null default now()
    );

    create table user_installations (
      user_id bigint not null references github_users (id) on delete cascade,
      installation_github_id bigint not null,
      manages boolean not null,
      primary key (user_id, installation_github_id)
    );
    create index user_installations_installation_index on user_installations (installation_github_id);
    create table user_repositories (
      user_id bigint not null references github_users (id) on delete cascade,
      installation_github_id bigint not null,
      repository_github_id bigint not null,
      permission text not null constraint user_repositories_permission_check
        check (permission in ('read', 'triage', 'write', 'maintain', 'admin')),
      primary key (user_id, repository_github_id)
    );

    create table people (
      id bigint generated always as identity primary key,
      installation_id bigint not null references installations (id) on delete cascade,
      github_login text not null,
      github_id bigint,
      email text,
      jira_account_id text,
      slack_id text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index people_login_key on people (installation_id, lower(github_login));
    create unique index people_email_key on people (installation_id, lower(email)) where email is not null;
    create unique index people_jira_key on people (installation_id, jira_account_id) where jira_account_id is not null;
    create unique index people_slack_key on people (installation_id, slack_id) where slack_id is not null;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop table people;
    drop table user_repositories;
    drop table user_installations;
    drop table user_tokens;
    drop table sessions;
    drop table api_tokens;
    alter table github_users drop column name, drop column avatar_url, drop column access_listed_at, drop column access_error,
      drop column listing_until;
  `);
}
