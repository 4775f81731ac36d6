import type { Knex } from 'knex';

/** Jobs that open many issues, each with its own row: GitHub takes them a few a minute, and a restart goes on where it was. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table jobs drop constraint jobs_kind_check;
    alter table jobs add constraint jobs_kind_check check (kind in ('reconcile', 'listing', 'recovery', 'replay', 'redrive', 'issues'));
    create table job_issues (
      job_id bigint not null references jobs (id) on delete cascade,
      position integer not null,
      installation_id bigint not null,
      repository_id bigint not null references repositories (id) on delete cascade,
      item jsonb not null,
      on_existing text not null,
      posted_for text,
      status text not null default 'open' constraint job_issues_status_check check (status in ('open', 'done', 'failed', 'cancelled')),
      tries integer not null default 0,
      due_at timestamptz not null default now(),
      number integer,
      code text,
      message text,
      finished_at timestamptz,
      constraint job_issues_pkey primary key (job_id, position)
    );
    create index job_issues_due_index on job_issues (due_at) where status = 'open';
  `);
}

/** Removes what `up` made; jobs of this kind are over for an older code, and go. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop table job_issues;
    delete from jobs where kind = 'issues';
    alter table jobs drop constraint jobs_kind_check;
    alter table jobs add constraint jobs_kind_check check (kind in ('reconcile', 'listing', 'recovery', 'replay', 'redrive'));
  `);
}
