-- What the migrations make. Written by "npm run schema"; test/schema.test.ts keeps it true. The queue lives beside it in the schema pgboss.

create table accounts (
  id bigint generated always as identity,
  host text not null,
  github_id bigint not null,
  login text not null,
  type text not null,
  avatar_url text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_github_key UNIQUE (host, github_id),
  constraint accounts_type_check CHECK ((type = ANY (ARRAY['User'::text, 'Organization'::text, 'Enterprise'::text])))
);

create table api_tokens (
  id bigint generated always as identity,
  user_id bigint,
  name text not null,
  hash bytea not null,
  hint text not null,
  scopes text[] not null,
  installations bigint[],
  repositories bigint[],
  projects bigint[],
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_tokens_pkey PRIMARY KEY (id),
  constraint api_tokens_hash_key UNIQUE (hash),
  constraint api_tokens_scopes_check CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'admin'::text]) AND (cardinality(scopes) > 0))),
  constraint api_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES github_users(id) ON DELETE CASCADE
);
CREATE INDEX api_tokens_user_index ON api_tokens USING btree (user_id, id DESC);

create table apps (
  id bigint generated always as identity,
  host text not null,
  github_id bigint not null,
  slug text not null,
  name text not null,
  html_url text,
  permissions jsonb default '{}'::jsonb not null,
  events jsonb default '[]'::jsonb not null,
  checked_at timestamp with time zone default now() not null,
  constraint apps_pkey PRIMARY KEY (id),
  constraint apps_github_key UNIQUE (host, github_id)
);

create table attempts (
  id bigint generated always as identity,
  run_id bigint not null,
  installation_id bigint not null,
  "position" integer not null,
  number integer not null,
  status text not null,
  code text,
  message text,
  request jsonb,
  response jsonb,
  log jsonb,
  retry_at timestamp with time zone,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint attempts_pkey PRIMARY KEY (id),
  constraint attempts_number_key UNIQUE (run_id, "position", number),
  constraint attempts_status_check CHECK ((status = ANY (ARRAY['started'::text, 'succeeded'::text, 'failed'::text, 'interrupted'::text])))
);

create table audit_entries (
  id bigint generated always as identity,
  installation_id bigint,
  repository_id bigint,
  actor_kind text not null,
  actor_id text,
  actor text not null,
  action text not null,
  target_kind text not null,
  target_id text,
  target text,
  before jsonb,
  after jsonb,
  request_id text,
  at timestamp with time zone default now() not null,
  constraint audit_entries_pkey PRIMARY KEY (id),
  constraint audit_entries_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['admin'::text, 'token'::text, 'user'::text, 'system'::text])))
);
CREATE INDEX audit_entries_action_index ON audit_entries USING btree (action, id DESC);
CREATE INDEX audit_entries_installation_index ON audit_entries USING btree (installation_id, id DESC);

create table changes (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  ref_id bigint,
  delivery_id bigint,
  type text not null,
  origin text not null,
  ref_name text,
  before text,
  after text,
  "position" integer default 0 not null,
  observed boolean default false not null,
  meaning text,
  actor jsonb,
  data jsonb not null /* storage external */,
  considered jsonb default '[]'::jsonb not null,
  happened_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  considered_pruned_at timestamp with time zone,
  constraint changes_pkey PRIMARY KEY (id),
  constraint changes_identity_check CHECK (((ref_id IS NULL) <> (meaning IS NULL))),
  constraint changes_origin_check CHECK ((origin = ANY (ARRAY['webhook'::text, 'recovered'::text, 'reconcile'::text, 'trigger'::text, 'manual'::text])))
);
CREATE INDEX changes_after_index ON changes USING btree (after, id DESC) WHERE ((after IS NOT NULL) AND (after <> '0000000000000000000000000000000000000000'::text));
CREATE INDEX changes_delivery_index ON changes USING btree (delivery_id);
CREATE UNIQUE INDEX changes_meaning_key ON changes USING btree (repository_id, meaning) WHERE (meaning IS NOT NULL);
CREATE INDEX changes_observed_index ON changes USING btree (ref_id, id) WHERE observed;
CREATE INDEX changes_origin_index ON changes USING btree (origin, id DESC);
CREATE UNIQUE INDEX changes_ref_key ON changes USING btree (ref_id, before, after, "position") WHERE (ref_id IS NOT NULL);
CREATE INDEX changes_ref_name_index ON changes USING btree (ref_name, id DESC);
CREATE INDEX changes_repository_index ON changes USING btree (repository_id, id DESC) INCLUDE (installation_id, type, happened_at);
CREATE INDEX changes_type_index ON changes USING btree (type, id DESC);
CREATE INDEX changes_unannounced_index ON changes USING btree (id DESC) INCLUDE (repository_id, installation_id) WHERE (delivery_id IS NULL);
CREATE INDEX changes_unasked_index ON changes USING btree (repository_id, id) WHERE (considered @> '[{"clause": "config"}]'::jsonb);

create table check_records (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  result text not null,
  trigger text default 'schedule'::text not null,
  requested_by text,
  job_id bigint,
  ref_kind text,
  ref_name text,
  before text,
  sha text,
  message text,
  author text,
  committed_at timestamp with time zone,
  changes integer default 0 not null,
  code text,
  error text,
  times integer default 1 not null,
  first_checked_at timestamp with time zone not null,
  checked_at timestamp with time zone not null,
  constraint check_records_pkey PRIMARY KEY (id),
  constraint check_records_ref_kind_check CHECK ((ref_kind = ANY (ARRAY['branch'::text, 'tag'::text]))),
  constraint check_records_result_check CHECK ((result = ANY (ARRAY['changed'::text, 'no_change'::text, 'initialized'::text, 'error'::text, 'manual'::text]))),
  constraint check_records_trigger_check CHECK ((trigger = ANY (ARRAY['schedule'::text, 'manual'::text]))),
  constraint check_records_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX check_records_last_index ON check_records USING btree (repository_id, id DESC) WHERE (result <> 'manual'::text);
CREATE INDEX check_records_repository_index ON check_records USING btree (repository_id, id DESC);
CREATE INDEX check_records_result_index ON check_records USING btree (repository_id, result, id DESC);

create table config_alarms (
  repository_id bigint not null,
  installation_id bigint not null,
  broken_since timestamp with time zone not null,
  issue_number integer,
  issue_content text,
  code text,
  reason text,
  attempts integer default 0 not null,
  due_at timestamp with time zone not null,
  constraint config_alarms_pkey PRIMARY KEY (repository_id),
  constraint config_alarms_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);

create table config_validations (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  head_sha text not null,
  ref_name text,
  on_default_branch boolean default false not null,
  pull_number integer,
  base_sha text,
  from_fork boolean default false not null,
  touches text not null,
  pushed_at timestamp with time zone not null,
  status text default 'waiting'::text not null,
  conclusion text,
  blob_sha text,
  title text,
  summary text,
  problems jsonb default '[]'::jsonb not null,
  preview jsonb,
  channel text,
  check_run_id bigint,
  code text,
  reason text,
  attempts integer default 0 not null,
  due_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  requests integer default 1 not null,
  validated_at timestamp with time zone,
  reported_at timestamp with time zone,
  constraint config_validations_pkey PRIMARY KEY (id),
  constraint config_validations_sha_key UNIQUE (repository_id, head_sha),
  constraint config_validations_channel_check CHECK ((channel = ANY (ARRAY['check'::text, 'status'::text, 'none'::text]))),
  constraint config_validations_conclusion_check CHECK ((conclusion = ANY (ARRAY['success'::text, 'failure'::text, 'neutral'::text]))),
  constraint config_validations_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'done'::text, 'unchanged'::text, 'superseded'::text, 'failed'::text]))),
  constraint config_validations_touches_check CHECK ((touches = ANY (ARRAY['yes'::text, 'unknown'::text]))),
  constraint config_validations_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX config_validations_due_index ON config_validations USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX config_validations_list_index ON config_validations USING btree (repository_id, id DESC);

