import type { Knex } from 'knex';

/**
 * What RepoWatch makes changes of by itself: times that watches wait for, and connections that look at a branch. `schedules_seen_at`
 * says for which look at a repository's configuration its schedules were made; while it differs, they are made anew.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table schedules (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      watch_key text not null,
      cron text not null,
      timezone text not null,
      next_at timestamptz not null,
      last_due_at timestamptz,
      created_at timestamptz not null default now(),
      constraint schedules_identity_key unique (repository_id, watch_key, cron, timezone)
    );
    create index schedules_next_index on schedules (next_at);
    create index schedules_installation_index on schedules (installation_id);

    create table presences (
      id text primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      branch text not null,
      person text not null,
      recorded boolean not null,
      heartbeat_at timestamptz not null default now(),
      created_at timestamptz not null default now()
    );
    create index presences_heartbeat_index on presences (heartbeat_at);
    create index presences_repository_index on presences (repository_id);
    create index presences_installation_index on presences (installation_id);

    alter table repositories add column schedules_seen_at timestamptz;
    create index repositories_schedules_index on repositories (id) where config_checked_at is distinct from schedules_seen_at;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index repositories_schedules_index;
    alter table repositories drop column schedules_seen_at;
    drop table presences;
    drop table schedules;
  `);
}
