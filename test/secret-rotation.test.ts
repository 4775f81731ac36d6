import { describe, expect, test } from '@jest/globals';
import { createApp } from '../src/app.ts';
import { createLog } from '../src/core/log.ts';
import { startTestApp, testSettings, type TestApp } from './support/test-app.ts';

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;

const config = (sink: string) => `version: 1
watches:
  notify:
    on: push
    steps:
      - uses: webhook
        with: { url: "${sink}/notify", secret: "\${{ secrets.SIGNING }}" }
`;

async function install(world: TestApp): Promise<void> {
  const github = world.github!;
  await github.createAccount('acme', 'Organization');
  await github.createRepository({ owner: 'acme', name: 'app', files: { '.github/repowatch.yml': config(world.sink.url) } });
  await github.installApp('acme', 'all');
  await world.eventually('the configuration is in force', async () => {
    const repository = await world.api('/api/repos/acme/app').catch(() => undefined);
    return repository?.['config_status'] === 'ok' && repository['baseline_at'] !== null;
  });
}

describe('the key ring', () => {
  test('a new key in front takes over everything once every process has it, so that the old one can go', async () => {
    await using world = await startTestApp({ settings: { SECRETS_KEY: key('k1', 7) } });
    await world.api('/api/secrets/SIGNING', { method: 'PUT', body: { value: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } });
    const settings = testSettings({ DATABASE_URL: world.database.url, SECRETS_KEY: `${key('k2', 9)},${key('k1', 7)}` });
    const lines: string[] = [];
    const log = createLog({ level: 'info', write: (line) => void lines.push(line) });
    const start = async () => {
      const next = await createApp({ settings, databaseUrl: world.database.url, log, version: '0.0.0-test' });
      await next.startWork();
      await next.stop();
      return await world.database.db('secrets').pluck('key_id');
    };
    // The first process could not open what the second one wraps with a key that it does not have.
    expect(await start()).toEqual(['k1']);
    expect(lines.filter((line) => line.includes('One running process does not have the key'))).toHaveLength(1);
    await world.database.db('key_holders').update({ key_ids: ['k1', 'k2'] });
    expect(await start()).toEqual(['k2']);
    expect(lines.filter((line) => line.includes('"rewrapped":1'))).toHaveLength(1);
    await world.database.db('key_holders').update({ key_ids: ['k1'], seen_at: new Date(Date.now() - 61_000) });
    await world.database.db('secrets').update({ key_id: 'lost' });
    expect(await start()).toEqual(['lost']);
  });

  test('a secret that cannot be opened fails the run that needs it, with its code, and holds up nobody', async () => {
    await using world = await startTestApp({ github: true });
    await install(world);
    await world.api('/api/secrets/SIGNING', { method: 'PUT', body: { value: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } });
    await world.database.db('secrets').update({ key_id: 'lost' });
    await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'a.txt', content: 'a', message: 'Add a' });
    const run = await world.eventually('the run failed', async () => (await world.list('/api/runs?status=failed'))[0]);
    expect(run).toMatchObject({ status: 'failed', code: 'secrets_key_missing' });
    expect(world.sink.requests).toEqual([]);
  });
});
