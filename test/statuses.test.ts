import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as statuses from '../src/core/statuses.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

const lists: Record<string, readonly string[]> = { ...statuses };

/** Which column's check holds which list of src/core/statuses.ts. */
const checked: Record<string, string> = {
  'deliveries.status': 'deliveryStatuses',
  'deliveries.source': 'deliverySources',
  'recoveries.phase': 'recoveryPhases',
  'recovery_items.status': 'recoveryStatuses',
  'changes.origin': 'changeOrigins',
  'repositories.config_status': 'configStatuses',
  'runs.status': 'runStatuses',
  'steps.status': 'stepStatuses',
  'attempts.status': 'attemptStatuses',
  'installation_intents.closed_reason': 'intentEndings',
  'secrets.scope': 'secretScopes',
  'refs.kind': 'refKinds',
  'check_records.result': 'checkResults',
  'check_records.trigger': 'checkTriggers',
  'jobs.kind': 'jobKinds',
  'jobs.status': 'jobStatuses',
  'job_items.status': 'jobItemStatuses',
  'job_runs.status': 'jobItemStatuses',
  'job_issues.status': 'jobItemStatuses',
  'jobs.replay_config': 'replayConfigs',
  'runs.replay_config': 'replayConfigs',
  'github_usage.purpose': 'githubPurposes',
  'github_usage_slots.purpose': 'githubPurposes',
  'github_pauses.reason': 'githubPauseReasons',
  'configs.managed_by': 'managers',
  'watches.managed_by': 'managers',
  'projects.follow': 'projectFollows',
  'project_members.role': 'projectRoles',
  'triggers.provider': 'triggerProviders',
  'tickets.provider': 'ticketProviders',
  'ticket_results.status': 'ticketResultStatuses',
  'destinations.state': 'destinationStates',
  'config_validations.status': 'validationStatuses',
  'config_validations.conclusion': 'validationConclusions',
  'config_validations.channel': 'feedbackChannels',
};

/** Lists that belong to one table only, or to GitHub. */
const ownWords: Record<string, string[]> = {
  'check_records.ref_kind': ['branch', 'tag'],
  'accounts.type': ['User', 'Organization', 'Enterprise'],
  'installations.repository_selection': ['all', 'selected'],
  'installations.refusal': ['ip_allow_list'],
  'configs.status': ['ok', 'invalid'],
  'user_repositories.permission': ['read', 'triage', 'write', 'maintain', 'admin'],
  'api_tokens.scopes': ['read', 'write', 'admin'],
  'audit_entries.actor_kind': ['admin', 'token', 'user', 'system'],
  'config_validations.touches': ['yes', 'unknown'],
  'installation_intents.confirmed_by': ['app', 'user', 'webhook'],
};

let base: TestDatabase;

beforeAll(async () => {
  base = await createTestDatabase();
});

afterAll(async () => {
  await base[Symbol.asyncDispose]();
});

/** The words that Postgres accepts, by table and column, from the checks of one column. */
async function readChecks(): Promise<Record<string, string[]>> {
  const { rows } = await base.db.raw<{ rows: { place: string; definition: string }[] }>(`
    select c.conrelid::regclass || '.' || a.attname as place, pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'c' and c.connamespace = 'public'::regnamespace and cardinality(c.conkey) = 1
      and a.atttypid in ('text'::regtype, 'text[]'::regtype)
    order by place`);
  return Object.fromEntries(
    rows.map(({ place, definition }) => [place, [...definition.matchAll(/'([^']*)'::text/g)].map((match) => match[1]!)]),
  );
}

test('every list of status words is the one that Postgres checks, and Postgres checks no other', async () => {
  const expected = Object.entries(checked).map(([place, name]): [string, string[]] => [place, [...lists[name]!]]);
  expect(await readChecks()).toEqual({ ...Object.fromEntries(expected), ...ownWords });
});

test('every list of src/core/statuses.ts stands in a table', () => {
  expect(Object.keys(lists).sort()).toEqual([...new Set(Object.values(checked))].sort());
});

test('a word that is on no list is refused', async () => {
  const insert = base.db.raw(
    `insert into deliveries (source, sender, guid, event, body, body_size, body_digest, lane, status)
     values ('webhook', 'app', 'g', 'push', '', 0, '', 'repo:1', 'done')`,
  );
  await expect(insert).rejects.toMatchObject({ code: '23514', constraint: 'deliveries_status_check' });
});
