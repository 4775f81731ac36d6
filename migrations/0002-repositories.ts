import type { Knex } from 'knex';

/** Repositories, their refs, and the open gaps in a ref's history. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table repositories (
      id bigint generated always as identity primary key,
      host text not null,
      github_id bigint not null,
      installation_id bigint not null references installations (id),
      owner_github_id bigint,
      owner text not null,
      name text not null,
      full_name text not null,
      private boolean not null default true,
      default_branch text,
      html_url text,
      archived boolean not null default false,
      disabled boolean not null default false,
      enabled boolean not null default true,
      pushed_at timestamptz,
      removed_at timestamptz,
      removed_reason text,
      baseline_at timestamptz,
      config_id bigint,
      config_status text not null default 'unknown' constraint repositories_config_status_check
        check (config_status in ('unknown', 'absent', 'load_error', 'invalid', 'ok')),
      config_problems jsonb not null default '[]',
      config_blob_sha text,
      config_checked_at timestamptz,
      config_due_at timestamptz,
      reconcile_interval_seconds integer,
      reconcile_due_at timestamptz not null default now(),
      reconciled_at timestamptz,
      reconcile_failures integer not null default 0,
      reconcile_error text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint repositories_github_key unique (host, github_id)
    );
    create index repositories_full_name_index on repositories (lower(full_name));
    create index repositories_installation_index on repositories (installation_id);
    create index repositories_due_index on repositories (reconcile_due_at) where removed_at is null and not archived and not disabled;
    create index repositories_config_due_index on repositories (config_due_at) where config_due_at is not null;

    create table refs (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      kind text not null constraint refs_kind_check check (kind in ('branch', 'tag')),
      name text not null,
      sha text,
      baseline_sha text,
      protected boolean,
      event_at timestamptz,
      observed_at timestamptz not null default now(),
      deleted_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint refs_name_key unique (repository_id, kind, name)
    );

    create table ref_gaps (
      id bigint generated always as identity primary key,
      ref_id bigint not null references refs (id) on delete cascade,
      installation_id bigint not null,
      from_sha text not null,
      to_sha text not null,
      created_at timestamptz not null default now()
    );
    create index ref_gaps_ref_index on ref_gaps (ref_id);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table ref_gaps; drop table refs; drop table repositories;');
}
