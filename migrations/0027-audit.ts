import type { Knex } from 'knex';

/** Who changed what, when, and what it was before and after; never a secret. Rows outlive what they are about. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table audit_entries (
      id bigint generated always as identity primary key,
      installation_id bigint,
      repository_id bigint,
      actor_kind text not null constraint audit_entries_actor_kind_check check (actor_kind in ('admin', 'token', 'user', 'system')),
      actor_id text,
      actor text not null,
      action text not null,
      target_kind text not null,
      target_id text,
      target text,
      before jsonb,
      after jsonb,
      request_id text,
      at timestamptz not null default now()
    );
    create index audit_entries_installation_index on audit_entries (installation_id, id desc);
    create index audit_entries_action_index on audit_entries (action, id desc);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table audit_entries;');
}
