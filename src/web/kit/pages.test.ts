import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startHttp, testToken, type TestHttpServer } from '../../../test/support/http.ts';
import { seedRepository } from '../../../test/support/seed.ts';
import { createLog } from '../../core/log.ts';
import type { TokenGate } from '../../http/auth.ts';
import type { Repository } from '../../http/schemas/repository.ts';
import { loadAssets } from '../assets.ts';
import { addBasePathHook } from '../base-path.ts';
import { addCompression } from '../compress.ts';
import { createDoor } from '../door.ts';
import { html } from '../html.ts';
import { createLiveHub } from '../live.ts';
import { addLiveRoute } from '../live-route.ts';
import { addLoginRoutes } from '../login-routes.ts';
import { createNotFoundPage, createPageErrors } from '../page-errors.ts';
import { form, textField } from '../parts/form.ts';
import { livePart } from './frame.ts';
import { addForm, addPage } from './pages.ts';
import type { Site } from './site.ts';
import { may, type PageDefinition } from './view.ts';

let base: TestDatabase;
let server: TestHttpServer;
let cookie: string;

const publicUrl = 'https://example.com/watch';

/** A page with a live part and a form, as the real ones are made. */
const thing: PageDefinition = {
  path: '/things/:owner/:name',
  place: 'repositories',
  async render(view) {
    const { owner, name } = view.params;
    const repository = await view.api.get<Repository>(`/api/repos/${owner}/${name}`);
    const live = { state: html`<b>${repository.full_name}</b> ${may(view, 'administer', 'everything') && 'all'} ${view.query['note']}` };
    const fields = textField({ view, path: view.url, name: 'name', label: 'Name' });
    return {
      title: 'A thing',
      live,
      body: html`<h1>A thing</h1>
        ${livePart('state', live.state)} ${form({ view, path: view.url, fields, submit: 'Make' })}`,
    };
  },
};

function addSite(app: FastifyInstance, gate: TokenGate, db: TestDatabase['db']): ReturnType<typeof createNotFoundPage> {
  const log = createLog({ level: 'silent' });
  const assets = loadAssets();
  const door = createDoor({ db, publicUrl }, gate);
  const site: Site = { app, assets, door, hub: createLiveHub({ intervalMs: 20, log }), log, version: '0', publicUrl };
  app.setErrorHandler(createPageErrors(site));
  addBasePathHook(app, publicUrl);
  addCompression(app);
  addLoginRoutes(app, { db, adminToken: testToken, assets, door, signIn: undefined });
  addLiveRoute(site);
  addPage(site, thing);
  addForm(site, {
    path: thing.path,
    page: thing,
    submit: async ({ api }, { name }) => await api.send({ method: 'POST', path: '/api/tokens', body: { name } }),
    done: ({ url }) => ({ to: url, notice: 'added' }),
  });
  return createNotFoundPage(site);
}

beforeAll(async () => {
  base = await createTestDatabase();
  const settings = { host: '127.0.0.1', port: 0, adminToken: testToken, publicUrl, rateLimit: 5 };
  server = await startHttp(base.db, { settings, pages: async (app, gate) => addSite(app, gate, base.db) });
  await seedRepository(base.db, 'acme/app', { watches: [] });
  const signedIn = await post('/login', { token: testToken, return_to: '/things/acme/app?a=1' }, {});
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/watch/things/acme/app?a=1']);
  cookie = signedIn.headers.get('set-cookie')!.split(';', 1)[0]!;
});

