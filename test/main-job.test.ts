import { describe, expect, test } from '@jest/globals';
import { startTestApp, type ApiObject, type TestApp } from './support/test-app.ts';

const config = (sink: string) => `version: 1
watches:
  notify:
    on: { push: { branches: [main] } }
    steps:
      - uses: webhook
        with: { url: "${sink}/notify" }
  check:
    on: push
    steps:
      - id: look
        uses: script
        with:
          run: |
            export default async ({ change, commit, log }) => { log('looking at ' + change.after); return { message: commit.message }; }
  tags:
    on: { tag: { tags: ["v*"] } }
    steps:
      - uses: webhook
        with: { url: "${sink}/tags" }
`;

/** A repository with watches, installed and tracked. */
async function installed(world: TestApp): Promise<void> {
  const github = world.github!;
  await github.createAccount('acme', 'Organization');
  await github.createRepository({
    owner: 'acme',
    name: 'app',
    files: { 'README.md': '# app', '.github/repowatch.yml': config(world.sink.url) },
  });
  await github.installApp('acme', 'all');
  await world.eventually('acme/app tracked with its configuration', async () => {
    const repository = await world.api('/api/repos/acme/app').catch(() => undefined);
    return repository?.['config_status'] === 'ok' && repository['baseline_at'] !== null ? repository : undefined;
  });
}

describe('the main job', () => {
  test('a push becomes a finished webhook and a finished script', async () => {
    await using world = await startTestApp({ github: true });
    await installed(world);
    const sha = await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'a.txt', content: 'a', message: 'Add a' });
    const [request] = await world.sink.waitUntil((requests) => requests.length > 0);
    expect(request).toMatchObject({ path: '/notify', json: { type: 'branch.updated', data: { after: sha } } });
    const runs = await world.eventually('both runs succeeded', async () => {
      const rows = await world.list('/api/runs?status=succeeded');
      return rows.length === 2 && rows;
    });
    expect(runs.map((run) => (run['watch'] as ApiObject)['key'])).toEqual(expect.arrayContaining(['check', 'notify']));
    expect(await world.list('/api/changes')).toMatchObject([{ type: 'branch.updated', origin: 'webhook', after: sha }]);
  });
});
