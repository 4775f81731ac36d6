import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { seedInstallation } from '../../test/support/seed.ts';
import { parseKeyRing, type KeyRing } from '../vault/key-ring.ts';
import { SharedTokens, type Mint } from './shared-tokens.ts';
import { fingerprintOf, scopeKey, type TokenScope } from './token.ts';
import { rewrapBatch } from '../vault/sealed-rows.ts';
import { forgetTokens, sealedInstallationTokens } from './token-rows.ts';

let base: TestDatabase;

beforeAll(async () => {
  base = await createTestDatabase();
});

afterAll(async () => {
  await base[Symbol.asyncDispose]();
});

function ring(...keys: [id: string, byte: number][]): KeyRing {
  const parsed = parseKeyRing(keys.map(([id, byte]) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`).join(','));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

/** An installation of its own, what GitHub was asked for, and processes that share the database. */
async function createWorld(lifeMinutes = 60) {
  const id = await seedInstallation(base.db);
  const { github_id: installation } = await base.db('installations').where({ id }).first<{ github_id: string }>();
  const minted: string[] = [];
  let now = new Date();
  const mint: Mint = async (asked: string, scope: TokenScope) => {
    // Longer than the others need to come and look.
    await new Promise((resolve) => void setTimeout(resolve, 80));
    const text = `ghs_${installation}_${minted.length}_${'secret.'.repeat(60)}`;
    minted.push(`${asked} ${scopeKey(scope)}`);
    return { text, fingerprint: fingerprintOf(text), mintedAt: now, expiresAt: new Date(now.getTime() + lifeMinutes * 60_000) };
  };
  const process = (keyRing = ring(['k1', 1])) =>
    new SharedTokens({ mint, clock: { now: () => now }, store: { db: base.db, keyRing, host: 'github.com' } });
  return { id, installation, minted, process, pass: (minutes: number) => void (now = new Date(now.getTime() + minutes * 60_000)) };
}

/** Everything that lies in the table, as text. */
async function everythingStored(): Promise<string> {
  const rows = await base.db<Record<string, unknown>>('installation_tokens');
  const textOf = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value));
  return rows.flatMap((row) => Object.values(row).map(textOf)).join('\n');
}

test('several processes make one token, and no other process can read it in the database', async () => {
  const world = await createWorld();
  const processes = [world.process(), world.process(), world.process()];
  const taken = await Promise.all([...processes, ...processes].map((each) => each.take(world.installation)));
  expect(new Set(taken.map(({ text }) => text)).size).toBe(1);
  expect(world.minted).toHaveLength(1);
  const stored = await everythingStored();
  expect(stored).toContain(taken[0]!.fingerprint);
  expect(stored).not.toMatch(/ghs_|secret\./);
});

test('another is made before the end, and the old one serves until it is there', async () => {
  const world = await createWorld();
  const tokens = world.process();
  const first = await tokens.take(world.installation);
  world.pass(50);
  expect((await tokens.take(world.installation)).text).toBe(first.text);
  world.pass(6);
  const [one, two] = await Promise.all([tokens.take(world.installation), world.process().take(world.installation)]);
  expect(world.minted).toHaveLength(2);
  expect([one.text, two.text]).toContainEqual((await tokens.take(world.installation)).text);
  expect((await world.process().take(world.installation)).text).not.toBe(first.text);
});

test('what was narrowed has a key of its own, in whatever order it was written', async () => {
  const world = await createWorld();
  const tokens = world.process();
  await tokens.take(world.installation);
  const narrow = await tokens.take(world.installation, { repositoryIds: [9, 7], permissions: { issues: 'write', contents: 'read' } });
  const same = await world
    .process()
    .take(world.installation, { repositoryIds: [7, 9], permissions: { contents: 'read', issues: 'write' } });
  expect(same.text).toBe(narrow.text);
  expect(world.minted).toEqual([`${world.installation} `, `${world.installation} [[7,9],[["contents","read"],["issues","write"]]]`]);
});

test('changed permissions, a renewal and a token that GitHub took back ask for another one, in every process', async () => {
  const world = await createWorld();
  const [one, two] = [world.process(), world.process()];
  const first = await one.take(world.installation);
  await base
    .db('installations')
    .where({ id: world.id })
    .update({ permissions: JSON.stringify({ contents: 'read', issues: 'write' }) });
  const second = await two.take(world.installation);
  expect(second.text).not.toBe(first.text);
  await two.renew(world.installation);
  const third = await two.take(world.installation);
  expect(third.text).not.toBe(second.text);
  await two.drop(world.installation, third);
  const fourth = await two.take(world.installation);
  // The first process believes what it saw for a second, and not longer.
  const seen = async () => (await one.take(world.installation)).text;
  while ((await seen()) !== fourth.text) await new Promise((resolve) => void setTimeout(resolve, 100));
  expect(world.minted).toHaveLength(4);
});

test('a suspended installation shares nothing, and an unknown one neither', async () => {
  const world = await createWorld();
  await world.process().take(world.installation);
  await base.db('installations').where({ id: world.id }).update({ suspended_at: new Date() });
  await forgetTokens(base.db, world.id);
  const tokens = world.process();
  const own = await tokens.take(world.installation);
  expect((await tokens.take(world.installation)).text).toBe(own.text);
  await tokens.take('999999999');
  expect(await base.db('installation_tokens').where({ installation_id: world.id })).toEqual([]);
  expect(world.minted).toHaveLength(3);
});

test('a refusal goes to everybody who waits in the process, and the next one may ask at once', async () => {
  const world = await createWorld();
  let refuse = true;
  const store = { db: base.db, keyRing: ring(['k1', 1]), host: 'github.com' };
  const mint: Mint = async () => {
    if (refuse) throw new Error('This installation has been suspended');
    return { text: 'ghs_x', fingerprint: fingerprintOf('ghs_x'), mintedAt: new Date(), expiresAt: new Date(Date.now() + 3_600_000) };
  };
  const tokens = new SharedTokens({ mint, clock: { now: () => new Date() }, store });
  const asked = await Promise.allSettled([tokens.take(world.installation), tokens.take(world.installation)]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  refuse = false;
  expect((await tokens.take(world.installation)).text).toBe('ghs_x');
});

test('keys come and go: an old key still opens, a lost one costs one token, and none stays under it', async () => {
  const world = await createWorld();
  const first = await world.process(ring(['k1', 1])).take(world.installation);
  expect((await world.process(ring(['k2', 2], ['k1', 1])).take(world.installation)).text).toBe(first.text);
  const second = await world.process(ring(['k3', 3])).take(world.installation);
  expect(second.text).not.toBe(first.text);
  expect(await base.db('installation_tokens').where({ installation_id: world.id }).pluck('key_id')).toEqual(['k3']);
  await rewrapBatch(base.db, ring(['k4', 4], ['k3', 3]), { table: sealedInstallationTokens, after: '', size: 100 });
  expect(await base.db('installation_tokens').where({ installation_id: world.id }).pluck('key_id')).toEqual(['k4']);
  expect((await world.process(ring(['k4', 4])).take(world.installation)).text).toBe(second.text);
});
