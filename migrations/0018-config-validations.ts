import type { Knex } from 'knex';

/**
 * What was said of proposed versions of a configuration, one row for each commit, and the repositories whose configuration
 * is broken on the default branch. Both are work to do as well: `due_at` says when, and a restart goes on there.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table config_validations (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      head_sha text not null,
      ref_name text,
      on_default_branch boolean not null default false,
      pull_number integer,
      base_sha text,
      from_fork boolean not null default false,
      touches text not null constraint config_validations_touches_check check (touches in ('yes', 'unknown')),
      pushed_at timestamptz not null,
      status text not null default 'waiting' constraint config_validations_status_check
        check (status in ('waiting', 'done', 'unchanged', 'superseded', 'failed')),
      conclusion text constraint config_validations_conclusion_check check (conclusion in ('success', 'failure', 'neutral')),
      blob_sha text,
      title text,
      summary text,
      problems jsonb not null default '[]',
      preview jsonb,
      channel text constraint config_validations_channel_check check (channel in ('check', 'status', 'none')),
      check_run_id bigint,
      code text,
      reason text,
      attempts integer not null default 0,
      due_at timestamptz,
      created_at timestamptz not null default now(),
      requests integer not null default 1,
      validated_at timestamptz,
      reported_at timestamptz,
      constraint config_validations_sha_key unique (repository_id, head_sha)
    );
    create index config_validations_due_index on config_validations (due_at) where due_at is not null;
    create index config_validations_list_index on config_validations (repository_id, id desc);

    create table config_alarms (
      repository_id bigint primary key references repositories (id) on delete cascade,
      installation_id bigint not null,
      broken_since timestamptz not null,
      issue_number integer,
      issue_content text,
      code text,
      reason text,
      attempts integer not null default 0,
      due_at timestamptz not null
    );
    create index repositories_broken_index on repositories (id) where config_status = 'invalid' and removed_at is null;

    create table github_writes (
      installation_id bigint primary key,
      next_at timestamptz not null
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop table github_writes;
    drop index repositories_broken_index;
    drop table config_alarms;
    drop table config_validations;
  `);
}