afterAll(async () => {
  await server.close(1_000);
  await base[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = { cookie }) => fetch(`${server.base}${path}`, { headers, redirect: 'manual' });
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = { cookie, origin: server.base }) =>
  fetch(`${server.base}${path}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers });

test('a page asks the REST side as whoever looks, as often as it needs, and stands below the path of PUBLIC_URL', async () => {
  for (let turn = 0; turn < 8; turn += 1) {
    const page = await get('/things/acme/app');
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('<b>acme/app</b> all');
    expect(text).toContain('href="/watch/repositories"');
    expect(text.match(/(?:href|src|action)="\/(?!watch\/)/g)).toBeNull();
  }
});

test('a page goes out packed to who takes that, and is the same', async () => {
  const plain = await get('/things/acme/app', { cookie, 'accept-encoding': 'identity' });
  expect([plain.headers.get('content-encoding'), plain.headers.get('vary')]).toEqual([null, 'accept-encoding']);
  const packed = await get('/things/acme/app', { cookie, 'accept-encoding': 'gzip' });
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  const withoutKey = (text: string) => text.replace(/name="form_key" value="[^"]*"/, '');
  expect(withoutKey(await packed.text())).toBe(withoutKey(await plain.text()));
});

test('who has not signed in is asked to, and comes back here; what is not there is a page', async () => {
  const stranger = await get('/things/acme/app?x=1', {});
  expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/watch/login?return_to=%2Fthings%2Facme%2Fapp%3Fx%3D1']);
  const missing = await get('/things/acme/nothing');
  expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('There is no repository acme/nothing')]);
});

test('a refused form is shown again with what was filled in and the problem at its field; a second click makes nothing twice', async () => {
  const refused = await post('/things/acme/app', { name: '"><script>x</script>'.padEnd(101, 'x') });
  const text = await refused.text();
  expect(refused.status).toBe(422);
  expect(text).toMatch(/<input[^>]+name="name"[^>]+value="&quot;&gt;&lt;script&gt;x[^>]+aria-invalid="true"/);
  const key = '7f3b2c1e-0000-4000-8000-000000000001';
  for (const name of ['one', 'one', 'two']) {
    const made = await post('/things/acme/app', { name, form_key: key });
    expect([made.status, made.headers.get('location')]).toEqual([303, '/watch/things/acme/app?notice=added']);
  }
  const { rows } = await base.db.raw<{ rows: { name: string }[] }>('select name from api_tokens order by id');
  expect(rows.map(({ name }) => name)).toEqual(['one', 'two']);
  expect(await (await get('/things/acme/app?notice=added')).text()).toContain('Added.');
  expect(await (await get('/things/acme/app?notice=%3Cb%3E')).text()).not.toContain('flash-success');
});

test('a form of another site, and a header that plays a page, get nowhere', async () => {
  expect((await post('/things/acme/app', { name: 'evil' }, { cookie, origin: 'https://evil.example' })).status).toBe(403);
  const json = { method: 'POST', headers: { cookie, origin: server.base, 'content-type': 'application/json' }, body: '{"name":{"a":[1]}}' };
  expect((await fetch(`${server.base}/things/acme/app`, json)).status).toBe(400);
  const forged = { 'x-repowatch-inner-call': 'guess', 'x-repowatch-live': 'guess' };
  expect((await get('/api/repos/acme/app', forged)).status).toBe(401);
  expect(await (await get('/things/acme/app', { cookie, ...forged })).text()).toContain('<!doctype html>');
});

test('the parts of an open page arrive when they change, and the stream ends with the session', async () => {
  const own = (await post('/login', { token: testToken }, {})).headers.get('set-cookie')!.split(';', 1)[0]!;
  expect((await get('/live?of=/things/acme/nothing')).status).toBe(404);
  for (const aim of ['//evil.example', '/live?of=/', '/%6cive?of=/', '/%61pi/threads/stream', '/l%69ve'])
    expect([aim, (await get(`/live?of=${encodeURIComponent(aim)}`)).status]).toEqual([aim, 422]);
  for (const aim of ['/healthz', '/version']) expect([aim, (await get(`/live?of=${aim}`)).status]).toEqual([aim, 404]);
  expect((await get('/live?of=/things/acme/app', { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  const of = '/things/acme/app?note=old%0Dhabit%0D%0Aevent:logout';
  const response = await get(`/live?of=${encodeURIComponent(of)}`, { cookie: own });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const readUntil = async (wanted: string | undefined) => {
    for (;;) {
      if (wanted !== undefined && text.includes(wanted)) return;
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
    }
  };
  await base.db.raw(`update repositories set full_name = 'acme/App' where full_name = 'acme/app'`);
  await readUntil('<b>acme/App</b>');
  expect(text).toContain('<b>acme/App</b>');
  // A carriage return of somebody's text begins no field of the stream.
  expect(text).toContain('old\ndata: habit\ndata: event:logout');
  await post('/logout', {}, { cookie: own, origin: server.base });
  await readUntil(undefined);
});
