import type { Knex } from 'knex';

/**
 * What happened, in our words. A change is unique by meaning, so that webhook, redelivery and poll collapse into one row: to a
 * ref by (ref, before, after) and the how-manieth time, to a repository by `meaning`. Rows that come with every push have no
 * foreign keys, and bodies are not compressed (docs/adr/0009-hot-tables.md).
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table changes (
      id bigint generated always as identity primary key,
      repository_id bigint not null,
      installation_id bigint not null,
      ref_id bigint,
      delivery_id bigint,
      type text not null,
      origin text not null constraint changes_origin_check check (origin in ('webhook', 'recovered', 'reconcile', 'trigger', 'manual')),
      ref_name text,
      before text,
      after text,
      position integer not null default 0,
      observed boolean not null default false,
      meaning text,
      actor jsonb,
      data jsonb not null,
      considered jsonb not null default '[]',
      happened_at timestamptz not null,
      created_at timestamptz not null default now(),
      constraint changes_identity_check check ((ref_id is null) <> (meaning is null))
    );
    alter table changes alter column data set storage external;
    create unique index changes_ref_key on changes (ref_id, before, after, position) where ref_id is not null;
    create unique index changes_meaning_key on changes (repository_id, meaning) where meaning is not null;
    create index changes_observed_index on changes (ref_id, id) where observed;
    create index changes_repository_index on changes (repository_id, id desc);
    create index changes_type_index on changes (type, id desc);
    create index changes_origin_index on changes (origin, id desc);
    create index changes_ref_name_index on changes (ref_name, id desc);
    create index changes_delivery_index on changes (delivery_id);
    create index changes_unasked_index on changes (repository_id, id) where considered @> '[{"clause": "config"}]';
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table changes;');
}
