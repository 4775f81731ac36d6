import type { Knex } from 'knex';

/**
 * One watch at work on one change, its steps and their attempts. A lane is a concurrency key: its row hands out the order
 * (`seq`) of its runs under a row lock, because identity values are given before commit and would swap.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table lanes (
      key text primary key,
      installation_id bigint not null,
      last_seq bigint not null default 0,
      updated_at timestamptz not null default now()
    );
    create table runs (
      id bigint generated always as identity primary key,
      change_id bigint not null,
      watch_id bigint not null,
      config_id bigint not null,
      repository_id bigint not null,
      installation_id bigint not null,
      watch_key text not null,
      lane text not null,
      seq bigint not null,
      strict boolean not null default false,
      status text not null default 'queued' constraint runs_status_check
        check (status in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'dead', 'cancelled')),
      code text,
      message text,
      due_at timestamptz not null default now(),
      replay_of bigint,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz
    );
    create unique index runs_once_index on runs (change_id, watch_id) where replay_of is null;
    create index runs_open_index on runs (lane, seq) where status in ('queued', 'running', 'waiting');
    create index runs_due_index on runs (due_at) where status in ('queued', 'running', 'waiting');
    create index runs_status_index on runs (status, id desc);
    create index runs_repository_index on runs (repository_id, id desc);
    create index runs_watch_index on runs (watch_key, id desc);
    create index runs_change_index on runs (change_id, id desc);

    create table steps (
      id bigint generated always as identity primary key,
      run_id bigint not null,
      installation_id bigint not null,
      position integer not null,
      key text,
      name text,
      kind text not null,
      status text not null constraint steps_status_check
        check (status in ('running', 'waiting', 'succeeded', 'failed', 'dead', 'skipped', 'cancelled')),
      outputs jsonb not null default '{}',
      code text,
      message text,
      idempotency_key text not null,
      attempts integer not null default 0,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      constraint steps_position_key unique (run_id, position)
    );
    create table attempts (
      id bigint generated always as identity primary key,
      run_id bigint not null,
      installation_id bigint not null,
      position integer not null,
      number integer not null,
      status text not null constraint attempts_status_check check (status in ('started', 'succeeded', 'failed', 'interrupted')),
      code text,
      message text,
      request jsonb,
      response jsonb,
      log jsonb,
      retry_at timestamptz,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      constraint attempts_number_key unique (run_id, position, number)
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table attempts; drop table steps; drop table runs; drop table lanes;');
}
