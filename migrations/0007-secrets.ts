import type { Knex } from 'knex';

/** Encrypted named values (threat model D11): a data key of its own for each, wrapped by a key of the ring in SECRETS_KEY. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table secrets (
      id uuid primary key,
      scope text not null constraint secrets_scope_check check (scope in ('global', 'installation', 'repository')),
      installation_id bigint references installations (id) on delete cascade,
      repository_id bigint references repositories (id) on delete cascade,
      name text not null,
      ciphertext bytea not null,
      nonce bytea not null,
      tag bytea not null,
      wrapped_key bytea not null,
      wrap_nonce bytea not null,
      wrap_tag bytea not null,
      key_id text not null,
      destinations jsonb,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      last_used_at timestamptz,
      constraint secrets_owner_check check (
        (scope = 'global' and installation_id is null and repository_id is null)
        or (scope = 'installation' and installation_id is not null and repository_id is null)
        or (scope = 'repository' and installation_id is not null and repository_id is not null)
      ),
      constraint secrets_name_key unique nulls not distinct (scope, installation_id, repository_id, name)
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table secrets;');
}
