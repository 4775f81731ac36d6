import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openEvents } from '../support/event-client.ts';
import { configOf, track } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

interface Run {
  id: string;
  status: string;
  code: string | null;
  message: string | null;
  steps: { status: string; outputs: ApiObject; attempts: { log: string[] | null; status: string }[] }[];
}

let world: TestApp;
let fullName = '';
const script = (run: string, more: ApiObject = {}) => ({
  on: 'manual',
  steps: [{ uses: 'script', with: { run, timeout: '20s', ...more } }],
});

const typed = `interface Given { change: { type: string }; log: (line: string) => void }

export default ({ change, log }: Given) => {
  const kind: string = change.type as string;
  log(kind satisfies string);
  if (kind.length > 0) fail('on line 6');
};
function fail(why: string): never {
  throw new TypeError(why);
}
`;

const watchesFor = (sinkUrl: string) => ({
  issue: script(
    `export default async ({ github, secrets }) => {
      const made = await github.request('POST /repos/{owner}/{repo}/issues', { title: 'from a script', labels: ['x'] });
      const read = await github.request('GET /repos/{owner}/{repo}/issues/{issue_number}', { issue_number: made.data.number });
      const file = await github.request('GET /repos/{owner}/{repo}/contents/{path}', { path: '.github/gate.ts' });
      const shown = JSON.stringify([made, read, file]);
      return { made: made.status, title: read.data.title, file: file.status, token: /gh[a-z]_|authorization/i.test(shown) };
    }`,
    { permissions: { issues: 'write' } },
  ),
  reader: script(
    `export default async ({ github }) => {
      const tries = {};
      for (const route of ['POST /repos/{owner}/{repo}/issues', 'GET /repos/acme/other', 'GET /repos/{owner}/{repo}/../other', 'GET /app', 'GET /repos/{owner}/{repo}'])
        tries[route] = await github.request(route, { title: 'no' }).then(({ status }) => status, (error) => error.code ?? error.message);
      return tries;
    }`,
  ),
  ungranted: script(`export default async ({ github }) => (await github.request('GET /repos/{owner}/{repo}/actions/secrets')).data`, {
    permissions: { secrets: 'read' },
  }),
  count: script(`export default async ({ state }) => {
    const n = await state.update('n', (n = 0) => n + 1);
    await state.set('last', { n, deep: [null, '\\u0000'] });
    return { n, missing: (await state.get('nothing')) === undefined, keys: Object.keys(await state.list()), gone: await state.delete('nothing') };
  }`),
  other: script(`export default async ({ state }) => ({ keys: Object.keys(await state.list()) })`),
  race: {
    ...script(`export default async ({ state }) => { for (let i = 0; i < 5; i += 1) await state.update('n', (n = 0) => n + 1); }`),
    concurrency: { key: '${{ change.id }}' },
  },
  typed: { on: 'manual', steps: [{ uses: 'script', with: { file: '.github/gate.ts' } }] },
  slow: {
    on: 'manual',
    steps: [
      {
        uses: 'script',
        env: { T: '${{ secrets.TOKEN }}' },
        with: {
          timeout: '30s',
          run: `export default async ({ log, env, fetch }) => {
            log('first ' + env.T);
            await fetch('${sinkUrl}/gate');
            log('last');
          }`,
        },
      },
    ],
  },
});

