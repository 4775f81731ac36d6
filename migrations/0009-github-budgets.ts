import type { Knex } from 'knex';

/**
 * What all processes share about asking GitHub for an installation: its token (encrypted like a secret), what is left of its
 * limits, what was used by which class, until when GitHub wants to be left alone, and answers worth asking for on condition.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table installation_tokens (
      installation_id bigint not null references installations (id) on delete cascade,
      scope text not null,
      id uuid not null,
      ciphertext bytea,
      nonce bytea,
      tag bytea,
      wrapped_key bytea,
      wrap_nonce bytea,
      wrap_tag bytea,
      key_id text,
      fingerprint text,
      granted text,
      minted_at timestamptz,
      expires_at timestamptz,
      minting_until timestamptz,
      primary key (installation_id, scope)
    );
    create table github_limits (
      installation_id bigint not null references installations (id) on delete cascade,
      resource text not null,
      quota bigint not null,
      remaining bigint not null,
      resets_at timestamptz not null,
      noted_at timestamptz not null,
      primary key (installation_id, resource)
    );
    create table github_usage (
      installation_id bigint not null references installations (id) on delete cascade,
      resource text not null,
      purpose text not null constraint github_usage_purpose_check check (purpose in ('interactive', 'actions', 'sweep')),
      hour timestamptz not null,
      requests bigint not null default 0,
      unchanged bigint not null default 0,
      refused bigint not null default 0,
      total_requests bigint not null default 0,
      total_unchanged bigint not null default 0,
      total_refused bigint not null default 0,
      asked_at timestamptz not null,
      primary key (installation_id, resource, purpose)
    );
    create table github_pauses (
      installation_id bigint primary key references installations (id) on delete cascade,
      until timestamptz not null,
      reason text not null constraint github_pauses_reason_check check (reason in ('secondary_limit', 'retry_after')),
      message text not null,
      strikes integer not null,
      noted_at timestamptz not null
    );
    create table github_answers (
      installation_id bigint not null references installations (id) on delete cascade,
      url text not null,
      fingerprint text not null,
      etag text not null,
      link text,
      body bytea not null,
      noted_at timestamptz not null default now(),
      primary key (installation_id, url)
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(
    'drop table github_answers; drop table github_pauses; drop table github_usage; drop table github_limits; drop table installation_tokens;',
  );
}
