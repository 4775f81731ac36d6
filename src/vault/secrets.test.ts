import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { createTestDatabase } from '../../test/support/database.ts';
import { parseKeyRing, type KeyRing } from './key-ring.ts';
import { rewrapBatch } from './sealed-rows.ts';
import { deleteSecret, findSecretsForRepository, sealedSecrets, upsertSecret, type SecretOwner } from './secrets.ts';

const oldKey = `old:${randomBytes(32).toString('base64')}`;
const newKey = `new:${randomBytes(32).toString('base64')}`;

function ringOf(text: string): KeyRing {
  const ring = parseKeyRing(text);
  if (!ring.ok) throw new Error(ring.message);
  return ring.value;
}

const keyRing = ringOf(oldKey);
const everyone: SecretOwner = { scope: 'global', installationId: null, repositoryId: null };

interface World {
  db: Knex;
  installationId: string;
  repositoryId: string;
  other: { installationId: string; repositoryId: string };
}

async function plant(db: Knex): Promise<World> {
  const make = async (number: number) => {
    const [account] = await db('accounts')
      .insert({ host: 'github.com', github_id: number, login: `o${number}`, type: 'Organization' })
      .returning('id');
    const [installation] = await db('installations')
      .insert({ host: 'github.com', github_id: number, account_id: account.id, repository_selection: 'all' })
      .returning('id');
    const [repository] = await db('repositories')
      .insert({
        host: 'github.com',
        github_id: number,
        installation_id: installation.id,
        owner: `o${number}`,
        name: 'r',
        full_name: `o${number}/r`,
      })
      .returning('id');
    return { installationId: installation.id as string, repositoryId: repository.id as string };
  };
  return { db, ...(await make(1)), other: await make(2) };
}

async function set({ db }: World, owner: SecretOwner, secret: { name: string; value: string; destinations?: string[] }): Promise<unknown> {
  return upsertSecret(db, { ...owner, destinations: null, ...secret, keyRing });
}

async function reveal(world: World, names: string[], ring = keyRing): Promise<Record<string, string>> {
  const { db, installationId, repositoryId } = world;
  const found = await findSecretsForRepository(db, { installationId, repositoryId, names, keyRing: ring });
  return Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
}

