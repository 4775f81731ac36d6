import type { Knex } from 'knex';

/** What requests to the REST side keep: keys under which nothing is done twice, and who edits which address at the moment. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table idempotency_keys (
      requester text not null,
      route text not null,
      key text not null,
      created_at timestamptz not null default now(),
      held_until timestamptz,
      sealed jsonb not null,
      constraint idempotency_keys_pkey primary key (requester, route, key)
    );
    create index idempotency_keys_created_index on idempotency_keys (created_at);
    create table edit_claims (
      address text not null constraint edit_claims_pkey primary key,
      holder text not null,
      held_until timestamptz not null
    );
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table idempotency_keys, edit_claims');
}
