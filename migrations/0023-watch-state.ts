import type { Knex } from 'knex';

/** The small memory of a watch in one repository, one row for each key; `value` is JSON text as the script gave it. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table watch_state (
      installation_id bigint not null,
      repository_id bigint not null references repositories (id) on delete cascade,
      watch_key text not null,
      key text not null,
      value text not null,
      version bigint not null,
      updated_at timestamptz not null default now(),
      primary key (repository_id, installation_id, watch_key, key),
      constraint watch_state_size_check check (char_length(key) between 1 and 100 and octet_length(value) <= 8192)
    );
    create index watch_state_installation_index on watch_state (installation_id);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table watch_state;');
}
