import type { Knex } from 'knex';

/** Versions of a repository's configuration file, and the watches that the one in force declares. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table configs (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      path text not null,
      blob_sha text not null,
      content text not null,
      status text not null constraint configs_status_check check (status in ('ok', 'invalid')),
      problems jsonb not null default '[]',
      created_at timestamptz not null default now(),
      constraint configs_blob_key unique (repository_id, blob_sha)
    );
    create table watches (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      key text not null,
      name text not null,
      managed_by text not null constraint watches_managed_by_check check (managed_by in ('file', 'organization', 'api')),
      config_id bigint not null references configs (id),
      line integer,
      removed_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint watches_key_key unique (repository_id, managed_by, key)
    );
    alter table repositories add constraint repositories_config_fkey foreign key (config_id) references configs (id) on delete set null;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('alter table repositories drop constraint repositories_config_fkey; drop table watches; drop table configs;');
}
