import { describe, expect, test } from '@jest/globals';
import type { SinkAnswer } from '../support/sink.ts';
import { configOf, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

interface Run {
  id: string;
  status: string;
  code: string | null;
  message: string | null;
  dry_run: boolean;
  superseded_by: string | null;
  change: { id: string };
  gathered: string[];
  steps: {
    status: string;
    attempts: { status: string; code: string | null; request: { method: string; url: string; body: string } | null }[];
  }[];
}

const push = (world: TestApp, file: string) =>
  world.github!.commitFile({ repo: 'acme/app', branch: 'main', path: file, content: String(Math.random()) });

async function runsOf(world: TestApp, watch: string): Promise<Run[]> {
  const rows = await world.list(`/api/runs?watch=${watch}&limit=100`);
  return Promise.all(rows.toReversed().map((row) => world.api<Run>(`/api/runs/${String(row['id'])}`)));
}

/** The runs of a watch once they have these statuses, oldest first. */
async function statuses(world: TestApp, watch: string, wanted: string[]): Promise<Run[]> {
  let seen: Run[] = [];
  return await world
    .eventually(`runs of ${watch} are ${wanted.join(', ')}`, async () => {
      seen = await runsOf(world, watch);
      return seen.map((run) => run.status).join() === wanted.join() && seen;
    })
    .catch((error: unknown) => {
      throw new Error(JSON.stringify(seen.map(({ id, status, code, message }) => ({ id, status, code, message }))), { cause: error });
    });
}

/** One repository with one watch, and a receiver that answers its first request only when it is told to. */
async function startWorld(watch: Record<string, unknown>): Promise<{ world: TestApp; release: () => void }> {
  const world = await startTestApp({ github: true });
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let first = true;
  world.sink.answer(async (): Promise<SinkAnswer> => {
    if (!first) return 200;
    first = false;
    await held;
    return 200;
  });
  await track(world, 'app', { '.github/repowatch.yml': configOf({ meet: webhookWatch(`${world.sink.url}/meet`, watch) }) });
  return { world, release };
}

describe('runs of one key that meet', () => {
  test('latest: the one under way goes on, of those that wait only the newest goes, and the others name it', async () => {
    const { world, release } = await startWorld({ concurrency: { key: 'one', on_busy: 'latest' } });
    await using _ = world;
    await push(world, 'a');
    await statuses(world, 'meet', ['running']);
    for (const file of ['b', 'c', 'd']) await push(world, file);
    await statuses(world, 'meet', ['running', 'cancelled', 'cancelled', 'queued']);
    release();
    const runs = await statuses(world, 'meet', ['succeeded', 'cancelled', 'cancelled', 'succeeded']);
    expect(runs.slice(1, 3).map((run) => run.code)).toEqual(['superseded', 'superseded']);
    expect(runs[1]!.superseded_by).toBe(runs[2]!.id);
    expect(runs[2]!.superseded_by).toBe(runs[3]!.id);
    expect(world.sink.requests).toHaveLength(2);
  });

  test('drop: what comes while one is not over is left out, and says why', async () => {
    const { world, release } = await startWorld({ concurrency: { key: 'one', on_busy: 'drop' } });
    await using _ = world;
    await push(world, 'a');
    await statuses(world, 'meet', ['running']);
    for (const file of ['b', 'c']) await push(world, file);
    const [first, ...rest] = await statuses(world, 'meet', ['running', 'cancelled', 'cancelled']);
    expect(rest.map((run) => [run.code, run.superseded_by])).toEqual([
      ['dropped', first!.id],
      ['dropped', first!.id],
    ]);
    release();
    await statuses(world, 'meet', ['succeeded', 'cancelled', 'cancelled']);
    await push(world, 'd');
    await statuses(world, 'meet', ['succeeded', 'cancelled', 'cancelled', 'succeeded']);
    expect(world.sink.requests).toHaveLength(2);
  });

  test('cancel: a queued run never begins, one under way is stopped, one that is over stays', async () => {
    const { world, release } = await startWorld({ concurrency: 'one' });
    await using _ = world;
    for (const file of ['a', 'b', 'c']) await push(world, file);
    const [first, second, third] = await statuses(world, 'meet', ['running', 'queued', 'queued']);
    const cancel = (run: Run | undefined) => world.api(`/api/runs/${run!.id}/cancel`, { method: 'POST', body: {} });
    await cancel(second);
    await cancel(first);
    // The lane goes on with the third although the receiver of the first never answers.
    const runs = await statuses(world, 'meet', ['cancelled', 'cancelled', 'succeeded']);
    const stopped = await world.eventually('the attempt is closed', async () => {
      const run = await world.api<Run>(`/api/runs/${first!.id}`);
      return run.steps[0]?.attempts[0]?.status === 'interrupted' && run;
    });
    expect(stopped.steps[0]!.attempts[0]!.code).toBe('cancelled');
    expect(runs[1]!.steps).toEqual([]);
    await expect(cancel(third)).rejects.toThrow(/409/);
    await expect(cancel({ id: '999999' } as Run)).rejects.toThrow(/404/);
    // The first was never answered, and the second never sent.
    expect(world.sink.requests.map((request) => (request.json!['data'] as { run_id: string }).run_id)).toEqual([third!.id]);
    release();
  });
});

describe('runs that wait for more', () => {
  test('settle: the newest change goes once nothing new has come, with the head of then', async () => {
    await using world = await startTestApp({ github: true });
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        calm: webhookWatch(
          `${world.sink.url}/calm`,
          { on: { push: { branches: ['main'] } }, settle: '3s' },
          { body: { after: '${{ after }}', change: '${{ change.id }}' } },
        ),
        gone: webhookWatch(`${world.sink.url}/gone`, { on: { branch: { branches: ['short'], types: ['created'] } }, settle: '3s' }),
      }),
    });
    for (const file of ['a', 'b']) await push(world, file);
    const head = await push(world, 'c');
    await world.github!.updateRef({ repo: 'acme/app', ref: 'refs/heads/short', sha: head });
    await world.github!.deleteRef({ repo: 'acme/app', ref: 'refs/heads/short' });
    const runs = await statuses(world, 'calm', ['cancelled', 'cancelled', 'succeeded']);
    expect(runs.map((run) => run.code)).toEqual(['superseded', 'superseded', null]);
    const [sent] = await world.sink.waitUntil((requests) => requests.length === 1);
    expect(sent!.json).toEqual({ after: head, change: runs[2]!.change.id });
    const [gone] = await statuses(world, 'gone', ['cancelled']);
    expect(gone).toMatchObject({ code: 'settled_away', message: 'After it had settled, branch short was gone.' });
  });

  test('batch: the changes of a window become one run that lists them all', async () => {
    await using world = await startTestApp({ github: true });
    const body = { count: '${{ toJSON(changes.*.id) }}', last: '${{ change.id }}' };
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({ pack: webhookWatch(`${world.sink.url}/pack`, { batch: '4s' }, { body }) }),
    });
    for (const file of ['a', 'b', 'c']) await push(world, file);
    const [run] = await statuses(world, 'pack', ['succeeded']);
    const changes = (await world.list('/api/changes?type=branch.updated')).map((change) => String(change['id'])).toReversed();
    expect(run!.gathered).toEqual(changes);
    expect(run!.change.id).toBe(changes.at(-1));
    const [sent] = await world.sink.waitUntil((requests) => requests.length === 1);
    expect(JSON.parse((sent!.json as typeof body).count)).toEqual(changes);
    expect((sent!.json as typeof body).last).toBe(changes.at(-1));
    // Each of them leads to the run, on its own page and in the list.
    for (const id of changes)
      expect((await world.api<{ runs: Run[] }>(`/api/changes/${id}`)).runs.map(({ id: runId }) => runId)).toEqual([run!.id]);
    await world.api(`/api/runs/${run!.id}/replay`, { method: 'POST', body: {} });
    const [, replay] = await statuses(world, 'pack', ['succeeded', 'succeeded']);
    expect(replay!.gathered).toEqual(changes);
    const [, again] = await world.sink.waitUntil((requests) => requests.length === 2);
    expect(again!.json).toEqual(sent!.json);
    await push(world, 'd');
    await statuses(world, 'pack', ['succeeded', 'succeeded', 'succeeded']);
  });

  test('batch and settle bring runs together that have no order', async () => {
    await using world = await startTestApp({ github: true });
    const watch = (more: object) => webhookWatch(`${world.sink.url}/x`, { order: 'none', ...more });
    await track(world, 'app', { '.github/repowatch.yml': configOf({ pack: watch({ batch: '3s' }), calm: watch({ settle: '3s' }) }) });
    for (const file of ['a', 'b']) await push(world, file);
    const [run] = await statuses(world, 'pack', ['succeeded']);
    expect(run!.gathered).toHaveLength(2);
    await statuses(world, 'calm', ['cancelled', 'succeeded']);
  });

  test('dry-run: inputs are filled in, secrets are stand-ins, nothing is sent', async () => {
    await using world = await startTestApp({ github: true });
    await world.api('/api/secrets/TOKEN', { method: 'PUT', body: { value: 'canary-of-the-dry-run', destinations: ['hooks.example.com'] } });
    const step = (id: string, host: string) => ({
      id,
      if: '${{ always() }}',
      uses: 'webhook',
      with: { url: `https://${host}/x`, headers: { authorization: 'Bearer ${{ secrets.TOKEN }}' }, body: { sha: '${{ after }}' } },
    });
    const script = { if: '${{ always() }}', uses: 'script', with: { run: 'throw new Error("it ran")' } };
    await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        dry: { on: 'push', mode: 'dry-run', steps: [step('good', 'hooks.example.com'), script, step('bad', 'elsewhere.example.com')] },
      }),
    });
    const after = await push(world, 'a');
    const [run] = await statuses(world, 'dry', ['failed']);
    expect(run).toMatchObject({ dry_run: true, code: 'secret_destination_not_allowed' });
    expect(run!.steps.map((entry) => entry.status)).toEqual(['succeeded', 'succeeded', 'failed']);
    const shown = run!.steps[0]!.attempts[0]!.request!;
    expect(shown).toMatchObject({ method: 'DRY-RUN', url: 'https://hooks.example.com/x' });
    expect(JSON.parse(shown.body)).toMatchObject({
      uses: 'webhook',
      with: { headers: { authorization: 'Bearer ***' }, body: { sha: after } },
    });
    expect(JSON.stringify(run)).not.toContain('canary');
    expect(world.sink.requests).toEqual([]);
  });
});