create table configs (
  id bigint generated always as identity,
  repository_id bigint,
  installation_id bigint,
  path text not null,
  blob_sha text not null,
  content text not null,
  status text not null,
  problems jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  managed_by text default 'file'::text not null,
  project_id bigint,
  constraint configs_pkey PRIMARY KEY (id),
  constraint configs_blob_key UNIQUE NULLS NOT DISTINCT (repository_id, managed_by, blob_sha),
  constraint configs_managed_by_check CHECK ((managed_by = ANY (ARRAY['file'::text, 'organization'::text, 'server'::text, 'api'::text, 'project'::text]))),
  constraint configs_status_check CHECK ((status = ANY (ARRAY['ok'::text, 'invalid'::text]))),
  constraint configs_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);

create table default_hooks (
  installation_id bigint not null,
  hook_id text not null,
  hook jsonb not null,
  updated_at timestamp with time zone default now() not null,
  constraint default_hooks_pkey PRIMARY KEY (installation_id, hook_id),
  constraint default_hooks_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table deliveries (
  id bigint generated always as identity,
  source text not null,
  sender text not null,
  guid text not null,
  event text not null,
  action text,
  headers jsonb default '{}'::jsonb not null,
  body bytea not null /* storage external */,
  body_size integer not null,
  body_digest bytea not null,
  lane text not null,
  installation_github_id bigint,
  repository_github_id bigint,
  repository_full_name text,
  status text default 'unprocessed'::text not null,
  code text,
  reason text,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  received_at timestamp with time zone default now() not null,
  settled_at timestamp with time zone,
  sent_at timestamp with time zone,
  constraint deliveries_pkey PRIMARY KEY (id),
  constraint deliveries_guid_key UNIQUE (sender, guid),
  constraint deliveries_source_check CHECK ((source = ANY (ARRAY['webhook'::text, 'recovered'::text, 'trigger'::text, 'manual'::text]))),
  constraint deliveries_status_check CHECK ((status = ANY (ARRAY['unprocessed'::text, 'processing'::text, 'processed'::text, 'ignored'::text, 'errored'::text, 'reprocessing'::text])))
);
CREATE INDEX deliveries_event_index ON deliveries USING btree (event, id DESC);
CREATE INDEX deliveries_guid_index ON deliveries USING btree (guid);
CREATE INDEX deliveries_open_index ON deliveries USING btree (lane, id) WHERE (status = ANY (ARRAY['unprocessed'::text, 'processing'::text, 'reprocessing'::text]));
CREATE INDEX deliveries_repository_index ON deliveries USING btree (repository_github_id, id DESC) INCLUDE (installation_github_id);
CREATE INDEX deliveries_sender_index ON deliveries USING btree (sender, id DESC) WHERE (source = 'trigger'::text);
CREATE INDEX deliveries_source_index ON deliveries USING btree (source, id DESC) WHERE (source <> 'webhook'::text);
CREATE INDEX deliveries_status_index ON deliveries USING btree (status, id DESC);

create table destinations (
  id bigint generated always as identity,
  installation_id bigint not null,
  origin text not null,
  endpoint text default ''::text not null,
  state text default 'ok'::text not null,
  state_since timestamp with time zone default now() not null,
  consecutive_failures integer default 0 not null,
  rests integer default 0 not null,
  opens_at timestamp with time zone,
  probe_until timestamp with time zone,
  code text,
  message text,
  attempts bigint default 0 not null,
  failures bigint default 0 not null,
  recent jsonb default '[]'::jsonb not null,
  last_success_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  last_run_id bigint,
  updated_at timestamp with time zone default now() not null,
  constraint destinations_pkey PRIMARY KEY (id),
  constraint destinations_address_key UNIQUE (installation_id, origin, endpoint),
  constraint destinations_state_check CHECK ((state = ANY (ARRAY['ok'::text, 'resting'::text, 'probing'::text, 'disabled'::text])))
);
CREATE INDEX destinations_installation_index ON destinations USING btree (installation_id, id DESC);
CREATE INDEX destinations_state_index ON destinations USING btree (state, id DESC);
CREATE INDEX destinations_updated_index ON destinations USING btree (updated_at);

create table edit_claims (
  address text not null,
  holder text not null,
  held_until timestamp with time zone not null,
  constraint edit_claims_pkey PRIMARY KEY (address)
);

create table github_answers (
  installation_id bigint not null,
  url text not null,
  fingerprint text not null,
  etag text not null,
  link text,
  body bytea not null,
  noted_at timestamp with time zone default now() not null,
  constraint github_answers_pkey PRIMARY KEY (installation_id, url),
  constraint github_answers_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table github_claims (
  installation_id bigint not null,
  repository_github_id bigint not null,
  key text not null,
  known text,
  holder uuid not null,
  held_until timestamp with time zone not null,
  noted_at timestamp with time zone default now() not null,
  constraint github_claims_pkey PRIMARY KEY (installation_id, repository_github_id, key)
);

create table github_limits (
  installation_id bigint not null,
  resource text not null,
  quota bigint not null,
  remaining bigint not null,
  resets_at timestamp with time zone not null,
  noted_at timestamp with time zone not null,
  constraint github_limits_pkey PRIMARY KEY (installation_id, resource),
  constraint github_limits_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table github_pauses (
  installation_id bigint not null,
  until timestamp with time zone not null,
  reason text not null,
  message text not null,
  strikes integer not null,
  noted_at timestamp with time zone not null,
  constraint github_pauses_pkey PRIMARY KEY (installation_id),
  constraint github_pauses_reason_check CHECK ((reason = ANY (ARRAY['secondary_limit'::text, 'retry_after'::text]))),
  constraint github_pauses_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table github_usage (
  installation_id bigint not null,
  resource text not null,
  purpose text not null,
  hour timestamp with time zone not null,
  requests bigint default 0 not null,
  unchanged bigint default 0 not null,
  refused bigint default 0 not null,
  total_requests bigint default 0 not null,
  total_unchanged bigint default 0 not null,
  total_refused bigint default 0 not null,
  asked_at timestamp with time zone not null,
  constraint github_usage_pkey PRIMARY KEY (installation_id, resource, purpose),
  constraint github_usage_purpose_check CHECK ((purpose = ANY (ARRAY['interactive'::text, 'actions'::text, 'sweep'::text]))),
  constraint github_usage_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table github_usage_slots (
  installation_id bigint not null,
  slot timestamp with time zone not null,
  purpose text not null,
  requests integer default 0 not null,
  refused integer default 0 not null,
  constraint github_usage_slots_pkey PRIMARY KEY (installation_id, slot, purpose),
  constraint github_usage_slots_purpose_check CHECK ((purpose = ANY (ARRAY['interactive'::text, 'actions'::text, 'sweep'::text]))),
  constraint github_usage_slots_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table github_users (
  id bigint generated always as identity,
  host text not null,
  github_id bigint not null,
  login text not null,
  connected_at timestamp with time zone default now() not null,
  revoked_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  name text,
  avatar_url text,
  access_listed_at timestamp with time zone,
  access_error text,
  listing_until timestamp with time zone,
  constraint github_users_pkey PRIMARY KEY (id),
  constraint github_users_github_key UNIQUE (host, github_id)
);

create table github_writes (
  installation_id bigint not null,
  next_at timestamp with time zone not null,
  content_at timestamp with time zone[] default '{}'::timestamp with time zone[] not null,
  again_at timestamp with time zone default now() not null,
  constraint github_writes_pkey PRIMARY KEY (installation_id)
);

create table held_runs (
  run_id bigint not null,
  "position" integer not null,
  installation_id bigint not null,
  destination_id bigint,
  attempts_before integer default 0 not null,
  since timestamp with time zone default now() not null,
  constraint held_runs_pkey PRIMARY KEY (run_id, "position")
);
CREATE INDEX held_runs_destination_index ON held_runs USING btree (destination_id);
CREATE INDEX held_runs_since_index ON held_runs USING btree (since);

create table idempotency_keys (
  requester text not null,
  route text not null,
  key text not null,
  created_at timestamp with time zone default now() not null,
  held_until timestamp with time zone,
  sealed jsonb not null,
  constraint idempotency_keys_pkey PRIMARY KEY (requester, route, key)
);
CREATE INDEX idempotency_keys_created_index ON idempotency_keys USING btree (created_at);

create table installation_intents (
  id bigint generated always as identity,
  host text not null,
  nonce text not null,
  begun_by text not null,
  github_user_id bigint,
  account_login text,
  return_to text,
  installation_github_id bigint,
  confirmed_by text,
  requested_at timestamp with time zone,
  closed_at timestamp with time zone,
  closed_reason text,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  constraint installation_intents_pkey PRIMARY KEY (id),
  constraint installation_intents_nonce_key UNIQUE (nonce),
  constraint installation_intents_closed_check CHECK (((closed_at IS NULL) = (closed_reason IS NULL))),
  constraint installation_intents_closed_reason_check CHECK ((closed_reason = ANY (ARRAY['installed'::text, 'replaced'::text, 'cancelled'::text]))),
  constraint installation_intents_confirmed_by_check CHECK ((confirmed_by = ANY (ARRAY['app'::text, 'user'::text, 'webhook'::text])))
);
CREATE INDEX installation_intents_installation_index ON installation_intents USING btree (host, installation_github_id) WHERE (installation_github_id IS NOT NULL);
CREATE UNIQUE INDEX installation_intents_open_key ON installation_intents USING btree (host, begun_by) WHERE (closed_at IS NULL);

create table installation_tokens (
  installation_id bigint not null,
  scope text not null,
  id uuid not null,
  ciphertext bytea,
  nonce bytea,
  tag bytea,
  wrapped_key bytea,
  wrap_nonce bytea,
  wrap_tag bytea,
  key_id text,
  fingerprint text,
  granted text,
  minted_at timestamp with time zone,
  expires_at timestamp with time zone,
  minting_until timestamp with time zone,
  constraint installation_tokens_pkey PRIMARY KEY (installation_id, scope),
  constraint installation_tokens_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table installations (
  id bigint generated always as identity,
  host text not null,
  github_id bigint not null,
  account_id bigint not null,
  repository_selection text not null,
  permissions jsonb default '{}'::jsonb not null,
  events jsonb default '[]'::jsonb not null,
  app_slug text,
  installed_at timestamp with time zone,
  suspended_at timestamp with time zone,
  deleted_at timestamp with time zone,
  listed_at timestamp with time zone,
  list_error text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  html_url text,
  github_updated_at timestamp with time zone,
  enabled boolean default true not null,
  allowed boolean default true not null,
  sender_github_id bigint,
  sender_login text,
  requester_github_id bigint,
  requester_login text,
  pending_permissions jsonb default '[]'::jsonb not null,
  refusal text,
  refusal_message text,
  refused_at timestamp with time zone,
  list_started_at timestamp with time zone,
  list_due_at timestamp with time zone,
  list_failures integer default 0 not null,
  list_code text,
  purged_at timestamp with time zone,
  copy_hooks_on jsonb default '[]'::jsonb not null,
  project_id bigint,
  constraint installations_pkey PRIMARY KEY (id),
  constraint installations_github_key UNIQUE (host, github_id),
  constraint installations_refusal_check CHECK ((refusal = 'ip_allow_list'::text)),
  constraint installations_repository_selection_check CHECK ((repository_selection = ANY (ARRAY['all'::text, 'selected'::text]))),
  constraint installations_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint installations_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE SET NULL
);
CREATE INDEX installations_account_index ON installations USING btree (account_id);
CREATE INDEX installations_requester_index ON installations USING btree (requester_github_id) WHERE (requester_github_id IS NOT NULL);
CREATE INDEX installations_sender_index ON installations USING btree (sender_github_id) WHERE (sender_github_id IS NOT NULL);

create table job_issues (
  job_id bigint not null,
  "position" integer not null,
  installation_id bigint not null,
  repository_id bigint not null,
  item jsonb not null,
  on_existing text not null,
  posted_for text,
  status text default 'open'::text not null,
  tries integer default 0 not null,
  due_at timestamp with time zone default now() not null,
  number integer,
  code text,
  message text,
  finished_at timestamp with time zone,
  constraint job_issues_pkey PRIMARY KEY (job_id, "position"),
  constraint job_issues_status_check CHECK ((status = ANY (ARRAY['open'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint job_issues_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE,
  constraint job_issues_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX job_issues_due_index ON job_issues USING btree (due_at) WHERE (status = 'open'::text);

create table job_items (
  job_id bigint not null,
  repository_id bigint not null,
  installation_id bigint not null,
  status text default 'open'::text not null,
  note text,
  created_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint job_items_pkey PRIMARY KEY (job_id, repository_id),
  constraint job_items_status_check CHECK ((status = ANY (ARRAY['open'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint job_items_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE,
  constraint job_items_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX job_items_open_index ON job_items USING btree (repository_id) WHERE (status = 'open'::text);

create table job_runs (
  job_id bigint not null,
  run_id bigint not null,
  installation_id bigint not null,
  status text default 'open'::text not null,
  note text,
  finished_at timestamp with time zone,
  constraint job_runs_pkey PRIMARY KEY (job_id, run_id),
  constraint job_runs_status_check CHECK ((status = ANY (ARRAY['open'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))),
  constraint job_runs_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE
);
CREATE INDEX job_runs_run_index ON job_runs USING btree (run_id);

create table jobs (
  id bigint generated always as identity,
  kind text not null,
  status text default 'queued'::text not null,
  target text not null,
  installation_id bigint,
  requested_by text not null,
  total integer default 0 not null,
  done integer default 0 not null,
  failed integer default 0 not null,
  changes integer default 0 not null,
  last_repository text,
  errors jsonb default '[]'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  replay_config text,
  constraint jobs_pkey PRIMARY KEY (id),
  constraint jobs_kind_check CHECK ((kind = ANY (ARRAY['reconcile'::text, 'listing'::text, 'recovery'::text, 'replay'::text, 'redrive'::text, 'issues'::text, 'rotate_key'::text]))),
  constraint jobs_replay_config_check CHECK ((replay_config = ANY (ARRAY['then'::text, 'now'::text]))),
  constraint jobs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX jobs_installation_index ON jobs USING btree (installation_id, id DESC);
CREATE INDEX jobs_runs_index ON jobs USING btree (id) WHERE ((kind = ANY (ARRAY['replay'::text, 'redrive'::text])) AND (status = ANY (ARRAY['queued'::text, 'running'::text])));
CREATE INDEX jobs_status_index ON jobs USING btree (status, id DESC);

create table key_holders (
  process_id uuid not null,
  key_ids text[] not null,
  started_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  constraint key_holders_pkey PRIMARY KEY (process_id)
);

create table lanes (
  key text not null,
  installation_id bigint not null,
  last_seq bigint default 0 not null,
  updated_at timestamp with time zone default now() not null,
  constraint lanes_pkey PRIMARY KEY (key)
);

create table loop_breakers (
  id bigint generated always as identity,
  installation_id bigint not null,
  repository_id bigint not null,
  watch_id bigint not null,
  loop_key text not null,
  stopped integer default 0 not null,
  tripped_at timestamp with time zone default now() not null,
  last_at timestamp with time zone default now() not null,
  reset_at timestamp with time zone,
  constraint loop_breakers_pkey PRIMARY KEY (id),
  constraint loop_breakers_subject_key UNIQUE (watch_id, loop_key),
  constraint loop_breakers_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX loop_breakers_repository_index ON loop_breakers USING btree (repository_id);

create table members (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  github_id bigint not null,
  login text not null,
  type text not null,
  role text,
  observed_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  constraint members_pkey PRIMARY KEY (id),
  constraint members_person_key UNIQUE (repository_id, github_id),
  constraint members_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);

create table people (
  id bigint generated always as identity,
  installation_id bigint not null,
  github_login text not null,
  github_id bigint,
  email text,
  jira_account_id text,
  slack_id text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint people_pkey PRIMARY KEY (id),
  constraint people_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX people_email_key ON people USING btree (installation_id, lower(email)) WHERE (email IS NOT NULL);
CREATE UNIQUE INDEX people_jira_key ON people USING btree (installation_id, jira_account_id) WHERE (jira_account_id IS NOT NULL);
CREATE UNIQUE INDEX people_login_key ON people USING btree (installation_id, lower(github_login));
CREATE UNIQUE INDEX people_slack_key ON people USING btree (installation_id, slack_id) WHERE (slack_id IS NOT NULL);

create table presences (
  id text not null,
  repository_id bigint not null,
  installation_id bigint not null,
  branch text not null,
  person text not null,
  recorded boolean not null,
  heartbeat_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  constraint presences_pkey PRIMARY KEY (id),
  constraint presences_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX presences_heartbeat_index ON presences USING btree (heartbeat_at);
CREATE INDEX presences_installation_index ON presences USING btree (installation_id);
CREATE INDEX presences_repository_index ON presences USING btree (repository_id);

create table project_actions (
  id bigint generated always as identity,
  project_id bigint not null,
  installation_id bigint not null,
  name text not null,
  enabled boolean default true not null,
  definition jsonb not null,
  version integer default 1 not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint project_actions_pkey PRIMARY KEY (id),
  constraint project_actions_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE,
  constraint project_actions_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX project_actions_name_key ON project_actions USING btree (project_id, lower(name));

create table project_members (
  project_id bigint not null,
  github_id bigint,
  login text not null,
  role text not null,
  added_by text not null,
  added_at timestamp with time zone default now() not null,
  constraint project_members_role_check CHECK ((role = ANY (ARRAY['manager'::text, 'viewer'::text]))),
  constraint project_members_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX project_members_login_key ON project_members USING btree (project_id, lower(login));
CREATE INDEX project_members_person_index ON project_members USING btree (github_id);
CREATE UNIQUE INDEX project_members_person_key ON project_members USING btree (project_id, github_id) WHERE (github_id IS NOT NULL);
CREATE INDEX project_members_waiting_index ON project_members USING btree (lower(login)) WHERE (github_id IS NULL);

create table project_repositories (
  project_id bigint not null,
  repository_id bigint not null,
  following boolean not null,
  changed_by text not null,
  changed_at timestamp with time zone default now() not null,
  constraint project_repositories_pkey PRIMARY KEY (project_id, repository_id),
  constraint project_repositories_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint project_repositories_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX project_repositories_repository_index ON project_repositories USING btree (repository_id);

create table projects (
  id bigint generated always as identity,
  installation_id bigint not null,
  name text not null,
  enabled boolean default true not null,
  branches jsonb not null,
  check_interval integer not null,
  follow text default 'selected'::text not null,
  config_id bigint,
  version integer default 1 not null,
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint projects_pkey PRIMARY KEY (id),
  constraint projects_follow_check CHECK ((follow = ANY (ARRAY['selected'::text, 'all'::text]))),
  constraint projects_numbers_check CHECK (((check_interval >= 1) AND (check_interval <= 1440) AND (version > 0))),
  constraint projects_config_id_fkey FOREIGN KEY (config_id) REFERENCES configs(id) ON DELETE SET NULL,
  constraint projects_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX projects_name_key ON projects USING btree (installation_id, lower(name));

create table prunings (
  name text not null,
  through_id bigint not null,
  updated_at timestamp with time zone default now() not null,
  constraint prunings_pkey PRIMARY KEY (name)
);

create table rate_marks (
  name text not null,
  deliveries bigint default 0 not null,
  changes bigint default 0 not null,
  runs bigint default 0 not null,
  next_deliveries bigint default 0 not null,
  next_changes bigint default 0 not null,
  next_runs bigint default 0 not null,
  seen_at timestamp with time zone default now() not null,
  constraint rate_marks_pkey PRIMARY KEY (name)
);

create table rates (
  seconds integer not null,
  slot timestamp with time zone not null,
  installation_id bigint not null,
  repository_id bigint not null,
  deliveries integer default 0 not null,
  changes integer default 0 not null,
  runs integer default 0 not null,
  first_run_id bigint,
  samples bigint[] default '{}'::bigint[] not null,
  constraint rates_pkey PRIMARY KEY (seconds, repository_id, slot, installation_id),
  constraint rates_seconds_check CHECK ((seconds = ANY (ARRAY[60, 300, 3600])))
);

create table recoveries (
  id bigint generated always as identity,
  host text not null,
  app_id bigint not null,
  baseline_at timestamp with time zone not null,
  mark_at timestamp with time zone not null,
  mark_delivery_id numeric(20,0),
  listed_to timestamp with time zone not null,
  proven_from timestamp with time zone not null,
  rescan_from timestamp with time zone,
  phase text,
  scan_started_at timestamp with time zone,
  scan_cursor text,
  scan_newest_at timestamp with time zone,
  scan_newest_id numeric(20,0),
  scan_pages integer default 0 not null,
  scan_listed integer default 0 not null,
  scan_missing integer default 0 not null,
  requested_at timestamp with time zone,
  next_at timestamp with time zone not null,
  failures integer default 0 not null,
  error_code text,
  error text,
  completed_at timestamp with time zone,
  version bigint default 0 not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint recoveries_pkey PRIMARY KEY (id),
  constraint recoveries_app_key UNIQUE (host, app_id),
  constraint recoveries_phase_check CHECK ((phase = ANY (ARRAY['listing'::text, 'pulling'::text])))
);

create table recovery_gaps (
  id bigint generated always as identity,
  recovery_id bigint not null,
  from_at timestamp with time zone not null,
  noticed_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  unproven_until timestamp with time zone,
  constraint recovery_gaps_pkey PRIMARY KEY (id),
  constraint recovery_gaps_recovery_id_fkey FOREIGN KEY (recovery_id) REFERENCES recoveries(id) ON DELETE CASCADE
);
CREATE INDEX recovery_gaps_recovery_index ON recovery_gaps USING btree (recovery_id, id DESC);

create table recovery_hours (
  recovery_id bigint not null,
  hour timestamp with time zone not null,
  calls integer default 0 not null,
  scanned integer default 0 not null,
  missing integer default 0 not null,
  recovered integer default 0 not null,
  arrived integer default 0 not null,
  lost integer default 0 not null,
  constraint recovery_hours_pkey PRIMARY KEY (recovery_id, hour),
  constraint recovery_hours_recovery_id_fkey FOREIGN KEY (recovery_id) REFERENCES recoveries(id) ON DELETE CASCADE
);

create table recovery_items (
  id bigint generated always as identity,
  recovery_id bigint not null,
  guid text not null,
  delivery_id numeric(20,0) not null,
  order_id numeric(20,0) not null,
  sent_at timestamp with time zone not null,
  lane text not null,
  event text not null,
  action text,
  installation_github_id bigint,
  repository_github_id bigint,
  answer text,
  acknowledged boolean default false not null,
  status text default 'missing'::text not null,
  code text,
  reason text,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  found_at timestamp with time zone default now() not null,
  settled_at timestamp with time zone,
  constraint recovery_items_pkey PRIMARY KEY (id),
  constraint recovery_items_guid_key UNIQUE (recovery_id, guid),
  constraint recovery_items_status_check CHECK ((status = ANY (ARRAY['missing'::text, 'recovered'::text, 'arrived'::text, 'lost'::text]))),
  constraint recovery_items_recovery_id_fkey FOREIGN KEY (recovery_id) REFERENCES recoveries(id) ON DELETE CASCADE
);
CREATE INDEX recovery_items_found_index ON recovery_items USING btree (found_at);
CREATE INDEX recovery_items_missing_index ON recovery_items USING btree (recovery_id, sent_at, order_id) WHERE (status = 'missing'::text);
CREATE INDEX recovery_items_status_index ON recovery_items USING btree (status, id DESC);

create table ref_gaps (
  id bigint generated always as identity,
  ref_id bigint not null,
  installation_id bigint not null,
  from_sha text not null,
  to_sha text not null,
  created_at timestamp with time zone default now() not null,
  constraint ref_gaps_pkey PRIMARY KEY (id),
  constraint ref_gaps_ref_id_fkey FOREIGN KEY (ref_id) REFERENCES refs(id) ON DELETE CASCADE
);
CREATE INDEX ref_gaps_ref_index ON ref_gaps USING btree (ref_id);

create table refs (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  kind text not null,
  name text not null,
  sha text,
  baseline_sha text,
  protected boolean,
  event_at timestamp with time zone,
  observed_at timestamp with time zone default now() not null,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint refs_pkey PRIMARY KEY (id),
  constraint refs_name_key UNIQUE (repository_id, kind, name),
  constraint refs_kind_check CHECK ((kind = ANY (ARRAY['branch'::text, 'tag'::text]))),
  constraint refs_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);

create table repositories (
  id bigint generated always as identity,
  host text not null,
  github_id bigint not null,
  installation_id bigint not null,
  owner_github_id bigint,
  owner text not null,
  name text not null,
  full_name text not null,
  private boolean default true not null,
  default_branch text,
  html_url text,
  archived boolean default false not null,
  disabled boolean default false not null,
  enabled boolean default true not null,
  pushed_at timestamp with time zone,
  removed_at timestamp with time zone,
  removed_reason text,
  baseline_at timestamp with time zone,
  config_id bigint,
  config_status text default 'unknown'::text not null,
  config_problems jsonb default '[]'::jsonb not null,
  config_blob_sha text,
  config_checked_at timestamp with time zone,
  config_due_at timestamp with time zone,
  reconcile_interval_seconds integer,
  reconcile_due_at timestamp with time zone default now() not null,
  reconciled_at timestamp with time zone,
  reconcile_failures integer default 0 not null,
  reconcile_error text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  node_id text,
  compared_pushed_at timestamp with time zone,
  refs_due_at timestamp with time zone default now() not null,
  config_interval_seconds integer,
  unlisted_at timestamp with time zone,
  owner_type text,
  owner_avatar_url text,
  visibility text,
  github_updated_at timestamp with time zone,
  installation_since timestamp with time zone default now() not null,
  facts_due_at timestamp with time zone,
  schedules_seen_at timestamp with time zone,
  extends_config_id bigint,
  extends_repository_id bigint,
  extends_ref text,
  api_config_id bigint,
  members_due_at timestamp with time zone,
  members_listed_at timestamp with time zone,
  members_error text,
  hooks_given_at timestamp with time zone,
  constraint repositories_pkey PRIMARY KEY (id),
  constraint repositories_github_key UNIQUE (host, github_id),
  constraint repositories_config_status_check CHECK ((config_status = ANY (ARRAY['unknown'::text, 'absent'::text, 'load_error'::text, 'invalid'::text, 'ok'::text]))),
  constraint repositories_api_config_id_fkey FOREIGN KEY (api_config_id) REFERENCES configs(id) ON DELETE SET NULL,
  constraint repositories_config_fkey FOREIGN KEY (config_id) REFERENCES configs(id) ON DELETE SET NULL,
  constraint repositories_extends_config_id_fkey FOREIGN KEY (extends_config_id) REFERENCES configs(id) ON DELETE SET NULL,
  constraint repositories_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id)
);
CREATE INDEX repositories_broken_index ON repositories USING btree (id) WHERE ((config_status = 'invalid'::text) AND (removed_at IS NULL));
CREATE INDEX repositories_config_due_index ON repositories USING btree (config_due_at) WHERE (config_due_at IS NOT NULL);
CREATE INDEX repositories_due_index ON repositories USING btree (installation_id, reconcile_due_at) WHERE ((removed_at IS NULL) AND (NOT archived) AND (NOT disabled) AND enabled);
CREATE INDEX repositories_extends_index ON repositories USING btree (extends_repository_id) WHERE (extends_repository_id IS NOT NULL);
CREATE INDEX repositories_facts_due_index ON repositories USING btree (facts_due_at) WHERE (facts_due_at IS NOT NULL);
CREATE INDEX repositories_full_name_index ON repositories USING btree (lower(full_name));
CREATE INDEX repositories_installation_index ON repositories USING btree (installation_id);
CREATE INDEX repositories_members_due_index ON repositories USING btree (members_due_at) WHERE (members_due_at IS NOT NULL);
CREATE INDEX repositories_organization_index ON repositories USING btree (installation_id) WHERE ((lower(name) = '.github'::text) AND (removed_at IS NULL));
CREATE INDEX repositories_refs_due_index ON repositories USING btree (installation_id, refs_due_at) WHERE ((removed_at IS NULL) AND (NOT archived) AND (NOT disabled) AND enabled);
CREATE INDEX repositories_schedules_index ON repositories USING btree (id) WHERE (config_checked_at IS DISTINCT FROM schedules_seen_at);

create table repository_names (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  host text not null,
  full_name text not null,
  until_at timestamp with time zone default now() not null,
  constraint repository_names_pkey PRIMARY KEY (id),
  constraint repository_names_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX repository_names_full_name_index ON repository_names USING btree (lower(full_name));
CREATE UNIQUE INDEX repository_names_key ON repository_names USING btree (repository_id, lower(full_name));

create table run_changes (
  run_id bigint not null,
  change_id bigint not null,
  installation_id bigint not null,
  constraint run_changes_pkey PRIMARY KEY (run_id, change_id)
);
CREATE INDEX run_changes_change_index ON run_changes USING btree (change_id);

create table runs (
  id bigint generated always as identity,
  change_id bigint not null,
  watch_id bigint not null,
  config_id bigint not null,
  repository_id bigint not null,
  installation_id bigint not null,
  watch_key text not null,
  lane text not null,
  seq bigint not null,
  strict boolean default false not null,
  status text default 'queued'::text not null,
  code text,
  message text,
  due_at timestamp with time zone default now() not null,
  replay_of bigint,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  dry_run boolean default false not null,
  superseded_by bigint,
  base_config_id bigint,
  replay_config text,
  redrives integer default 0 not null,
  redriven_at timestamp with time zone,
  blocks boolean default false not null,
  job_id bigint,
  loop_key text,
  constraint runs_pkey PRIMARY KEY (id),
  constraint runs_replay_config_check CHECK ((replay_config = ANY (ARRAY['then'::text, 'now'::text]))),
  constraint runs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'succeeded'::text, 'failed'::text, 'dead'::text, 'cancelled'::text])))
);
CREATE INDEX runs_blocking_index ON runs USING btree (lane, seq) WHERE blocks;
CREATE INDEX runs_change_index ON runs USING btree (change_id, id DESC);
CREATE INDEX runs_code_index ON runs USING btree (code, id DESC) WHERE (code IS NOT NULL);
CREATE INDEX runs_due_index ON runs USING btree (installation_id, due_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text]));
CREATE INDEX runs_failed_index ON runs USING btree (change_id DESC) INCLUDE (repository_id, installation_id) WHERE (status = ANY (ARRAY['failed'::text, 'dead'::text]));
CREATE INDEX runs_job_index ON runs USING btree (job_id, id DESC) WHERE (job_id IS NOT NULL);
CREATE INDEX runs_loop_index ON runs USING btree (watch_id, loop_key, created_at) WHERE (loop_key IS NOT NULL);
CREATE UNIQUE INDEX runs_once_index ON runs USING btree (change_id, watch_id) WHERE (replay_of IS NULL);
CREATE INDEX runs_open_index ON runs USING btree (lane, seq) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text]));
CREATE INDEX runs_replay_index ON runs USING btree (replay_of, id) WHERE (replay_of IS NOT NULL);
CREATE INDEX runs_repository_index ON runs USING btree (repository_id, id DESC) INCLUDE (installation_id, status, watch_key);
CREATE INDEX runs_status_index ON runs USING btree (status, id DESC);
CREATE INDEX runs_watch_index ON runs USING btree (watch_key, id DESC);

create table schedules (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  watch_key text not null,
  cron text not null,
  timezone text not null,
  next_at timestamp with time zone not null,
  last_due_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint schedules_pkey PRIMARY KEY (id),
  constraint schedules_identity_key UNIQUE (repository_id, watch_key, cron, timezone),
  constraint schedules_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX schedules_installation_index ON schedules USING btree (installation_id);
CREATE INDEX schedules_next_index ON schedules USING btree (next_at);

create table secrets (
  id uuid not null,
  scope text not null,
  installation_id bigint,
  repository_id bigint,
  name text not null,
  ciphertext bytea not null,
  nonce bytea not null,
  tag bytea not null,
  wrapped_key bytea not null,
  wrap_nonce bytea not null,
  wrap_tag bytea not null,
  key_id text not null,
  destinations jsonb,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone,
  account_id bigint,
  project_id bigint,
  watch_key text,
  version integer default 1 not null,
  created_by text,
  updated_by text,
  constraint secrets_pkey PRIMARY KEY (id),
  constraint secrets_name_key UNIQUE NULLS NOT DISTINCT (scope, installation_id, repository_id, project_id, watch_key, name),
  constraint secrets_owner_check CHECK (
CASE scope
    WHEN 'global'::text THEN (num_nonnulls(installation_id, repository_id, project_id, watch_key) = 0)
    WHEN 'installation'::text THEN ((installation_id IS NOT NULL) AND (num_nonnulls(repository_id, project_id, watch_key) = 0))
    WHEN 'project'::text THEN ((num_nonnulls(installation_id, project_id) = 2) AND (num_nonnulls(repository_id, watch_key) = 0))
    WHEN 'repository'::text THEN ((num_nonnulls(installation_id, repository_id) = 2) AND (num_nonnulls(project_id, watch_key) = 0))
    ELSE ((num_nonnulls(installation_id, watch_key) = 2) AND (num_nonnulls(repository_id, project_id) = 1))
END),
  constraint secrets_scope_check CHECK ((scope = ANY (ARRAY['global'::text, 'installation'::text, 'project'::text, 'repository'::text, 'watch'::text]))),
  constraint secrets_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint secrets_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE,
  constraint secrets_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  constraint secrets_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX secrets_project_index ON secrets USING btree (project_id) WHERE (project_id IS NOT NULL);
CREATE INDEX secrets_repository_index ON secrets USING btree (repository_id) WHERE (repository_id IS NOT NULL);

create table sessions (
  id bigint generated always as identity,
  hash bytea not null,
  user_id bigint,
  admin_key bytea,
  created_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_hash_key UNIQUE (hash),
  constraint sessions_owner_check CHECK (((user_id IS NULL) <> (admin_key IS NULL))),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES github_users(id) ON DELETE CASCADE
);
CREATE INDEX sessions_end_index ON sessions USING btree (expires_at);
CREATE INDEX sessions_user_index ON sessions USING btree (user_id);

create table steps (
  id bigint generated always as identity,
  run_id bigint not null,
  installation_id bigint not null,
  "position" integer not null,
  key text,
  name text,
  kind text not null,
  status text not null,
  outputs jsonb default '{}'::jsonb not null,
  code text,
  message text,
  idempotency_key text not null,
  attempts integer default 0 not null,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  attempts_before integer default 0 not null,
  constraint steps_pkey PRIMARY KEY (id),
  constraint steps_position_key UNIQUE (run_id, "position"),
  constraint steps_status_check CHECK ((status = ANY (ARRAY['running'::text, 'waiting'::text, 'succeeded'::text, 'failed'::text, 'dead'::text, 'skipped'::text, 'cancelled'::text])))
);

create table sweep_pages (
  installation_id bigint not null,
  page integer not null,
  listing_started_at timestamp with time zone not null,
  github_ids bigint[] not null,
  total integer not null,
  more boolean not null,
  mark text,
  constraint sweep_pages_pkey PRIMARY KEY (installation_id, page),
  constraint sweep_pages_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table sweeps (
  installation_id bigint not null,
  turn_at timestamp with time zone,
  resume_at timestamp with time zone default now() not null,
  listing_due_at timestamp with time zone,
  listing_started_at timestamp with time zone,
  listing_page integer default 0 not null,
  listing_retry_at timestamp with time zone,
  listing_failures integer default 0 not null,
  listing_ended_at timestamp with time zone,
  batch_size integer default 25 not null,
  batch_failures integer default 0 not null,
  constraint sweeps_pkey PRIMARY KEY (installation_id),
  constraint sweeps_installation_id_fkey FOREIGN KEY (installation_id) REFERENCES installations(id) ON DELETE CASCADE
);

create table ticket_connections (
  installation_id bigint not null,
  url text not null,
  expires_at timestamp with time zone,
  used_at timestamp with time zone not null,
  constraint ticket_connections_pkey PRIMARY KEY (installation_id, url)
);
CREATE INDEX ticket_connections_expiry_index ON ticket_connections USING btree (expires_at) WHERE (expires_at IS NOT NULL);

create table ticket_leases (
  name text not null,
  installation_id bigint not null,
  holder text not null,
  until timestamp with time zone not null,
  constraint ticket_leases_pkey PRIMARY KEY (name)
);

create table ticket_moves (
  id bigint generated always as identity,
  installation_id bigint not null,
  ticket_id bigint not null,
  cause text not null,
  action text not null,
  from_status text,
  to_state text,
  to_status text,
  happened_at timestamp with time zone not null,
  planned_at timestamp with time zone default now() not null,
  settled_at timestamp with time zone,
  comment_begun_at timestamp with time zone,
  comment_sent_at timestamp with time zone,
  constraint ticket_moves_pkey PRIMARY KEY (id),
  constraint ticket_moves_once_key UNIQUE (ticket_id, cause, action),
  constraint ticket_moves_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE
);
CREATE INDEX ticket_moves_installation_index ON ticket_moves USING btree (installation_id);

create table ticket_results (
  id bigint generated always as identity,
  installation_id bigint not null,
  repository_id bigint not null,
  ticket_id bigint not null,
  change_id bigint not null,
  run_id bigint not null,
  step text not null,
  event text,
  from_status text,
  to_status text,
  status text not null,
  code text,
  message text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint ticket_results_pkey PRIMARY KEY (id),
  constraint ticket_results_step_key UNIQUE (run_id, step, ticket_id),
  constraint ticket_results_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'moved'::text, 'unchanged'::text, 'commented'::text, 'failed'::text]))),
  constraint ticket_results_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE
);
CREATE INDEX ticket_results_change_index ON ticket_results USING btree (change_id, id);
CREATE INDEX ticket_results_installation_index ON ticket_results USING btree (installation_id);
CREATE INDEX ticket_results_ticket_index ON ticket_results USING btree (ticket_id, id DESC);

create table tickets (
  id bigint generated always as identity,
  installation_id bigint not null,
  repository_id bigint,
  provider text not null,
  connection text not null,
  key text not null,
  title text,
  body text,
  status text,
  issue_number integer,
  pr_number integer,
  url text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint tickets_pkey PRIMARY KEY (id),
  constraint tickets_place_key UNIQUE (installation_id, provider, connection, key),
  constraint tickets_provider_check CHECK ((provider = ANY (ARRAY['jira'::text, 'github'::text, 'builtin'::text]))),
  constraint tickets_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX tickets_issue_index ON tickets USING btree (repository_id, issue_number) WHERE ((provider = 'builtin'::text) AND (issue_number IS NOT NULL));
CREATE INDEX tickets_key_index ON tickets USING btree (lower(key));
CREATE INDEX tickets_pull_index ON tickets USING btree (repository_id, pr_number) WHERE ((provider = 'builtin'::text) AND (pr_number IS NOT NULL));
CREATE INDEX tickets_repository_index ON tickets USING btree (repository_id, id DESC);

create table trigger_secrets (
  id uuid not null,
  trigger_id bigint not null,
  installation_id bigint not null,
  ciphertext bytea not null,
  nonce bytea not null,
  tag bytea not null,
  wrapped_key bytea not null,
  wrap_nonce bytea not null,
  wrap_tag bytea not null,
  key_id text not null,
  created_at timestamp with time zone default now() not null,
  valid_until timestamp with time zone,
  constraint trigger_secrets_pkey PRIMARY KEY (id),
  constraint trigger_secrets_trigger_id_fkey FOREIGN KEY (trigger_id) REFERENCES triggers(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX trigger_secrets_current_key ON trigger_secrets USING btree (trigger_id) WHERE (valid_until IS NULL);
CREATE INDEX trigger_secrets_trigger_index ON trigger_secrets USING btree (trigger_id);

create table triggers (
  id bigint generated always as identity,
  installation_id bigint not null,
  repository_id bigint not null,
  provider text not null,
  name text not null,
  remote_id text not null,
  remote_path text not null,
  enabled boolean default true not null,
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint triggers_pkey PRIMARY KEY (id),
  constraint triggers_name_key UNIQUE (repository_id, name),
  constraint triggers_remote_key UNIQUE (installation_id, provider, remote_id),
  constraint triggers_provider_check CHECK ((provider = ANY (ARRAY['github'::text, 'gitlab'::text, 'generic'::text]))),
  constraint triggers_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX triggers_repository_index ON triggers USING btree (repository_id, id DESC);

create table user_installations (
  user_id bigint not null,
  installation_github_id bigint not null,
  manages boolean not null,
  constraint user_installations_pkey PRIMARY KEY (user_id, installation_github_id),
  constraint user_installations_user_id_fkey FOREIGN KEY (user_id) REFERENCES github_users(id) ON DELETE CASCADE
);
CREATE INDEX user_installations_installation_index ON user_installations USING btree (installation_github_id);

create table user_repositories (
  user_id bigint not null,
  installation_github_id bigint not null,
  repository_github_id bigint not null,
  permission text not null,
  constraint user_repositories_pkey PRIMARY KEY (user_id, repository_github_id),
  constraint user_repositories_permission_check CHECK ((permission = ANY (ARRAY['read'::text, 'triage'::text, 'write'::text, 'maintain'::text, 'admin'::text]))),
  constraint user_repositories_user_id_fkey FOREIGN KEY (user_id) REFERENCES github_users(id) ON DELETE CASCADE
);

create table user_tokens (
  user_id bigint not null,
  id text not null,
  ciphertext bytea not null,
  nonce bytea not null,
  tag bytea not null,
  wrapped_key bytea not null,
  wrap_nonce bytea not null,
  wrap_tag bytea not null,
  key_id text not null,
  expires_at timestamp with time zone,
  refresh_expires_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  constraint user_tokens_pkey PRIMARY KEY (user_id),
  constraint user_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES github_users(id) ON DELETE CASCADE
);

create table watch_state (
  installation_id bigint not null,
  repository_id bigint not null,
  watch_key text not null,
  key text not null,
  value text not null,
  version bigint not null,
  updated_at timestamp with time zone default now() not null,
  constraint watch_state_pkey PRIMARY KEY (repository_id, installation_id, watch_key, key),
  constraint watch_state_size_check CHECK ((((char_length(key) >= 1) AND (char_length(key) <= 100)) AND (octet_length(value) <= 8192))),
  constraint watch_state_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
CREATE INDEX watch_state_installation_index ON watch_state USING btree (installation_id);

create table watches (
  id bigint generated always as identity,
  repository_id bigint not null,
  installation_id bigint not null,
  key text not null,
  name text not null,
  managed_by text not null,
  config_id bigint not null,
  line integer,
  removed_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint watches_pkey PRIMARY KEY (id),
  constraint watches_key_key UNIQUE (repository_id, managed_by, key),
  constraint watches_managed_by_check CHECK ((managed_by = ANY (ARRAY['file'::text, 'organization'::text, 'server'::text, 'api'::text, 'project'::text]))),
  constraint watches_config_id_fkey FOREIGN KEY (config_id) REFERENCES configs(id),
  constraint watches_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id) ON DELETE CASCADE
);