beforeAll(async () => {
  world = await startTestApp({ github: true });
  const files = { '.github/gate.ts': typed, '.github/repowatch.yml': configOf(watchesFor(world.sink.url)) };
  await world.github!.createRepository({ owner: 'acme', name: 'other', files: { 'README.md': '#' } }).catch(() => undefined);
  ({ fullName } = await track(world, 'app', files));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function start(key: string): Promise<void> {
  await world.api(`/api/repos/${fullName}/watches/${key}/run`, { method: 'POST', body: { ref: 'main' } });
}

const ended = (key: string, count = 1) =>
  world.eventually(`${count} runs of ${key}`, async () => {
    const runs = await world.list(`/api/runs?watch=${key}`);
    const over = runs.filter(({ status }) => ['succeeded', 'failed', 'dead'].includes(String(status)));
    return over.length === count && (await world.api<Run>(`/api/runs/${String(runs[0]!['id'])}`));
  });

async function outputs(key: string, count = 1): Promise<ApiObject> {
  await start(key);
  const run = await ended(key, count);
  expect({ status: run.status, message: run.message }).toEqual({ status: 'succeeded', message: null });
  return run.steps[0]!.outputs;
}

describe('github.request', () => {
  test('reads and writes in the repository of the run with what the step declares, and shows no token', async () => {
    expect(await outputs('issue')).toEqual({ made: 201, title: 'from a script', file: 200, token: false });
  });

  test('reaches nothing else, and without permissions nothing is written', async () => {
    expect(await outputs('reader')).toEqual({
      'POST /repos/{owner}/{repo}/issues': 403,
      'GET /repos/acme/other': 'github_refused',
      'GET /repos/{owner}/{repo}/../other': 'github_refused',
      'GET /app': 'github_refused',
      'GET /repos/{owner}/{repo}': 200,
    });
    await start('ungranted');
    expect(await ended('ungranted')).toMatchObject({ code: 'script_failed', message: expect.stringContaining('secrets: read') });
  });
});

describe('the state of a watch', () => {
  test('stays from run to run, belongs to its watch, can be looked at and cleared', async () => {
    expect(await outputs('count')).toEqual({ n: 1, missing: true, keys: ['last', 'n'], gone: false });
    expect(await outputs('count', 2)).toMatchObject({ n: 2 });
    expect(await outputs('other')).toEqual({ keys: [] });
    const state = `/api/repos/${fullName}/watches/count/state`;
    expect(await world.list(state)).toMatchObject([
      { key: 'last', value: { n: 2, deep: [null, '\u0000'] } },
      { key: 'n', value: 2 },
    ]);
    await world.api(`${state}?key=n`, { method: 'DELETE' });
    expect((await world.list(state)).map(({ key }) => key)).toEqual(['last']);
    await world.api(state, { method: 'DELETE' });
    expect(await world.list(state)).toEqual([]);
  });

  test('runs at once lose nothing of each other', async () => {
    await Promise.all([start('race'), start('race'), start('race')]);
    await ended('race', 3);
    expect(await world.list(`/api/repos/${fullName}/watches/race/state`)).toMatchObject([{ key: 'n', value: 15 }]);
  });
});

describe('files in TypeScript', () => {
  test('run, and errors name the file and the lines that were written', async () => {
    await start('typed');
    expect(await ended('typed')).toMatchObject({
      code: 'script_failed',
      message: 'TypeError: on line 6 (.github/gate.ts, line 9, called from line 6)',
    });
  });
});

describe('the log of a running script', () => {
  test('is there before the script is over, masked, by the API and as a stream', async () => {
    await world.api('/api/secrets/TOKEN', { method: 'PUT', body: { value: 'geheim-geheim' } });
    const gate = Promise.withResolvers<number>();
    world.sink.answer(({ path }) => (path === '/gate' ? gate.promise : 200));
    await start('slow');
    const [run] = await world.eventually('the run', async () => {
      const runs = await world.list('/api/runs?watch=slow');
      return runs.length === 1 && runs;
    });
    const events = await openEvents(`${world.url}/api/runs/${String(run!['id'])}/log?follow=1`);
    expect(await events.wait('line')).toEqual({ step: 0, attempt: 1, number: 1, line: 'first ***' });
    expect(await world.api(`/api/runs/${String(run!['id'])}/log`)).toMatchObject({
      status: 'running',
      data: [{ step: 0, attempt: 1, status: 'started', lines: ['first ***'] }],
    });
    gate.resolve(200);
    expect(await events.wait('end')).toEqual({ status: 'succeeded' });
    expect(events.events.map(({ event, data }) => [event, data['line'] ?? data['status']])).toEqual([
      ['line', 'first ***'],
      ['line', 'last'],
      ['attempt', 'succeeded'],
      ['end', 'succeeded'],
    ]);
  });
});
