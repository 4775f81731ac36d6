import { beforeEach, expect, test } from '@jest/globals';
import { createTestDatabase } from '../../test/support/database.ts';
import { seedInstallation, seedRepository } from '../../test/support/seed.ts';
import { createLog } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import type { Context } from './context.ts';
import { syncInstallations } from './sync-installations.ts';

/** A moment that lies behind every row of a test. */
const later = new Date(Date.now() + 60_000);

type Listing = Awaited<ReturnType<Context['reader']['listInstallations']>>;

/** The lanes that were asked to be served. */
let sent: string[] = [];

beforeEach(() => {
  sent = [];
});

function contextWith(db: Db, listing: Listing, now = later): Context {
  const reader = { listInstallations: () => Promise.resolve(listing) };
  const queue = { send: (_trx: Db, _name: string, lanes: string[]) => Promise.resolve(void sent.push(...lanes)) };
  return {
    db,
    queue,
    reader,
    isAllowed: () => true,
    log: createLog({ level: 'silent' }),
    clock: { now: () => now },
    host: 'github.com',
  } as unknown as Context;
}

async function readGone(db: Db): Promise<string[]> {
  const rows = (await db('installations').whereNotNull('deleted_at').select('id').orderBy('id')) as { id: string }[];
  return rows.map((row) => row.id);
}

test('an installation that GitHub no longer lists is asked about, and not believed gone because of a list', async () => {
  await using base = await createTestDatabase();
  const { db } = base;
  const kept = await seedInstallation(db, 'kept');
  await seedInstallation(db, 'elsewhere', { host: 'github.example.com' });
  const gone = await seedRepository(db, 'gone/app');
  const [row] = (await db('installations').where({ id: kept }).select('github_id')) as { github_id: string }[];
  const account = { github_id: '1', login: 'kept', type: 'Organization', avatar_url: null };
  const facts = {
    github_id: row!.github_id,
    account,
    repository_selection: 'all',
    permissions: {},
    events: [],
    app_slug: 'app',
    suspended_at: null,
    created_at: null,
  };
  await syncInstallations(contextWith(db, { ok: true, value: [facts] } as unknown as Listing));
  const [missing] = (await db('installations').where({ id: gone.installationId }).select('github_id')) as { github_id: string }[];
  expect(sent).toEqual([`inst:${row!.github_id}`, `inst:${missing!.github_id}`]);
  expect(await readGone(db)).toEqual([]);
});

test('one that was learned while the listing was on its way is left alone', async () => {
  await using base = await createTestDatabase();
  await seedInstallation(base.db, 'new');
  await syncInstallations(contextWith(base.db, { ok: true, value: [] } as unknown as Listing, new Date(Date.now() - 60_000)));
  expect(sent).toEqual([]);
});

test('a listing that failed proves nothing', async () => {
  await using base = await createTestDatabase();
  await seedInstallation(base.db, 'kept');
  await syncInstallations(contextWith(base.db, { ok: false, code: 'github_unavailable', message: 'No answer.' } as unknown as Listing));
  expect(sent).toEqual([]);
  expect(await readGone(base.db)).toEqual([]);
});
