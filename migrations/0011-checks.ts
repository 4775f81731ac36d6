import type { Knex } from 'knex';

/**
 * What comparing with GitHub found, repository by repository, and the jobs that people asked for. A job has an item for each
 * repository, so that it counts up whoever does the work and goes on after a restart.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table jobs (
      id bigint generated always as identity primary key,
      kind text not null constraint jobs_kind_check check (kind in ('reconcile', 'listing', 'recovery')),
      status text not null default 'queued' constraint jobs_status_check
        check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
      target text not null,
      installation_id bigint,
      requested_by text not null,
      total integer not null default 0,
      done integer not null default 0,
      failed integer not null default 0,
      changes integer not null default 0,
      last_repository text,
      errors jsonb not null default '[]',
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz
    );
    create index jobs_status_index on jobs (status, id desc);
    create index jobs_installation_index on jobs (installation_id, id desc);

    create table job_items (
      job_id bigint not null references jobs (id) on delete cascade,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      status text not null default 'open' constraint job_items_status_check check (status in ('open', 'done', 'failed', 'cancelled')),
      note text,
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      constraint job_items_pkey primary key (job_id, repository_id)
    );
    create index job_items_open_index on job_items (repository_id) where status = 'open';

    create table check_records (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      result text not null constraint check_records_result_check
        check (result in ('changed', 'no_change', 'initialized', 'error', 'manual')),
      trigger text not null default 'schedule' constraint check_records_trigger_check check (trigger in ('schedule', 'manual')),
      requested_by text,
      job_id bigint,
      ref_kind text constraint check_records_ref_kind_check check (ref_kind in ('branch', 'tag')),
      ref_name text,
      before text,
      sha text,
      message text,
      author text,
      committed_at timestamptz,
      changes integer not null default 0,
      code text,
      error text,
      times integer not null default 1,
      first_checked_at timestamptz not null,
      checked_at timestamptz not null
    );
    create index check_records_repository_index on check_records (repository_id, id desc);
    create index check_records_result_index on check_records (repository_id, result, id desc);
    create index check_records_last_index on check_records (repository_id, id desc) where result <> 'manual';
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table check_records; drop table job_items; drop table jobs;');
}