describe('secrets', () => {
  test('come back as they were given, with their destinations, and are replaced by name', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    const value = 'ünïcode \n line\u0000 two';
    expect(await set(world, everyone, { name: 'TOKEN', value: 'first' })).toEqual({ ok: true, value: { created: true, version: 1 } });
    expect(await set(world, everyone, { name: 'TOKEN', value, destinations: ['API.example.com', '*.x.org'] })).toEqual({
      ok: true,
      value: { created: false, version: 2 },
    });
    const { installationId, repositoryId } = world;
    const found = await findSecretsForRepository(base.db, { installationId, repositoryId, names: ['TOKEN', 'NONE'], keyRing });
    expect([...found]).toEqual([['TOKEN', { value, destinations: ['api.example.com', '*.x.org'] }]]);
    expect(await base.db('secrets').whereNotNull('last_used_at').pluck('name')).toEqual(['TOKEN']);
  });

  test('of the nearest owner win, and those of others are never seen', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    const { installationId, repositoryId, other } = world;
    await set(world, everyone, { name: 'A', value: 'global a' });
    await set(world, everyone, { name: 'B', value: 'global b' });
    await set(world, everyone, { name: 'C', value: 'global c' });
    await set(world, { scope: 'installation', installationId, repositoryId: null }, { name: 'B', value: 'installation b' });
    await set(world, { scope: 'installation', installationId, repositoryId: null }, { name: 'C', value: 'installation c' });
    await set(world, { scope: 'repository', installationId, repositoryId }, { name: 'C', value: 'repository c' });
    await set(world, { scope: 'installation', installationId: other.installationId, repositoryId: null }, { name: 'A', value: 'theirs' });
    await set(world, { scope: 'repository', ...other }, { name: 'D', value: 'theirs' });
    // The same repository under its former installation.
    await set(
      world,
      { scope: 'repository', installationId: other.installationId, repositoryId },
      { name: 'E', value: 'from before the move' },
    );
    expect(await reveal(world, ['A', 'B', 'C', 'D', 'E'])).toEqual({ A: 'global a', B: 'installation b', C: 'repository c' });
    expect(await reveal(world, ['A'])).toEqual({ A: 'global a' });
    expect(await reveal(world, [])).toEqual({});
  });

  test('are forgotten one by one', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    const owner: SecretOwner = { scope: 'installation', installationId: world.installationId, repositoryId: null };
    await set(world, everyone, { name: 'A', value: 'global' });
    await set(world, owner, { name: 'A', value: 'nearer' });
    expect(await deleteSecret(base.db, { ...owner, name: 'A' })).toBe(true);
    expect(await deleteSecret(base.db, { ...owner, name: 'A' })).toBe(false);
    expect(await reveal(world, ['A'])).toEqual({ A: 'global' });
  });

  test.each([
    ['1A', 'value', null],
    ['A-B', 'value', null],
    ['', 'value', null],
    ['A'.repeat(101), 'value', null],
    ['A', '', null],
    ['A', 'ä'.repeat(32_769), null],
    ['A', 'value', ['https://example.com']],
  ])('refuse a bad name, value or destination (%#)', async (name, value, destinations) => {
    await using base = await createTestDatabase();
    expect(await upsertSecret(base.db, { ...everyone, name, value, destinations, keyRing })).toMatchObject({
      ok: false,
      code: 'request_invalid',
    });
    expect(await base.db('secrets').pluck('name')).toEqual([]);
  });

  test('take a value of exactly 64 KiB', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    await set(world, everyone, { name: 'A', value: 'x'.repeat(65_536) });
    expect((await reveal(world, ['A']))['A']).toHaveLength(65_536);
  });

  test('are nowhere in the database in clear, and never twice the same', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    await set(world, everyone, { name: 'A', value: 'canary-canary' });
    await set(world, everyone, { name: 'B', value: 'canary-canary' });
    const { rows } = await base.db.raw(
      `select s::text as line, encode(ciphertext, 'escape') as raw, encode(ciphertext, 'hex') as hex from secrets s`,
    );
    expect(JSON.stringify(rows)).not.toContain('canary');
    expect(JSON.stringify(rows)).not.toContain(Buffer.from('canary').toString('hex'));
    expect(rows[0].hex).not.toBe(rows[1].hex);
  });

  test.each(['ciphertext', 'nonce', 'tag', 'wrapped_key', 'wrap_nonce', 'wrap_tag'])('do not open when %s was changed', async (column) => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    await set(world, everyone, { name: 'A', value: 'value' });
    await base.db.raw('update secrets set ?? = set_byte(??, 0, get_byte(??, 0) # 1)', [column, column, column]);
    await expect(reveal(world, ['A'])).rejects.toMatchObject({ code: 'secrets_key_missing', message: expect.stringContaining('secret A') });
  });

  test('do not open when moved to another row, owner or name', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    await set(world, { scope: 'repository', ...world.other }, { name: 'THEIRS', value: 'theirs' });
    const account = base.db('installations').where({ id: world.installationId }).select('account_id');
    await base.db('secrets').update({ installation_id: world.installationId, repository_id: world.repositoryId, account_id: account });
    await expect(reveal(world, ['THEIRS'])).rejects.toMatchObject({ code: 'secrets_key_missing' });
    await base.db('secrets').delete();
    await set(world, everyone, { name: 'A', value: 'value' });
    await base.db('secrets').update({ name: 'B' });
    await expect(reveal(world, ['B'])).rejects.toMatchObject({ code: 'secrets_key_missing' });
  });

  test('survive a change of key: both keys, rewrap, then the new one alone', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    await set(world, everyone, { name: 'A', value: 'one' });
    await set(world, { scope: 'installation', installationId: world.installationId, repositoryId: null }, { name: 'B', value: 'two' });
    const both = ringOf(`${newKey},${oldKey}`);
    expect(await reveal(world, ['A', 'B'], both)).toEqual({ A: 'one', B: 'two' });
    await expect(reveal(world, ['A'], ringOf(newKey))).rejects.toMatchObject({
      code: 'secrets_key_missing',
      message: expect.stringContaining('no key "old"'),
    });
    const rewrap = async (ring: KeyRing, after = '') => await rewrapBatch(base.db, ring, { table: sealedSecrets, after, size: 1 });
    const first = await rewrap(ringOf(newKey));
    expect(first).toEqual({ rewrapped: 0, unreadable: 1, last: expect.any(String) });
    expect(await rewrap(ringOf(newKey), first.last!)).toMatchObject({ rewrapped: 0, unreadable: 1 });
    for (const rewrapped of [1, 1, 0]) expect(await rewrap(both)).toMatchObject({ rewrapped, unreadable: 0 });
    expect(await reveal(world, ['A', 'B'], ringOf(newKey))).toEqual({ A: 'one', B: 'two' });
  });

  test('do not open with another key under the same id', async () => {
    await using base = await createTestDatabase();
    const world = await plant(base.db);
    await set(world, everyone, { name: 'A', value: 'value' });
    await expect(reveal(world, ['A'], ringOf(`old:${randomBytes(32).toString('base64')}`))).rejects.toMatchObject({
      code: 'secrets_key_missing',
      message: expect.stringContaining('is not the one that encrypted'),
    });
  });
});
