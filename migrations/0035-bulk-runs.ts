import type { Knex } from 'knex';

/** Jobs that replay or redrive many runs: each with its runs, so that a restart goes on where it was and no run is taken twice. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table jobs drop constraint jobs_kind_check;
    alter table jobs add constraint jobs_kind_check check (kind in ('reconcile', 'listing', 'recovery', 'replay', 'redrive'));
    alter table jobs add column replay_config text constraint jobs_replay_config_check check (replay_config in ('then', 'now'));
    create index jobs_runs_index on jobs (id) where kind in ('replay', 'redrive') and status in ('queued', 'running');
    alter table runs add column job_id bigint;
    create index runs_job_index on runs (job_id, id desc) where job_id is not null;
    create table job_runs (
      job_id bigint not null references jobs (id) on delete cascade,
      run_id bigint not null,
      installation_id bigint not null,
      status text not null default 'open' constraint job_runs_status_check check (status in ('open', 'done', 'failed', 'cancelled')),
      note text,
      finished_at timestamptz,
      constraint job_runs_pkey primary key (job_id, run_id)
    );
    create index job_runs_run_index on job_runs (run_id);
  `);
}

/** Removes what `up` made; jobs of the new kinds are over for an older code, and go. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop table job_runs;
    drop index runs_job_index; drop index jobs_runs_index;
    alter table runs drop column job_id;
    delete from jobs where kind in ('replay', 'redrive');
    alter table jobs drop column replay_config;
    alter table jobs drop constraint jobs_kind_check;
    alter table jobs add constraint jobs_kind_check check (kind in ('reconcile', 'listing', 'recovery'));
  `);
}
