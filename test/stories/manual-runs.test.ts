import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.ts';
import { configOf, dataOf, quiet, track, webhookWatch } from '../support/story.ts';
import { adminToken, startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  const body = { sha: '${{ after }}', branch: '${{ ref.name }}', inputs: '${{ inputs }}', who: '${{ actor.login }}' };
  const inputs = {
    environment: { type: 'choice', options: ['staging', 'production'], default: 'staging' },
    dry: { type: 'boolean' },
    count: { type: 'number', required: true },
  };
  const watches = {
    deploy: webhookWatch(`${world.sink.url}/deploy`, { on: { manual: { inputs } } }, { body }),
    other: webhookWatch(`${world.sink.url}/other`, { on: 'manual' }),
    picky: webhookWatch(`${world.sink.url}/picky`, { on: 'manual', if: "ref.name == 'release/1'" }),
    pushed: webhookWatch(`${world.sink.url}/pushed`, { on: 'push' }),
    asleep: webhookWatch(`${world.sink.url}/asleep`, { on: 'manual', mode: 'off' }),
  };
  const { fullName, head } = await track(world, 'app', { '.github/repowatch.yml': configOf(watches) });
  await world.github!.updateRef({ repo: fullName, ref: 'refs/heads/release/1', sha: head });
  await quiet(world);
  world.sink.requests.length = 0;
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface ManualRun {
  change: ApiObject & { id: string; considered: { watch: string; matched: boolean; clause: string | null }[] };
  runs: (ApiObject & { id: string; status: string })[];
}

/** Asks for a run by hand and answers status and body. */
async function ask(
  watch: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: ManualRun & ApiObject }> {
  const response = await fetch(`${world.url}/api/repos/acme/app/watches/${watch}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as ManualRun & ApiObject };
}

describe('a watch that is started by hand', () => {
  test('runs once on the branch and with the inputs that are given, and only that watch', async () => {
    const { status, answer } = await ask('deploy', { ref: 'release/1', inputs: { count: 3, dry: true } });
    expect(status).toBe(202);
    const head = (await world.github!.refs('acme/app'))['refs/heads/release/1'];
    expect(answer.change).toMatchObject({
      type: 'manual.requested',
      origin: 'manual',
      actor: { login: 'admin' },
      ref: { name: 'release/1' },
      data: { watch: 'deploy', inputs: { environment: 'staging', dry: true, count: 3 }, after: head },
    });
    expect(answer.change.considered.filter((entry) => entry.matched).map((entry) => entry.watch)).toEqual(['deploy']);
    expect(answer.runs).toMatchObject([{ watch: { key: 'deploy' }, change: { id: answer.change.id } }]);
    const [request] = await world.sink.waitUntil((requests) => requests.length === 1);
    expect(request!.json).toEqual({
      sha: head,
      branch: 'release/1',
      inputs: { environment: 'staging', dry: true, count: 3 },
      who: 'admin',
    });
    await quiet(world);
    const run = await world.api<{ status: string; steps: { status: string; attempts: unknown[] }[] }>(`/api/runs/${answer.runs[0]!.id}`);
    expect(run).toMatchObject({ status: 'succeeded', steps: [{ status: 'succeeded', attempts: [{ status: 'succeeded' }] }] });
    expect(world.sink.requests).toHaveLength(1);
  });

  test('without anything given it is about the default branch, and the envelope says what was asked', async () => {
    const { status, answer } = await ask('other');
    expect(status).toBe(202);
    const requests = await world.sink.waitUntil((all) => all.some(({ path }) => path === '/other'));
    const head = (await world.github!.refs('acme/app'))['refs/heads/main'];
    expect(dataOf(requests.find(({ path }) => path === '/other')!)).toMatchObject({
      change_id: answer.change.id,
      watch: 'other',
      inputs: {},
      ref: { full: 'refs/heads/main' },
      after: head,
    });
  });

  test('a condition that says no is told with the change', async () => {
    const { status, answer } = await ask('picky', { ref: 'main' });
    expect(status).toBe(202);
    expect(answer.runs).toEqual([]);
    expect(answer.change.considered.find((entry) => entry.watch === 'picky')).toMatchObject({ matched: false, clause: 'if' });
  });

  test('the same key asks for the same thing once, also at the same moment; for another thing it is refused', async () => {
    const key = { 'idempotency-key': 'deploy-4711' };
    const body = { inputs: { count: 1 } };
    const answers = await Promise.all([ask('deploy', body, key), ask('deploy', body, key), ask('deploy', body, key)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ answer }) => answer.change.id)).size).toBe(1);
    expect(new Set(answers.flatMap(({ answer }) => answer.runs.map((run) => run.id))).size).toBe(1);
    expect(await ask('deploy', { inputs: { count: 2 } }, key)).toMatchObject({
      status: 422,
      answer: { errors: [{ path: 'Idempotency-Key' }] },
    });
    expect((await ask('deploy', body, { 'idempotency-key': 'x'.repeat(300) })).status).toBe(422);
  });

  test.each<{ watch: string; body?: unknown; status: number; text: RegExp }>([
    { watch: 'deploy', body: { inputs: {} }, status: 422, text: /"path":"inputs\.count".*is missing/ },
    { watch: 'deploy', body: { inputs: { count: 'many' } }, status: 422, text: /inputs\.count.*must be a number/ },
    {
      watch: 'deploy',
      body: { inputs: { count: 1, environment: 'moon' } },
      status: 422,
      text: /inputs\.environment.*must be one of staging, production/,
    },
    { watch: 'deploy', body: { inputs: { count: 1, dri: true } }, status: 422, text: /Did you mean `dry`/ },
    { watch: 'deploy', body: { ref: 'nowhere', inputs: { count: 1 } }, status: 422, text: /"path":"ref"/ },
    { watch: 'deploy', body: { inputs: { count: 1 }, wrong: true }, status: 422, text: /wrong/ },
    { watch: 'pushed', status: 409, text: /add `manual` to its `on`.*deploy, other/ },
    { watch: 'asleep', status: 409, text: /switched off/ },
    { watch: 'nobody', status: 404, text: /no watch `nobody`/ },
  ])('$watch with $body answers $status', async ({ watch, body, status, text }) => {
    const refused = await ask(watch, body);
    expect({ status: refused.status, text: JSON.stringify(refused.answer) }).toEqual({ status, text: expect.stringMatching(text) });
  });

  test('a repository that is switched off is left alone', async () => {
    await world.api('/api/repos/acme/app', { method: 'PATCH', body: { enabled: false } });
    expect(await ask('other')).toMatchObject({ status: 409, answer: { detail: expect.stringContaining('switched off') } });
    await world.api('/api/repos/acme/app', { method: 'PATCH', body: { enabled: true } });
    await world.api('/api/repos/acme/gone/watches/other/run', { method: 'POST', status: 404 });
  });
});

describe('repowatch run', () => {
  /** Runs a command against this server; answers its exit code and what it said. */
  async function command(...words: string[]): Promise<{ code: number; out: string; told: string }> {
    const out: string[] = [];
    const told: string[] = [];
    const code = await runProgram(
      {
        environment: { REPOWATCH_URL: world.url, REPOWATCH_TOKEN: adminToken },
        version: '0.0.0-test',
        print: (line) => void out.push(line),
        tell: (line) => void told.push(line),
        attended: false,
        listenForStop: () => new AbortController().signal,
      },
      ['run', ...words],
    );
    return { code, out: out.join('\n'), told: told.join('\n') };
  }

  test('starts a watch with inputs as their types say, waits for its end and shows its steps', async () => {
    const { code, out } = await command('acme/app', 'deploy', '--ref', 'release/1', '--input', 'count=7', '--input', 'dry=false');
    expect(out).toMatch(/^Run \d+ of deploy is succeeded\n {2}step 1 \(webhook\): succeeded$/);
    expect(code).toBe(0);
    expect(world.sink.requests.at(-1)!.json).toMatchObject({ branch: 'release/1', inputs: { count: 7, dry: false } });
    const { change, runs } = JSON.parse((await command('acme/app', 'other', '--json', '--no-wait')).out) as ManualRun;
    expect(runs).toMatchObject([{ change: { id: change.id } }]);
  });

  test.each<[string[], RegExp]>([
    [['acme/app', 'deploy', '--input', 'count=many'], /must be a number/],
    [['acme/app', 'deploy', '--input', 'count'], /Write --input name=value/],
    [['acme/app', 'picky'], /picky did not run: .*is false/],
    [['acme/app', 'nobody'], /no watch `nobody`/],
    [['app', 'deploy'], /Write owner\/name/],
  ])('%j ends with 1 and says why', async (words, text) => {
    const { code, out, told } = await command(...words);
    expect(code).toBe(1);
    expect(`${out}${told}`).toMatch(text);
  });
});
