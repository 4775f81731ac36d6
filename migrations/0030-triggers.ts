import type { Knex } from 'knex';

/** Inbound triggers: who else may tell that something happened in a repository, and the secrets by which that is believed. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table triggers (
      id bigint generated always as identity primary key,
      installation_id bigint not null,
      repository_id bigint not null references repositories (id) on delete cascade,
      provider text not null constraint triggers_provider_check check (provider in ('github', 'gitlab', 'generic')),
      name text not null,
      remote_id text not null,
      remote_path text not null,
      enabled boolean not null default true,
      created_by text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint triggers_remote_key unique (installation_id, provider, remote_id),
      constraint triggers_name_key unique (repository_id, name)
    );
    create index triggers_repository_index on triggers (repository_id, id desc);
    create table trigger_secrets (
      id uuid primary key,
      trigger_id bigint not null references triggers (id) on delete cascade,
      installation_id bigint not null,
      ciphertext bytea not null,
      nonce bytea not null,
      tag bytea not null,
      wrapped_key bytea not null,
      wrap_nonce bytea not null,
      wrap_tag bytea not null,
      key_id text not null,
      created_at timestamptz not null default now(),
      valid_until timestamptz
    );
    create unique index trigger_secrets_current_key on trigger_secrets (trigger_id) where valid_until is null;
    create index trigger_secrets_trigger_index on trigger_secrets (trigger_id);
    create index deliveries_sender_index on deliveries (sender, id desc) where source = 'trigger';
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop index deliveries_sender_index; drop table trigger_secrets; drop table triggers;');
}
