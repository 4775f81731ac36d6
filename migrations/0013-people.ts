import type { Knex } from 'knex';

/** Installations that somebody began here, and the people whom GitHub named to us. No token of a person is ever kept. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table github_users (
      id bigint generated always as identity primary key,
      host text not null,
      github_id bigint not null,
      login text not null,
      connected_at timestamptz not null default now(),
      revoked_at timestamptz,
      updated_at timestamptz not null default now(),
      constraint github_users_github_key unique (host, github_id)
    );
    create table installation_intents (
      id bigint generated always as identity primary key,
      host text not null,
      nonce text not null,
      begun_by text not null,
      github_user_id bigint,
      account_login text,
      return_to text,
      installation_github_id bigint,
      confirmed_by text constraint installation_intents_confirmed_by_check check (confirmed_by in ('app', 'user', 'webhook')),
      requested_at timestamptz,
      closed_at timestamptz,
      closed_reason text constraint installation_intents_closed_reason_check check (closed_reason in ('installed', 'replaced', 'cancelled')),
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      constraint installation_intents_nonce_key unique (nonce),
      constraint installation_intents_closed_check check ((closed_at is null) = (closed_reason is null))
    );
    create unique index installation_intents_open_key on installation_intents (host, begun_by) where closed_at is null;
    create index installation_intents_installation_index on installation_intents (host, installation_github_id)
      where installation_github_id is not null;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table installation_intents; drop table github_users;');
}
