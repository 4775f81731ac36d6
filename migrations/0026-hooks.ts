import type { Knex } from 'knex';

/** Hooks that an installation gives to its new repositories, and from what kind of model they take over its hooks. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table default_hooks (
      installation_id bigint not null references installations (id) on delete cascade,
      hook_id text not null,
      hook jsonb not null,
      updated_at timestamptz not null default now(),
      primary key (installation_id, hook_id)
    );
    alter table installations add column copy_hooks_on jsonb not null default '[]';
    alter table repositories add column hooks_given_at timestamptz;
    update repositories set hooks_given_at = now();
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table repositories drop column hooks_given_at;
    alter table installations drop column copy_hooks_on;
    drop table default_hooks;
  `);
}
