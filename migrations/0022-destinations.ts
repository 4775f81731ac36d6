import type { Knex } from 'knex';

/**
 * Where steps send to: an origin as one installation uses it, with its health and the state of its breaker; and single endpoints that
 * said they are gone. Runs that were held back because their destination rests.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table destinations (
      id bigint generated always as identity primary key,
      installation_id bigint not null,
      origin text not null,
      endpoint text not null default '',
      state text not null default 'ok' constraint destinations_state_check check (state in ('ok', 'resting', 'probing', 'disabled')),
      state_since timestamptz not null default now(),
      consecutive_failures integer not null default 0,
      rests integer not null default 0,
      opens_at timestamptz,
      probe_until timestamptz,
      code text,
      message text,
      attempts bigint not null default 0,
      failures bigint not null default 0,
      recent jsonb not null default '[]',
      last_success_at timestamptz,
      last_failure_at timestamptz,
      last_run_id bigint,
      updated_at timestamptz not null default now(),
      constraint destinations_address_key unique (installation_id, origin, endpoint)
    );
    create index destinations_state_index on destinations (state, id desc);
    create index destinations_installation_index on destinations (installation_id, id desc);
    create index destinations_updated_index on destinations (updated_at);
    create table held_runs (
      run_id bigint not null,
      position integer not null,
      installation_id bigint not null,
      destination_id bigint,
      attempts_before integer not null default 0,
      since timestamptz not null default now(),
      constraint held_runs_pkey primary key (run_id, position)
    );
    create index held_runs_destination_index on held_runs (destination_id);
    create index held_runs_since_index on held_runs (since);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table held_runs; drop table destinations;');
}
