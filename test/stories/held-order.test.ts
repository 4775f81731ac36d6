import { expect, test } from '@jest/globals';
import { configOf, dataOf, track, webhookWatch } from '../support/story.ts';
import { startTestApp, type ApiObject, type TestApp } from '../support/test-app.ts';

const push = (world: TestApp, branch: string) =>
  world.github!.commitFile({ repo: 'acme/app', branch, path: `${branch}.txt`, content: String(Math.random()) });

/** The heads that the receiver got of a branch, in order. */
const headsOf = (world: TestApp, branch: string) =>
  world.sink.requests.map(dataOf).flatMap((data) => ((data['ref'] as ApiObject)['name'] === branch ? [data['after']] : []));

/** The newest run, once it has this status and code. */
const newest = (world: TestApp, status: string, code: string | null) =>
  world.eventually(`a run that is ${status}, ${code}`, async () => {
    const [run] = await world.list('/api/runs?limit=1');
    return run?.['status'] === status && run['code'] === code && run;
  });

test('what nothing was sent of yet keeps its place in its key, while other keys go on', async () => {
  await using world = await startTestApp({ github: true });
  const { db } = world.database;
  const latest = { on: { push: { branches: ['latest'] } }, concurrency: { on_busy: 'latest' } };
  const config = configOf({
    w: webhookWatch(`${world.sink.url}/in`, { on: { push: { branches: ['**', '!latest'] } } }),
    latest: webhookWatch(`${world.sink.url}/in`, latest),
  });
  await track(world, 'app', { '.github/repowatch.yml': config });
  await push(world, 'main');
  await newest(world, 'succeeded', null);
  const { destinations } = world.app.context;
  await destinations.flush();
  const rest = await db.raw<{ rows: { installation_id: string; origin: string }[] }>(
    `update destinations set state = 'resting', opens_at = now() + interval '1 hour' returning installation_id, origin`,
  );
  const { installation_id: installationId, origin } = rest.rows[0]!;
  await destinations.confirm();

  await push(world, 'latest');
  const old = await newest(world, 'waiting', 'destination_resting');
  const last = await push(world, 'latest');
  await world.eventually('the newest goes instead', async () => (await world.list('/api/runs?watch=latest'))[1]?.['code'] === 'superseded');
  expect((await world.list('/api/runs?watch=latest'))[1]).toMatchObject({ id: old['id'], status: 'cancelled' });
  await newest(world, 'waiting', 'destination_resting');
  const first = await push(world, 'held');
  const held = await world.eventually('its run is held', async () => {
    const [run] = await world.list('/api/runs?limit=1');
    const change = run?.['change'] as ApiObject | undefined;
    return change?.['ref_name'] === 'held' && run?.['code'] === 'destination_resting' && run;
  });
  // Its rest is over, and the held run comes a little later: the next one of its key does not pass it, one of another key finds out.
  await db.raw('update destinations set opens_at = now()');
  const second = await push(world, 'held');
  const behind = await newest(world, 'queued', null);
  expect(await world.api(`/api/runs/${String(behind['id'])}`)).toMatchObject({ blocked_by: { run: held['id'], reason: 'retrying' } });
  await push(world, 'other');
  await world.eventually('both are there', async () => headsOf(world, 'held').length === 2);
  expect(headsOf(world, 'held')).toEqual([first, second]);
  await world.eventually('the newest is there', async () => headsOf(world, 'latest').length > 0);
  expect(headsOf(world, 'latest')).toEqual([last]);

  const key = `${installationId} ${origin}`;
  for (let turn = 0; turn < 32; turn += 1) await destinations.slots.take(key);
  const third = await push(world, 'busy');
  await newest(world, 'waiting', 'destination_busy');
  for (let turn = 0; turn < 32; turn += 1) destinations.slots.give(key);
  const fourth = await push(world, 'busy');
  await world.eventually('both are there', async () => headsOf(world, 'busy').length === 2);
  expect(headsOf(world, 'busy')).toEqual([third, fourth]);
});
