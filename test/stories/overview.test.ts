import { expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.ts';
import { signInAsAdmin } from '../web/sessions.ts';
import { configOf, quiet, track, webhookWatch } from '../support/story.ts';

/** Somebody's browser without its scripts. */
async function openBrowser({ url }: TestApp) {
  const cookie = await signInAsAdmin(url);
  return {
    get: async (path: string) => {
      const answer = await fetch(url + path, { headers: { cookie }, redirect: 'manual' });
      return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() };
    },
    post: async (path: string, fields: Record<string, string> = {}) => {
      const headers = { cookie, origin: url };
      const answer = await fetch(url + path, { method: 'POST', headers, redirect: 'manual', body: new URLSearchParams(fields) });
      return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() };
    },
  };
}

const doneSteps = (text: string) => [...text.matchAll(/<li id="step-(\w+)" class="done/g)].map(([, step]) => step);
const threads = (text: string) => [...text.matchAll(/<article class="thread" id="thread-([\w-]+)"/g)].map(([, id]) => id);

test('from an empty server to the first push, and everything is found again', async () => {
  await using world = await startTestApp({ github: true });
  const { get, post } = await openBrowser(world);
  const empty = await get('/');
  expect(empty.text).toMatch(/Nothing needs you[^]*First steps/);
  expect(doneSteps(empty.text)).not.toContain('install');
  expect((await get('/budget')).text).toContain('No installation yet');

  const file = configOf({ deploy: webhookWatch(`${world.sink.url}/deploy`) });
  const { fullName } = await track(world, 'app', { '.github/repowatch.yml': file });
  const { fullName: other } = await track(world, 'docs');
  const sha = await world.github!.commitFile({ repo: fullName, branch: 'main', path: 'a.txt', content: '1', message: 'Ship it' });
  await quiet(world);
  expect(doneSteps((await get('/first-steps')).text)).toEqual(['app', 'webhook', 'install', 'file', 'push']);
  const starter = (await get(`/first-steps?repository=${encodeURIComponent(other)}`)).text;
  expect(starter).toContain(`href="${world.github!.url}/${other}/new/main?filename=.github%2Frepowatch.yml&amp;value=`);

  const [delivery] = await world.list('/api/deliveries?event=push');
  const [run] = await world.list('/api/runs');
  expect(threads((await get('/')).text)).toContain(`delivery-${String(delivery!['id'])}`);
  expect(threads((await get('/?q=ocs')).text)).not.toContain(`delivery-${String(delivery!['id'])}`);
  expect(threads((await get('/?q=PUSH&status=succeeded')).text)).toEqual([`delivery-${String(delivery!['id'])}`]);
  expect((await get('/?q=nothing-is-called-so')).text).toContain('Nothing matches');
  expect((await get('/?repository=no+name&status=%27&cursor=x')).status).toBe(200);

  await world.api('/api/projects', { method: 'POST', status: 201, body: { name: 'Winter', repositories: [fullName], branches: ['main'] } });
  const monitored = async (path: string) => (await get(path)).text.includes('<bdi>Winter</bdi>');
  expect(await Promise.all(['/', '/?q=APP', '/?q=docs', `/?repository=${other}`].map(monitored))).toEqual([true, true, false, false]);
  await world.github!.commitFile({
    repo: other,
    branch: 'main',
    path: '.github/repowatch.yml',
    content: 'watches: 7',
    message: 'Break it',
  });
  await world.eventually('the broken file needs a person', async () => (await get('/')).text.includes(`configuration of ${other}`));
  expect((await get('/?q=docs')).text).toContain(`configuration of ${other}`);
  expect((await get('/?q=app')).text).not.toContain(other);
  expect((await get('/settings')).text).toMatch(/class="findings"[^]*PUBLIC_URL is not set/);

  const rates = await get('/overview/rates/part?hours=1');
  expect(rates.text).toMatch(/Runs succeeded<\/dt>\s*<dd[^>]*>1<\/dd>/);
  expect((await get('/overview/rates?hours=99')).text).toContain('in the last 24 hours');

  for (const [q, to] of [
    [String(delivery!['guid']), `/deliveries/${String(delivery!['id'])}`],
    [`run ${String(run!['id'])}`, `/runs/${String(run!['id'])}`],
    [fullName, `/repos/${fullName}`],
    [`${fullName}:main`, `/repos/${fullName}/branches/main`],
    ['deploy', `/repos/${fullName}/watches/deploy`],
    [sha, `/changes/${String((run!['change'] as Record<string, unknown>)['id'])}`],
  ] as const)
    expect([q, (await get(`/search?q=${encodeURIComponent(q)}`)).to]).toEqual([q, to]);
  expect((await get('/search?q=acme&all=1')).text).toMatch(/Repositories[^]*acme\/app[^]*acme\/docs[^]*Installations/);
  expect((await get('/search?q=%3Cscript%3E')).text).toContain('<bdi>&lt;script&gt;</bdi>');

  expect(await post('/recovery/since', { since: 'yesterday' })).toMatchObject({
    status: 422,
    text: expect.stringMatching(/must be a day or a moment/),
  });
  expect(await post('/recovery/since', { since: '2999-01-01' })).toMatchObject({
    status: 422,
    text: expect.stringMatching(/<dialog[^>]*data-open/),
  });
  expect(await post('/recovery/scan')).toMatchObject({ status: 303, to: '/recovery?notice=requested' });
  await world.eventually('a complete scan', async () => (await get('/recovery')).text.includes('0 gaps in the last 24 h'));
  const [hour] = (await world.list('/api/recovery/hours?hours=1')) as { scanned: number; lag: { samples: number } }[];
  expect(hour!.scanned).toBeGreaterThan(0);

  const [budget] = (await world.list('/api/budgets')) as { account: string; slots: { used: Record<string, number> }[] }[];
  expect(budget!.account).toBe('acme');
  await world.eventually('spending by the clock', async () => {
    const [{ slots, total }] = (await world.list('/api/budgets')) as [
      { slots: { used: Record<string, number> }[]; total: { requests: number } },
    ];
    const sum = slots.flatMap(({ used }) => Object.values(used)).reduce((all, count) => all + count, 0);
    return sum > 0 && sum === total.requests;
  });
  expect((await get('/budget')).text).toMatch(/acme[^]*Requests in five minutes each/);
});
