import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startScheduler } from '../../src/schedule/scheduler.ts';
import { configOf, dataOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

let world: TestApp;
/** How far the clock of RepoWatch is ahead of this machine's. */
let ahead = 0;
let fullName: string;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  world.app.context.clock = { now: () => new Date(Date.now() + ahead) };
  ({ fullName } = await track(world, 'app', {
    '.github/repowatch.yml': fileOf({ night: { cron: '0 3 * * *', timezone: 'Europe/Berlin' } }),
  }));
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** A file with a watch for each of these times, and one that hears of everything. */
function fileOf(times: Record<string, { cron: string; timezone?: string }>): string {
  const entries = Object.entries(times).map(
    ([id, time]) => [id, webhookWatch(`${world.sink.url}/${id}`, { on: { schedule: [time] } })] as const,
  );
  return configOf({ ...Object.fromEntries(entries), everything: webhookWatch(`${world.sink.url}/all`, { on: 'all' }) });
}

interface Row {
  watch_key: string;
  cron: string;
  timezone: string;
  next_at: Date;
}

async function listRows(): Promise<Row[]> {
  const { rows } = await world.database.db.raw<{ rows: Row[] }>(
    'select watch_key, cron, timezone, next_at from schedules order by watch_key, cron',
  );
  return rows;
}

/** Waits until the table has the times of these watches. */
async function scheduled(...watches: string[]): Promise<Row[]> {
  return await world.eventually(`schedules of ${watches.join()}`, async () => {
    const rows = await listRows();
    return rows.map((row) => row.watch_key).join() === watches.join() && rows;
  });
}

async function configure(content: string): Promise<void> {
  await world.github!.commitFile({ repo: fullName, branch: 'main', path: '.github/repowatch.yml', content });
}

/** Turns the clock to a moment. */
function turnTo(at: Date): void {
  ahead = at.getTime() - Date.now();
}

async function fired(): Promise<(ApiObject & { id: string; happened_at: string })[]> {
  return (await world.list('/api/changes?type=schedule.due&limit=100')) as (ApiObject & { id: string; happened_at: string })[];
}

/** Waits until no schedule is due. */
async function allFired(): Promise<void> {
  await world.eventually('no schedule is due', async () => (await listRows()).every((row) => row.next_at > world.app.context.clock.now()));
  await quiet(world);
}

describe('a watch with a schedule', () => {
  test('runs once when its time comes, however many processes look, on the default branch', async () => {
    const [row] = await scheduled('night');
    expect(row).toMatchObject({ cron: '0 3 * * *', timezone: 'Europe/Berlin' });
    const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' });
    expect(hour.format(row!.next_at)).toBe('03:00');
    const others = [startScheduler(world.app.context), startScheduler(world.app.context)];
    turnTo(new Date(row!.next_at.getTime() + 500));
    const [request] = await world.sink.waitUntil((requests) => requests.length > 0);
    await allFired();
    await Promise.all(others.map((scheduler) => scheduler.stop()));
    expect(world.sink.requests).toHaveLength(1);
    expect(request!.path).toBe('/night');
    expect(dataOf(request!)).toMatchObject({
      watch: 'night',
      origin: 'trigger',
      actor: null,
      cron: '0 3 * * *',
      timezone: 'Europe/Berlin',
      due_at: row!.next_at.toISOString(),
      ref: { full: 'refs/heads/main' },
      after: (await world.github!.refs(fullName))['refs/heads/main'],
    });
    const [next] = await listRows();
    // A day later, which has 23 to 25 hours where summer time begins or ends.
    expect(Math.abs(next!.next_at.getTime() - row!.next_at.getTime() - day)).toBeLessThanOrEqual(60 * minute);
    const [change] = await fired();
    const { considered } = await world.api<{ considered: { watch: string; matched: boolean }[] }>(`/api/changes/${change!.id}`);
    expect(considered).toMatchObject([
      { watch: 'night', matched: true },
      { watch: 'everything', matched: false },
    ]);
  });

  test('follows its file: added, changed, kept, removed; each time only for its own watch', async () => {
    const [before] = await listRows();
    await configure(
      fileOf({ night: { cron: '0 3 * * *', timezone: 'Europe/Berlin' }, often: { cron: '*/5 * * * *' }, twin: { cron: '*/5 * * * *' } }),
    );
    const [night, often] = await scheduled('night', 'often', 'twin');
    expect(night!.next_at).toEqual(before!.next_at);
    world.sink.requests.length = 0;
    turnTo(new Date(often!.next_at.getTime() + 500));
    await world.sink.waitUntil((requests) => requests.filter(({ path }) => path !== '/all').length >= 2);
    await allFired();
    expect(
      world.sink.requests
        .map(({ path }) => path)
        .filter((path) => path !== '/all')
        .sort(),
    ).toEqual(['/often', '/twin']);

    await configure(fileOf({ often: { cron: '*/7 * * * *' } }));
    const rows = await world.eventually('the new time', async () => {
      const all = await listRows();
      return all.length === 1 && all[0]!.cron === '*/7 * * * *' && all;
    });
    expect(rows[0]!.next_at.getUTCMinutes() % 7).toBe(0);
    await configure('version: 1\nwatches: {');
    await quiet(world);
    // A broken file changes nothing: the last good one stays.
    expect(await listRows()).toHaveLength(1);
  });

  test('fires once for a stretch in which nobody looked, and passes over what came while the repository was off', async () => {
    const count = (await fired()).length;
    turnTo(new Date(world.app.context.clock.now().getTime() + 3 * 60 * minute));
    const late = await world.eventually('one change for hours', async () => {
      const all = await fired();
      return all.length > count && all;
    });
    await allFired();
    expect(await fired()).toHaveLength(count + 1);
    const age = world.app.context.clock.now().getTime() - Date.parse(late[0]!.happened_at);
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(8 * minute);

    await world.api(`/api/repos/${fullName}`, { method: 'PATCH', body: { enabled: false } });
    turnTo(new Date(world.app.context.clock.now().getTime() + 60 * minute));
    await allFired();
    await world.api(`/api/repos/${fullName}`, { method: 'PATCH', body: { enabled: true } });
    await allFired();
    expect(await fired()).toHaveLength(count + 1);
  });

  test('is gone with its repository', async () => {
    await world.github!.deleteRepository(fullName);
    turnTo(new Date(world.app.context.clock.now().getTime() + 60 * minute));
    await world.eventually('no schedule', async () => (await listRows()).length === 0);
  });
});
