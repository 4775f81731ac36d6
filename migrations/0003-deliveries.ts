import type { Knex } from 'knex';

/**
 * Inbound messages exactly as received. The body is bytes (threat model D4) and stored out of line uncompressed: compressing
 * every body would cost more CPU than the rest of the insert.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table deliveries (
      id bigint generated always as identity primary key,
      source text not null constraint deliveries_source_check check (source in ('webhook', 'recovered', 'trigger', 'manual')),
      sender text not null,
      guid text not null,
      event text not null,
      action text,
      headers jsonb not null default '{}',
      body bytea not null,
      body_size integer not null,
      body_digest bytea not null,
      lane text not null,
      installation_github_id bigint,
      repository_github_id bigint,
      repository_full_name text,
      status text not null default 'unprocessed' constraint deliveries_status_check
        check (status in ('unprocessed', 'processing', 'processed', 'ignored', 'errored', 'reprocessing')),
      code text,
      reason text,
      attempts integer not null default 0,
      next_attempt_at timestamptz,
      received_at timestamptz not null default now(),
      settled_at timestamptz,
      constraint deliveries_guid_key unique (sender, guid)
    );
    alter table deliveries alter column body set storage external;
    create index deliveries_open_index on deliveries (lane, id) where status in ('unprocessed', 'processing', 'reprocessing');
    create index deliveries_guid_index on deliveries (guid);
    create index deliveries_status_index on deliveries (status, id desc);
    create index deliveries_event_index on deliveries (event, id desc);
    create index deliveries_repository_index on deliveries (repository_github_id, id desc);
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table deliveries;');
}
