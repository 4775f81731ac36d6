import type { Knex } from 'knex';

/** What an installation asked of GitHub by the clock, in slots of five minutes, for a day: who spends the hour, and when. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table github_usage_slots (
      installation_id bigint not null constraint github_usage_slots_installation_id_fkey references installations on delete cascade,
      slot timestamptz not null,
      purpose text not null constraint github_usage_slots_purpose_check check (purpose in ('interactive', 'actions', 'sweep')),
      requests integer not null default 0,
      refused integer not null default 0,
      constraint github_usage_slots_pkey primary key (installation_id, slot, purpose)
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table github_usage_slots');
}
