import type { Knex } from 'knex';

/**
 * How much came in by the clock, counted once, so that a chart need not count a million rows; and how far the counting has come.
 * `repository_id` 0 is the installation as a whole, `installation_id` 0 whatever is nobody's.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table rates (
      seconds integer not null constraint rates_seconds_check check (seconds in (60, 300, 3600)),
      slot timestamptz not null,
      installation_id bigint not null,
      repository_id bigint not null,
      deliveries integer not null default 0,
      changes integer not null default 0,
      runs integer not null default 0,
      first_run_id bigint,
      samples bigint[] not null default '{}',
      constraint rates_pkey primary key (seconds, repository_id, slot, installation_id)
    );
    create table rate_marks (
      name text not null constraint rate_marks_pkey primary key,
      deliveries bigint not null default 0,
      changes bigint not null default 0,
      runs bigint not null default 0,
      next_deliveries bigint not null default 0,
      next_changes bigint not null default 0,
      next_runs bigint not null default 0,
      seen_at timestamptz not null default now()
    );
    insert into rate_marks (name) values ('rates');
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table rates, rate_marks');
}
