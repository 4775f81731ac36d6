import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { seedInstallation } from '../../test/support/seed.ts';
import { createLog } from '../core/log.ts';
import { Budget, type Spender } from './budget.ts';

let base: TestDatabase;

beforeAll(async () => {
  base = await createTestDatabase();
});

afterAll(async () => {
  await base[Symbol.asyncDispose]();
});

async function createWorld() {
  const id = await seedInstallation(base.db);
  const { github_id: installation } = await base.db('installations').where({ id }).first<{ github_id: string }>();
  let now = new Date('2026-11-21T10:30:00Z');
  const clock = { now: () => now };
  const process = () => new Budget({ clock, log: createLog({ level: 'silent' }), store: { db: base.db, host: 'github.com' } });
  const spender = (purpose: Spender['purpose'], resource = 'core'): Spender => ({ installation, purpose, resource });
  const limit = (remaining: number) => ({ quota: 100, remaining, resetsAt: new Date(now.getTime() + 600_000), notedAt: now });
  return { id, installation, process, spender, limit, pass: (seconds: number) => void (now = new Date(now.getTime() + seconds * 1000)) };
}

const sent = async () => 'sent';

test('what one process learned holds for the others and after a restart', async () => {
  const world = await createWorld();
  const one = world.process();
  one.noteLimit(world.installation, 'core', world.limit(20));
  await one.close();
  const two = world.process();
  await expect(two.spend(world.spender('sweep'), sent)).rejects.toMatchObject({
    name: 'BudgetSpent',
    retryAt: new Date('2026-11-21T10:40:01Z'),
  });
  expect(await two.spend(world.spender('actions'), sent)).toBe('sent');
  expect(await two.spend(world.spender('sweep', 'graphql'), sent)).toBe('sent');
  world.pass(600);
  expect(await two.spend(world.spender('sweep'), sent)).toBe('sent');
  await two.close();
});

test('a pause is known to every process at once, and grows with each that names no time', async () => {
  const world = await createWorld();
  const [one, two] = [world.process(), world.process()];
  const said = { until: undefined, reason: 'secondary_limit' as const, message: 'slow down' };
  await one.notePause(world.installation, said);
  await expect(two.spend(world.spender('sweep'), sent)).rejects.toMatchObject({ retryAt: new Date('2026-11-21T10:31:00Z') });
  await expect(two.spend(world.spender('actions'), sent)).rejects.toThrow('slow down');
  expect(await two.spend(world.spender('interactive'), sent)).toBe('sent');
  world.pass(61);
  await one.notePause(world.installation, said);
  expect(await base.db('github_pauses').where({ installation_id: world.id }).first()).toMatchObject({
    strikes: 2,
    until: new Date('2026-11-21T10:33:01Z'),
  });
  await Promise.all([one.close(), two.close()]);
});

test('sweeping requests of one installation go one after the other; a failed one holds up nobody', async () => {
  const world = await createWorld();
  const budget = world.process();
  let underWay = 0;
  let most = 0;
  const slow = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => void setTimeout(resolve, 10));
    underWay -= 1;
    return 'sent';
  };
  const refused = budget.spend(world.spender('sweep'), () => Promise.reject(new Error('no')));
  const sweeps = [1, 2, 3].map(() => budget.spend(world.spender('sweep'), slow));
  await expect(refused).rejects.toThrow('no');
  expect(await Promise.all(sweeps)).toEqual(['sent', 'sent', 'sent']);
  expect(most).toBe(1);
  await Promise.all([1, 2, 3].map(() => budget.spend(world.spender('interactive'), slow)));
  expect(most).toBe(3);
  await budget.close();
});

test('requests are counted by class and hour, together by all processes; the next hour begins at nothing', async () => {
  const world = await createWorld();
  const [one, two] = [world.process(), world.process()];
  for (const budget of [one, two]) {
    budget.count(world.spender('sweep'), 'requests');
    budget.count(world.spender('sweep'), 'unchanged');
    budget.count(world.spender('interactive', 'graphql'), 'requests');
    await budget.flush();
  }
  const read = async () => {
    const rows = await base.db('github_usage').where({ installation_id: world.id }).orderBy(['resource', 'purpose']);
    return rows.map(
      (row: Record<string, unknown>) =>
        `${String(row['resource'])} ${String(row['purpose'])} ${String(row['requests'])} ${String(row['unchanged'])} of ${String(row['total_requests'])}`,
    );
  };
  expect(await read()).toEqual(['core sweep 2 2 of 2', 'graphql interactive 2 0 of 2']);
  // What one process writes late belongs to the hour in which it was asked.
  one.count(world.spender('sweep'), 'requests');
  world.pass(3600);
  two.count(world.spender('sweep'), 'requests');
  await two.flush();
  await one.flush();
  expect(await read()).toEqual(['core sweep 1 0 of 4', 'graphql interactive 2 0 of 2']);
});

test('without a database that answers, a process goes by what it knows itself', async () => {
  const world = await createWorld();
  const db = await createTestDatabase();
  const lines: string[] = [];
  const log = createLog({ level: 'warn', write: (line) => void lines.push(line) });
  const budget = new Budget({ clock: { now: () => new Date('2026-11-21T10:30:00Z') }, log, store: { db: db.db, host: 'github.com' } });
  await db[Symbol.asyncDispose]();
  budget.noteLimit(world.installation, 'core', world.limit(0));
  await expect(budget.spend(world.spender('interactive'), sent)).rejects.toMatchObject({ name: 'BudgetSpent' });
  await budget.close();
  expect(lines.length).toBeGreaterThan(0);
});
