import { describe, expect, test } from '@jest/globals';
import { configOf, dataOf, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

interface Run {
  status: string;
  code: string | null;
  steps: { key: string | null; status: string; code: string | null; outputs: ApiObject; attempts: { log: string[] | null }[] }[];
}

const push = (world: TestApp, message = 'Change it') =>
  world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: 'file.txt', content: String(Math.random()), message });

const runsOf = async (world: TestApp, watch: string): Promise<Run[]> =>
  Promise.all((await world.list(`/api/runs?watch=${watch}`)).map(({ id }) => world.api<Run>(`/api/runs/${String(id)}`)));

/** The newest run of a watch, once so many are over. */
const runOf = (world: TestApp, watch: string, count = 1) =>
  world.eventually(`run ${count} of ${watch}`, async () => {
    const runs = await runsOf(world, watch);
    return runs.length === count && runs.every(({ status }) => ['succeeded', 'failed', 'dead'].includes(status)) && runs[0];
  });

const script = (run: string, more: ApiObject = {}) => ({ uses: 'script', with: { run, ...more } });

describe('scripts at work', () => {
  test('outputs decide the steps after it; failure() runs when something failed; the log is there to read', async () => {
    await using world = await startTestApp({ github: true });
    const gate = `export default ({ commit, log }) => {
      log('message is', commit.message);
      if (commit.message === 'break') throw new Error('broken on purpose');
      return { deploy: !commit.message.startsWith('docs'), reason: commit.message.toUpperCase() };
    }`;
    const steps = [
      { id: 'gate', ...script(gate) },
      {
        id: 'hook',
        if: '${{ steps.gate.outputs.deploy }}',
        uses: 'webhook',
        with: { url: `${world.sink.url}/deploy`, body: { why: '${{ steps.gate.outputs.reason }}' } },
      },
      { id: 'alarm', if: '${{ failure() }}', uses: 'webhook', with: { url: `${world.sink.url}/alarm` } },
      { id: 'always', if: '${{ always() }}', ...script(`export default ({ steps }) => ({ saw: Object.keys(steps) })`) },
    ];
    await track(world, 'app', { '.github/repowatch.yml': configOf({ w: { on: 'push', steps } }) });
    const statuses = (run: Run) => run.steps.map(({ key, status }) => `${key} ${status}`);

    await push(world, 'ship it');
    const good = await runOf(world, 'w');
    expect(good.status).toBe('succeeded');
    expect(statuses(good)).toEqual(['gate succeeded', 'hook succeeded', 'alarm skipped', 'always succeeded']);
    expect(world.sink.requests).toMatchObject([{ path: '/deploy', json: { why: 'SHIP IT' } }]);
    expect(good.steps[0]!.attempts[0]!.log).toEqual(['message is ship it']);

    await push(world, 'docs only');
    expect(statuses(await runOf(world, 'w', 2))).toEqual(['gate succeeded', 'hook skipped', 'alarm skipped', 'always succeeded']);

    await push(world, 'break');
    const bad = await runOf(world, 'w', 3);
    expect(bad).toMatchObject({ status: 'failed', code: 'script_failed' });
    expect(statuses(bad)).toEqual(['gate failed', 'hook skipped', 'alarm succeeded', 'always succeeded']);
    expect(bad.steps[0]!.attempts[0]!.log).toEqual(['message is break']);
    expect(world.sink.requests.map(({ path }) => path)).toEqual(['/deploy', '/alarm']);
  });

  test('a script from a file of the default branch sees nothing of Node', async () => {
    await using world = await startTestApp({ github: true });
    const file = `export default ({ change, repository, ref }) => ({
      globals: ['process', 'require', 'Buffer', 'setTimeout', 'globalThis.fetch'].filter((name) => { try { return eval('typeof ' + name) !== 'undefined'; } catch { return false; } }),
      about: change.type + ' ' + repository.full_name + ' ' + ref.name,
    });`;
    await track(world, 'app', {
      '.github/look.js': file,
      '.github/repowatch.yml': configOf({ w: { on: 'push', steps: [{ uses: 'script', with: { file: '.github/look.js' } }] } }),
    });
    await push(world);
    expect(await runOf(world, 'w')).toMatchObject({
      status: 'succeeded',
      steps: [{ outputs: { about: 'branch.updated acme/app main' } }],
    });
    const [run] = await runsOf(world, 'w');
    expect((run!.steps[0]!.outputs['globals'] as string[]).filter((name) => name !== 'setTimeout')).toEqual([]);
  });

  test('a loop without end and a memory bomb end as what they are, while another watch is served', async () => {
    await using world = await startTestApp({ github: true });
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        loop: { on: 'push', steps: [script('export default () => { while (true) {} }', { timeout: '3s' })] },
        never: { on: 'push', steps: [script('export default () => new Promise(() => {})', { timeout: '1s' })] },
        bomb: {
          on: 'push',
          steps: [
            script('export default () => { const all = []; while (true) all.push(new Array(10000).fill(all.length)); }', {
              timeout: '10s',
            }),
          ],
        },
        native: {
          on: 'push',
          steps: [script('export default () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)', { timeout: '1s' })],
        },
        quick: webhookWatch(`${world.sink.url}/quick`),
      }),
    });
    const started = Date.now();
    const head = await push(world);
    await world.sink.waitUntil((requests) => requests.some((request) => dataOf(request)['after'] === head));
    expect(Date.now() - started).toBeLessThan(3_000);
    expect((await runsOf(world, 'loop'))[0]?.status).not.toBe('succeeded');
    // A loop uses up what it may compute; on a machine that gives it little of that, its time is over first.
    for (const watch of ['loop', 'native'])
      expect(await runOf(world, watch)).toMatchObject({ status: 'failed', code: expect.stringMatching(/^script_(?:cpu|timeout)$/) });
    expect(await runOf(world, 'never')).toMatchObject({ status: 'failed', code: 'script_timeout' });
    expect(await runOf(world, 'bomb')).toMatchObject({ status: 'failed', code: 'script_memory' });
    // The processes that were killed are replaced: a good script runs after them.
    await world.github!.commitFile({
      repo: 'acme/app',
      branch: 'main',
      path: '.github/repowatch.yml',
      content: configOf({ after: { on: 'push', steps: [script('export default () => ({ fine: true })')] } }),
    });
    expect(await runOf(world, 'after')).toMatchObject({ status: 'succeeded', steps: [{ outputs: { fine: true } }] });
  });
});
