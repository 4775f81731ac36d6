import type { Knex } from 'knex';

/**
 * What a run does beside waiting its turn: a dry run sends nothing, a superseded or dropped one names the run that goes instead,
 * and one that gathers changes for a while lists them all. The tables have no foreign keys (docs/adr/0009-hot-tables.md).
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table runs add column dry_run boolean not null default false;
    alter table runs add column superseded_by bigint;
    create table run_changes (
      run_id bigint not null,
      change_id bigint not null,
      installation_id bigint not null,
      primary key (run_id, change_id)
    );
    create index run_changes_change_index on run_changes (change_id);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table run_changes; alter table runs drop column superseded_by; alter table runs drop column dry_run;');
}