describe('files that a push does not list', () => {
  test('hold: GitHub is asked, and only what fits goes', async () => {
    await using world = await startTestApp({ github: true });
    const paths = (pattern: string, more = {}) => ({ on: { push: { paths: [pattern], paths_unknown: 'hold' } }, ...more });
    const { head, installation, id } = await track(world, 'app', {
      '.github/repowatch.yml': configOf({
        fits: webhookWatch(`${world.sink.url}/fits`, paths('src/**')),
        other: webhookWatch(`${world.sink.url}/other`, paths('docs/**')),
        calm: webhookWatch(`${world.sink.url}/calm`, paths('docs/**', { settle: '1s' })),
        pack: webhookWatch(`${world.sink.url}/pack`, paths('docs/**', { batch: '1s' })),
      }),
    });
    await world.github!.setWebhooks('off');
    const after = await push(world, 'src/a.ts');
    await world.github!.setWebhooks('on');
    // A push with as many commits as a payload can carry does not say that it is all.
    const commit = {
      id: after,
      message: 'many',
      timestamp: new Date().toISOString(),
      author: { name: 'a' },
      added: [],
      modified: [],
      removed: [],
    };
    await world.deliver('push', {
      ref: 'refs/heads/main',
      before: head,
      after,
      created: false,
      deleted: false,
      forced: false,
      commits: Array.from({ length: 2048 }, () => commit),
      head_commit: commit,
      repository: {
        id,
        name: 'app',
        full_name: 'acme/app',
        private: false,
        default_branch: 'main',
        owner: { login: 'acme', id: 1, type: 'Organization' },
      },
      installation: { id: installation },
      sender: { id: 1, login: 'octocat', type: 'User' },
    });
    await statuses(world, 'fits', ['succeeded']);
    for (const watch of ['other', 'calm', 'pack']) {
      const [run] = await statuses(world, watch, ['cancelled']);
      expect(run).toMatchObject({ code: 'paths_unmatched', message: 'None of the 1 changed files matches docs/**.' });
    }
    expect(world.sink.requests.map((request) => request.path)).toEqual(['/fits']);
  });
});
