import type { Knex } from 'knex';

/** Who may work on a repository, as events tell and GitHub lists it; when it was listed last and is to be listed next. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table members (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      github_id bigint not null,
      login text not null,
      type text not null,
      role text,
      observed_at timestamptz not null,
      created_at timestamptz not null default now(),
      constraint members_person_key unique (repository_id, github_id)
    );
    alter table repositories add column members_due_at timestamptz, add column members_listed_at timestamptz, add column members_error text;
    create index repositories_members_due_index on repositories (members_due_at) where members_due_at is not null;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    alter table repositories drop column members_due_at, drop column members_listed_at, drop column members_error;
    drop table members;
  `);
}
