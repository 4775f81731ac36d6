import type { Knex } from 'knex';

/**
 * What people do with runs that are over: replays know whose configuration they follow, redriven runs go on at the step that ended
 * them, and a dead run of a strict order holds its lane (`blocks`) until somebody decides. What is due is looked up by installation, so that each gets its turn.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table runs
      add column replay_config text constraint runs_replay_config_check check (replay_config in ('then', 'now')),
      add column redrives integer not null default 0,
      add column redriven_at timestamptz,
      add column blocks boolean not null default false;
    alter table steps add column attempts_before integer not null default 0;
    create index runs_replay_index on runs (replay_of, id) where replay_of is not null;
    create index runs_blocking_index on runs (lane, seq) where blocks;
    drop index runs_due_index;
    create index runs_due_index on runs (installation_id, due_at) where status in ('queued', 'running', 'waiting');
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index runs_due_index;
    create index runs_due_index on runs (due_at) where status in ('queued', 'running', 'waiting');
    drop index runs_blocking_index; drop index runs_replay_index;
    alter table steps drop column attempts_before;
    alter table runs drop column replay_config, drop column redrives, drop column redriven_at, drop column blocks;
  `);
}
