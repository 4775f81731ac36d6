import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { onGap } from '../../src/flow/on-recovery-gap.ts';
import { configOf, dataOf, quiet, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

let world: TestApp;

beforeAll(async () => {
  world = await startTestApp({ github: true });
  world.sink.answer(({ path }) => (path.startsWith('/broken') ? 503 : 200));
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const own = (...types: string[]) => ({ on: { repowatch: types.length > 0 ? { types } : {} } });
const listen = (path: string, ...types: string[]) => webhookWatch(`${world.sink.url}/${path}`, own(...types));
const heard = (path: string) => world.sink.requests.filter((request) => request.path === `/${path}`);

async function changesOf(type: string, fullName: string): Promise<(ApiObject & { id: string })[]> {
  return (await world.list(`/api/changes?type=${type}&repository=${fullName}`)) as (ApiObject & { id: string })[];
}

async function configure(repo: string, content: string): Promise<void> {
  await world.github!.commitFile({ repo, branch: 'main', path: '.github/repowatch.yml', content });
}

describe('config.invalid', () => {
  test('is told once for each broken version, by the watches that are still in force', async () => {
    const good = configOf({ alarm: listen('alarm', 'config.invalid') });
    const { fullName } = await track(world, 'configured', { '.github/repowatch.yml': good });
    await configure(fullName, 'version: 1\nwatchs: {}\n');
    await world.sink.waitUntil(() => heard('alarm').length === 1);
    expect(dataOf(heard('alarm')[0]!)).toMatchObject({
      configuration: {
        path: '.github/repowatch.yml',
        problem_count: expect.any(Number),
        problems: expect.arrayContaining([expect.objectContaining({ line: 2 })]),
      },
    });
    // The same version again, by another commit, and then another one.
    await world.github!.commitFile({ repo: fullName, branch: 'main', path: 'README.md', content: 'hello' });
    await configure(fullName, good);
    await configure(fullName, 'version: 1\nwatchs: {}\n');
    await quiet(world);
    expect(await changesOf('config.invalid', fullName)).toHaveLength(1);
    await configure(fullName, 'version: 2\n');
    await world.sink.waitUntil(() => heard('alarm').length === 2);
    expect(await changesOf('config.invalid', fullName)).toHaveLength(2);
  });

  test('is a change also where no file was ever good', async () => {
    const { fullName } = await track(world, 'never-good', { '.github/repowatch.yml': 'watches' });
    const [change] = await world.eventually('a change', async () => {
      const found = await changesOf('config.invalid', fullName);
      return found.length > 0 && found;
    });
    expect(await world.api(`/api/changes/${change!.id}`)).toMatchObject({ runs: [] });
  });
});

describe('run.dead', () => {
  test('is told once for a run that was given up, and never for what it began itself', async () => {
    const watches = {
      doomed: webhookWatch(`${world.sink.url}/broken`, { on: 'push', retry: 'none' }),
      refused: webhookWatch('http://127.0.0.1:1/', { on: 'push' }),
      mourner: webhookWatch(`${world.sink.url}/broken-too`, { ...own('run.dead'), retry: 'none' }),
      witness: listen('witness'),
    };
    const { fullName } = await track(world, 'mortal', { '.github/repowatch.yml': configOf(watches) });
    await world.github!.commitFile({ repo: fullName, branch: 'main', path: 'a', content: 'a' });
    await world.sink.waitUntil(() => heard('witness').length === 1 && heard('broken-too').length === 1);
    await quiet(world);
    const [run] = (await world.list(`/api/runs?watch=doomed`)) as (ApiObject & { id: string; change: { id: string } })[];
    expect(run).toMatchObject({ status: 'dead' });
    expect((await world.list('/api/runs?watch=mourner')).map((entry) => entry['status'])).toEqual(['dead']);
    expect((await world.list('/api/runs?watch=refused')).map((entry) => entry['status'])).toEqual(['failed']);
    const changes = await changesOf('run.dead', fullName);
    expect(changes).toHaveLength(1);
    expect(dataOf(heard('witness')[0]!)).toMatchObject({
      dead_run: { id: run!.id, watch: 'doomed', change_id: run!.change.id, attempts: 1, code: expect.any(String) },
    });
    await world.api(`/api/runs/${run!.id}/replay`, { method: 'POST' });
    await world.sink.waitUntil(() => heard('witness').length === 2);
    await quiet(world);
    expect(await changesOf('run.dead', fullName)).toHaveLength(2);
  });
});

describe('recovery.gap', () => {
  const gap = {
    kind: 'unproven' as const,
    from: new Date('2026-01-01T00:00:00Z'),
    until: new Date('2026-01-02T00:00:00Z'),
    reason: 'it was down',
  };

  test('a stretch of time is told once to each repository whose own file asks; what is inherited is told in .github only', async () => {
    const { fullName: asks } = await track(world, 'asks', { '.github/repowatch.yml': configOf({ gaps: listen('asks', 'recovery.gap') }) });
    const { fullName: silent } = await track(world, 'silent', { '.github/repowatch.yml': configOf({ w: webhookWatch(world.sink.url) }) });
    const { fullName: home } = await track(world, '.github', {
      '.github/repowatch.yml': configOf({ inherited: listen('home', 'recovery.gap') }),
    });
    await quiet(world);
    await onGap(world.app.context, { ...gap, repositoryGithubId: undefined });
    await onGap(world.app.context, { ...gap, repositoryGithubId: undefined });
    await quiet(world);
    expect((await changesOf('recovery.gap', home)).length).toBe(1);
    expect((await changesOf('recovery.gap', asks)).length).toBe(1);
    expect(await changesOf('recovery.gap', silent)).toEqual([]);
    expect(dataOf(heard('asks')[0]!)).toMatchObject({
      gap: { from: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z', reason: 'it was down' },
    });
    expect(heard('home').length).toBeGreaterThanOrEqual(1);
  });

  test('a lost delivery is told to its repository', async () => {
    const { id, fullName } = await track(world, 'loser');
    await onGap(world.app.context, { ...gap, kind: 'lost', until: gap.from, repositoryGithubId: String(id) });
    expect(await changesOf('recovery.gap', fullName)).toMatchObject([{ origin: 'trigger', actor: null }]);
  });
});
