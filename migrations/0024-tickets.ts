import type { Knex } from 'knex';

/** Tickets that steps moved and RepoWatch's own; what each cause did to which ticket, once; and what every step made of them. */
export async function up(trx: Knex): Promise<void> {
  await trx.raw(`
    create table tickets (
      id bigint generated always as identity primary key,
      installation_id bigint not null,
      repository_id bigint references repositories (id) on delete set null,
      provider text not null,
      connection text not null,
      key text not null,
      title text,
      body text,
      status text,
      issue_number integer,
      pr_number integer,
      url text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint tickets_provider_check check (provider in ('jira', 'github', 'builtin')),
      constraint tickets_place_key unique (installation_id, provider, connection, key)
    );
    create unique index tickets_issue_index on tickets (repository_id, issue_number) where provider = 'builtin' and issue_number is not null;
    create index tickets_pull_index on tickets (repository_id, pr_number) where provider = 'builtin' and pr_number is not null;
    create index tickets_repository_index on tickets (repository_id, id desc);
    create table ticket_moves (
      id bigint generated always as identity primary key,
      installation_id bigint not null,
      ticket_id bigint not null references tickets (id) on delete cascade,
      cause text not null,
      action text not null,
      from_status text,
      to_state text,
      to_status text,
      happened_at timestamptz not null,
      planned_at timestamptz not null default now(),
      settled_at timestamptz,
      comment_begun_at timestamptz,
      comment_sent_at timestamptz,
      constraint ticket_moves_once_key unique (ticket_id, cause, action)
    );
    create index ticket_moves_installation_index on ticket_moves (installation_id);
    create table ticket_results (
      id bigint generated always as identity primary key,
      installation_id bigint not null,
      repository_id bigint not null,
      ticket_id bigint not null references tickets (id) on delete cascade,
      change_id bigint not null,
      run_id bigint not null,
      step text not null,
      event text,
      from_status text,
      to_status text,
      status text not null,
      code text,
      message text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint ticket_results_status_check check (status in ('planned', 'moved', 'unchanged', 'commented', 'failed')),
      constraint ticket_results_step_key unique (run_id, step, ticket_id)
    );
    create index ticket_results_change_index on ticket_results (change_id, id);
    create index ticket_results_ticket_index on ticket_results (ticket_id, id desc);
    create index ticket_results_installation_index on ticket_results (installation_id);
    create table ticket_leases (
      name text primary key,
      installation_id bigint not null,
      holder text not null,
      until timestamptz not null
    );
    create table ticket_connections (
      installation_id bigint not null,
      url text not null,
      expires_at timestamptz,
      used_at timestamptz not null,
      constraint ticket_connections_pkey primary key (installation_id, url)
    );
    create index ticket_connections_expiry_index on ticket_connections (expires_at) where expires_at is not null;
  `);
}

/** Removes what `up` made. */
export async function down(trx: Knex): Promise<void> {
  await trx.raw('drop table ticket_connections, ticket_leases, ticket_results, ticket_moves, tickets');
}
