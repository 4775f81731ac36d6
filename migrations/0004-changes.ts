import type { Knex } from 'knex';

/**
 * What happened, in our words. `meaning` is the identity of a change within its repository: webhook, redelivery and poll
 * collapse into one row by its unique key. For a ref it is (ref, before, after) and the how-manieth time.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table changes (
      id bigint generated always as identity primary key,
      repository_id bigint not null references repositories (id) on delete cascade,
      installation_id bigint not null,
      ref_id bigint references refs (id) on delete cascade,
      delivery_id bigint references deliveries (id) on delete set null,
      type text not null,
      origin text not null constraint changes_origin_check check (origin in ('webhook', 'recovered', 'reconcile', 'trigger', 'manual')),
      ref_name text,
      before text,
      after text,
      position integer not null default 0,
      observed boolean not null default false,
      meaning text not null,
      actor jsonb,
      data jsonb not null,
      considered jsonb not null default '[]',
      happened_at timestamptz not null,
      created_at timestamptz not null default now(),
      constraint changes_meaning_key unique (repository_id, meaning)
    );
    create index changes_ref_index on changes (ref_id, before, after) where ref_id is not null;
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
