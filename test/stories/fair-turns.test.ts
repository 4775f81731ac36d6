import { expect, test } from '@jest/globals';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp } from '../support/test-app.ts';

/** Runs of one worker at most, and how many of them one installation may have. */
const ofOne = 150;

test('a flood of one installation whose receiver hangs leaves room for the run of another, which comes after all of it', async () => {
  await using world = await startTestApp({ github: true });
  let release = () => {};
  const held = new Promise<number>((resolve) => (release = () => resolve(200)));
  world.sink.answer(() => held);
  const flood = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `w${index}`,
      webhookWatch(`${world.sink.url}/flood`, { on: { push: { branches: ['main'] } }, order: 'none', timeout: '5m' }),
    ]),
  );
  const { installation } = await track(world, 'flood', { '.github/repowatch.yml': configOf(flood) });
  await world.github!.createAccount('beta', 'Organization');
  const calm = { on: 'push', steps: [{ uses: 'script', with: { run: 'export default () => ({})' } }] };
  await world.github!.createRepository({ owner: 'beta', name: 'calm', files: { '.github/repowatch.yml': configOf({ calm }) } });
  await world.github!.installApp('beta', 'all');
  await world.eventually('the second repository is ready', async () => {
    const found = await world.api('/api/repos/beta/calm').catch(() => undefined);
    return found?.['config_status'] === 'ok' && found['baseline_at'];
  });
  await quiet(world);
  for (let count = 0; count < 4; count += 1)
    await world.github!.commitFile({ repo: 'acme/flood', branch: 'main', path: 'file', content: String(count) });
  const begun = async () => {
    const { rows } = await world.database.db.raw<{ rows: { begun: number; open: number }[] }>(
      `select (select count(*)::int from attempts a where a.installation_id = i.id) as begun,
         (select count(*)::int from runs r where r.installation_id = i.id and r.status in ('queued', 'running')) as open
       from installations i where i.github_id = ?`,
      [String(installation)],
    );
    return rows[0]!;
  };
  await world.eventually(
    'the flood takes all that it may have',
    async () => (await begun()).begun === ofOne && (await begun()).open === 240,
  );
  await world.github!.commitFile({ repo: 'beta/calm', branch: 'main', path: 'file', content: 'x' });
  await world.eventually('the other one is through', async () => {
    const [run] = await world.list('/api/runs?watch=calm&status=succeeded');
    return run;
  });
  expect(await begun()).toEqual({ begun: ofOne, open: 240 });
  release();
  await world.eventually('the flood is over', async () => (await begun()).open === 0);
});
