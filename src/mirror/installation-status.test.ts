import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import {
  deriveInstallationStatus,
  explainInstallation,
  installationStatuses,
  installationStatusSql,
  listingStates,
  type ExplainedInstallation,
  type Standing,
} from './installation-status.ts';

let base: TestDatabase;

beforeAll(async () => {
  base = await createTestDatabase();
});

afterAll(async () => {
  await base[Symbol.asyncDispose]();
});

const flags = ['deleted', 'allowed', 'suspended', 'refused', 'pending', 'connected', 'begun', 'linked'] as const;

/** Every standing that there can be: 2 to the 8th, times the four states of a listing. */
const all: Standing[] = Array.from({ length: 2 ** flags.length }).flatMap((_, bits) => {
  const set = Object.fromEntries(flags.map((flag, index) => [flag, ((bits >> index) & 1) === 1]));
  return listingStates.map((state) => Object.assign({ state }, set) as unknown as Standing);
});

const well: Standing = {
  deleted: false,
  allowed: true,
  suspended: false,
  refused: false,
  pending: false,
  connected: true,
  begun: true,
  linked: false,
  state: 'processed',
};

describe('the status of an installation', () => {
  test.each<[string, Partial<Standing>]>([
    ['processed', {}],
    ['processing', { state: 'unprocessed' }],
    ['processing', { state: 'processing' }],
    ['errored', { state: 'errored' }],
    ['initiated_on_github', { begun: false }],
    ['initiated_on_github', { begun: false, state: 'processing' }],
    ['processed', { begun: false, linked: true }],
    ['unmatched_user', { begun: false, connected: false, linked: true }],
    ['unmatched_user', { begun: false, connected: false }],
    ['unmatched_user', { begun: false, connected: false, state: 'unprocessed' }],
    ['processed', { connected: false }],
    ['permissions_pending', { pending: true }],
    ['permissions_pending', { pending: true, begun: false, connected: false }],
    ['errored', { pending: true, state: 'errored' }],
    ['blocked_by_ip_allow_list', { refused: true, pending: true, state: 'errored' }],
    ['suspended', { suspended: true, refused: true }],
    ['not_allowed', { allowed: false, suspended: true, begun: false, connected: false }],
    ['deleted', { deleted: true, allowed: false, suspended: true, refused: true, pending: true, state: 'errored' }],
  ])('is %s for %j', (status, change) => {
    expect(deriveInstallationStatus({ ...well, ...change })).toBe(status);
  });

  test('is the same in SQL, for every combination', async () => {
    const { rows } = await base.db.raw<{ rows: { status: string }[] }>(
      `select ${installationStatusSql} as status from json_to_recordset(?::json) as s (ordinal int, deleted boolean, allowed boolean,
         suspended boolean, refused boolean, pending boolean, connected boolean, begun boolean, linked boolean, state text) order by s.ordinal`,
      [JSON.stringify(all.map((standing, ordinal) => ({ ordinal, ...standing })))],
    );
    expect(all).toHaveLength(1024);
    expect(rows.map((row) => row.status)).toEqual(all.map(deriveInstallationStatus));
  });

  test('takes each word that an installation with a number can have', () => {
    const begun = new Set<string>(['initiated_on_repowatch', 'requested']);
    expect(new Set(all.map(deriveInstallationStatus))).toEqual(new Set(installationStatuses.filter((status) => !begun.has(status))));
  });
});

const facts: ExplainedInstallation = {
  host: 'github.com',
  githubId: '77',
  login: 'acme',
  accountType: 'Organization',
  appSlug: 'repowatch',
  htmlUrl: null,
  sender: 'mona',
  requester: null,
  pending: ['checks: write'],
  refusalMessage: 'GitHub said no.',
  listError: 'It did not answer.',
};

describe('the sentence and the link', () => {
  test.each(installationStatuses)('of %s are there', (status) => {
    const { reason, link } = explainInstallation(status, facts);
    expect(reason).toMatch(/^[A-Za-z].{15,}\.$/);
    expect(new URL(link).origin).toBe('https://github.com');
  });

  test('lead to where it is mended', () => {
    const links = (['permissions_pending', 'blocked_by_ip_allow_list', 'suspended', 'deleted'] as const).map(
      (status) => explainInstallation(status, facts).link,
    );
    expect(links).toEqual([
      'https://github.com/organizations/acme/settings/installations/77/permissions/update',
      'https://github.com/organizations/acme/settings/security',
      'https://github.com/organizations/acme/settings/installations/77',
      'https://github.com/apps/repowatch/installations/new',
    ]);
    expect(explainInstallation('permissions_pending', facts).reason).toContain('checks: write');
    const own = { ...facts, htmlUrl: 'https://ghe.example.com/settings/installations/5' };
    expect(explainInstallation('deleted', own).link).toBe('https://ghe.example.com/apps/repowatch/installations/new');
    expect(explainInstallation('unmatched_user', { ...facts, requester: 'hubot' }).reason).toContain('hubot');
  });
});

test('docs/installations.md has a line for every status, in the order of the rules', () => {
  const page = readFileSync(new URL('../../docs/installations.md', import.meta.url), 'utf8');
  expect([...page.matchAll(/^\| `(\w+)` /gm)].map(([, status]) => status).slice(0, installationStatuses.length)).toEqual([
    ...installationStatuses,
  ]);
});
