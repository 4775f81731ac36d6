import type { Knex } from 'knex';

/**
 * The breaker for loops: runs on changes that a machine made name what the change is about (`loop_key`), so that they can be counted,
 * and each stretch in which they were too many is one row until it is reset or comes to rest.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table runs add column loop_key text;
    create index runs_loop_index on runs (watch_id, loop_key, created_at) where loop_key is not null;
    create table loop_breakers (
      id bigint generated always as identity primary key,
      installation_id bigint not null,
      repository_id bigint not null references repositories (id) on delete cascade,
      watch_id bigint not null,
      loop_key text not null,
      stopped integer not null default 0,
      tripped_at timestamptz not null default now(),
      last_at timestamptz not null default now(),
      reset_at timestamptz,
      constraint loop_breakers_subject_key unique (watch_id, loop_key)
    );
    create index loop_breakers_repository_index on loop_breakers (repository_id);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table loop_breakers; drop index runs_loop_index; alter table runs drop column loop_key;');
}
