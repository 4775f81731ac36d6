import { expect, test } from '@jest/globals';
import { createApp } from '../../src/app.ts';
import { createLog } from '../../src/core/log.ts';
import { configOf, track } from '../support/story.ts';
import { startTestApp, testSettings } from '../support/test-app.ts';

test('what was noted before a stop is told by the next process, once', async () => {
  await using world = await startTestApp({ github: true });
  const github = world.github!;
  const file = '.github/repowatch.yml';
  const app = await track(world, 'app', { [file]: configOf({}) });
  await github.updateRef({ repo: app.fullName, ref: 'refs/heads/topic', sha: app.head });
  // The check run is made, its answer lost, and nobody is left to look.
  await github.setFailure({ method: 'POST', path: '/check-runs', status: 500, disconnect: true, after: true });
  await github.commitFile({ repo: app.fullName, branch: 'topic', path: file, content: 'version: 1\nwatchez: {}\n' });
  await world.eventually('the check run made', async () => (await github.checkRuns(app.fullName)).length === 1);
  await world.app.stop();
  const settings = testSettings({
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_URL: github.url,
    DATABASE_URL: world.database.url,
    ROLES: 'worker,scheduler',
  });
  const next = await createApp({ settings, databaseUrl: world.database.url, log: createLog({ level: 'silent' }), version: '0.0.0-test' });
  try {
    await next.startWork();
    await world.eventually('told', async () => {
      const { rows } = await world.database.db.raw<{ rows: { status: string; channel: string }[] }>(
        'select status, channel from config_validations',
      );
      return rows.length === 1 && rows[0]!.status === 'done' && rows[0]!.channel === 'check';
    });
    expect(await github.checkRuns(app.fullName)).toEqual([
      expect.objectContaining({ conclusion: 'failure', annotations: [expect.anything(), expect.anything()] }),
    ]);
  } finally {
    await next.stop();
  }
}, 60_000);
