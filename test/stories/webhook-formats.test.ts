import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { configOf, track, webhookWatch } from '../support/story.ts';
import { startTestApp } from '../support/test-app.ts';

test('a push arrives in the words of other systems, each event once, although the receiver fails in the middle', async () => {
  await using world = await startTestApp({ github: true });
  const to = (path: string, input: Record<string, unknown>, watch: Record<string, unknown> = {}) =>
    webhookWatch(`${world.sink.url}/${path}`, { retry: ['100ms', '100ms'], ...watch }, input);
  await track(world, 'app', {
    '.github/repowatch.yml': configOf({
      github: to('github', { format: 'github', secret: 'geheim-geheim' }),
      webgme: to('webgme', { format: 'webgme', hook_id: 'my-hook' }),
      moves: to('moves', { format: 'webgme', events: ['BRANCH_HASH_UPDATED'] }),
      radar: to('radar', { format: 'radar' }),
    }),
  });
  // The second request fails once: the first must not come again.
  world.sink.answer(({ path, count }) => (path === '/webgme' && count === 1 ? 503 : 200));
  const after = await world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'a.txt', content: 'a' });
  const requests = await world.sink.waitUntil((all) => all.length === 6);
  const at = (path: string) => requests.filter((request) => request.path === path);

  const [github] = at('/github');
  expect(github!.json).toMatchObject({ ref: 'refs/heads/main', after, repository: { full_name: 'acme/app' } });
  expect(github!.headers).toMatchObject({
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${createHmac('sha256', 'geheim-geheim').update(github!.body).digest('hex')}`,
  });
  const [delivery] = await world.list(`/api/deliveries?guid=${github!.headers['x-github-delivery']}`);
  expect(delivery).toMatchObject({ event: 'push' });

  const webgme = at('/webgme');
  expect(webgme.map(({ json, status }) => [json!['event'], json!['hookId'], status])).toEqual([
    ['COMMIT', 'my-hook', 200],
    ['BRANCH_HASH_UPDATED', 'my-hook', 503],
    ['BRANCH_HASH_UPDATED', 'my-hook', 200],
  ]);
  const [first, second, third] = webgme.map(({ id }) => id);
  expect([second === third, first === second, first!.replace(/_1$/, '_2') === second]).toEqual([true, false, true]);
  const [run] = await world.list('/api/runs?watch=webgme');
  const detail = await world.eventually('the run is over', async () => {
    const read = await world.api<{ status: string; steps: { outputs: Record<string, unknown> }[] }>(`/api/runs/${String(run!['id'])}`);
    return read.status === 'succeeded' && read;
  });
  expect(detail.steps[0]!.outputs).toMatchObject({ sent: 2, of: 2, status: 200 });
  expect(at('/moves').map(({ json }) => [json!['event'], json!['hookId']])).toEqual([['BRANCH_HASH_UPDATED', 'moves']]);
  expect(at('/radar')[0]!.json).toMatchObject({
    project: { name: 'app' },
    branch: 'main',
    commit: { sha: after },
    isManualTrigger: false,
    params: {},
  });
});
