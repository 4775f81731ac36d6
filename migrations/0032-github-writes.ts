import type { Knex } from 'knex';

/**
 * GitHub's limits on new content (80 a minute, 500 an hour) for all processes together, when those who found the line of writes too
 * long shall come again, and who works on what has a key, so that there is one open issue of it.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table github_writes
      add column content_at timestamptz[] not null default '{}',
      add column again_at timestamptz not null default now();

    create table github_claims (
      installation_id bigint not null,
      repository_github_id bigint not null,
      key text not null,
      known text,
      holder uuid not null,
      held_until timestamptz not null,
      noted_at timestamptz not null default now(),
      constraint github_claims_pkey primary key (installation_id, repository_github_id, key)
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop table github_claims;
    alter table github_writes drop column again_at, drop column content_at;
  `);
}
