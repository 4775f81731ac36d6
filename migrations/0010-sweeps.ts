import type { Knex } from 'knex';

/**
 * One sweeper per installation: when each repository's refs have to be read, how far a sweep has come, and what each page of
 * the installation's listing meant, so that 1,000 pages survive a restart and an unchanged page is free.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table repositories
      add column node_id text,
      add column compared_pushed_at timestamptz,
      add column refs_due_at timestamptz not null default now(),
      add column config_interval_seconds integer,
      add column unlisted_at timestamptz;
    drop index repositories_due_index;
    create index repositories_due_index on repositories (installation_id, reconcile_due_at)
      where removed_at is null and not archived and not disabled and enabled;
    create index repositories_refs_due_index on repositories (installation_id, refs_due_at)
      where removed_at is null and not archived and not disabled and enabled;

    create table sweeps (
      installation_id bigint primary key references installations (id) on delete cascade,
      turn_at timestamptz,
      resume_at timestamptz not null default now(),
      listing_due_at timestamptz,
      listing_started_at timestamptz,
      listing_page integer not null default 0,
      listing_retry_at timestamptz,
      listing_failures integer not null default 0,
      listing_ended_at timestamptz,
      batch_size integer not null default 25,
      batch_failures integer not null default 0
    );

    create table sweep_pages (
      installation_id bigint not null references installations (id) on delete cascade,
      page integer not null,
      listing_started_at timestamptz not null,
      github_ids bigint[] not null,
      total integer not null,
      more boolean not null,
      mark text,
      constraint sweep_pages_pkey primary key (installation_id, page)
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop table sweep_pages; drop table sweeps;
    drop index repositories_refs_due_index;
    drop index repositories_due_index;
    create index repositories_due_index on repositories (reconcile_due_at) where removed_at is null and not archived and not disabled;
    alter table repositories drop column node_id, drop column compared_pushed_at, drop column refs_due_at, drop column config_interval_seconds,
      drop column unlisted_at;
  `);
}
