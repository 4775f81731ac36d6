import type { Knex } from 'knex';

/**
 * The scan of GitHub's record of deliveries (handbook A14-A18): how far it has come, what it found that is not held, the
 * stretches that cannot be proven, and counters by the hour. One `recoveries` row per App on a host.
 */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table recoveries (
      id bigint generated always as identity primary key,
      host text not null,
      app_id bigint not null,
      baseline_at timestamptz not null,
      mark_at timestamptz not null,
      mark_delivery_id numeric(20),
      listed_to timestamptz not null,
      proven_from timestamptz not null,
      rescan_from timestamptz,
      phase text constraint recoveries_phase_check check (phase in ('listing', 'pulling')),
      scan_started_at timestamptz,
      scan_cursor text,
      scan_newest_at timestamptz,
      scan_newest_id numeric(20),
      scan_pages integer not null default 0,
      scan_listed integer not null default 0,
      scan_missing integer not null default 0,
      requested_at timestamptz,
      next_at timestamptz not null,
      failures integer not null default 0,
      error_code text,
      error text,
      completed_at timestamptz,
      version bigint not null default 0,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint recoveries_app_key unique (host, app_id)
    );

    create table recovery_items (
      id bigint generated always as identity primary key,
      recovery_id bigint not null references recoveries (id) on delete cascade,
      guid text not null,
      delivery_id numeric(20) not null,
      order_id numeric(20) not null,
      sent_at timestamptz not null,
      lane text not null,
      event text not null,
      action text,
      installation_github_id bigint,
      repository_github_id bigint,
      answer text,
      acknowledged boolean not null default false,
      status text not null default 'missing' constraint recovery_items_status_check
        check (status in ('missing', 'recovered', 'arrived', 'lost')),
      code text,
      reason text,
      attempts integer not null default 0,
      next_attempt_at timestamptz,
      found_at timestamptz not null default now(),
      settled_at timestamptz,
      constraint recovery_items_guid_key unique (recovery_id, guid)
    );
    create index recovery_items_missing_index on recovery_items (recovery_id, sent_at, order_id) where status = 'missing';
    create index recovery_items_status_index on recovery_items (status, id desc);
    create index recovery_items_found_index on recovery_items (found_at);

    create table recovery_gaps (
      id bigint generated always as identity primary key,
      recovery_id bigint not null references recoveries (id) on delete cascade,
      from_at timestamptz not null,
      noticed_at timestamptz not null,
      closed_at timestamptz,
      unproven_until timestamptz
    );
    create index recovery_gaps_recovery_index on recovery_gaps (recovery_id, id desc);

    create table recovery_hours (
      recovery_id bigint not null references recoveries (id) on delete cascade,
      hour timestamptz not null,
      calls integer not null default 0,
      scanned integer not null default 0,
      missing integer not null default 0,
      recovered integer not null default 0,
      arrived integer not null default 0,
      lost integer not null default 0,
      primary key (recovery_id, hour)
    );

    alter table deliveries add column sent_at timestamptz;
    -- Nearly all are webhooks: the others are found without passing those.
    create index deliveries_source_index on deliveries (source, id desc) where source <> 'webhook';
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw(`
    drop index deliveries_source_index;
    alter table deliveries drop column sent_at;
    drop table recovery_hours;
    drop table recovery_gaps;
    drop table recovery_items;
    drop table recoveries;
  `);
}
