import { fastify } from 'fastify';
import { expect, test } from '@jest/globals';
import { createLog } from '../../src/core/log.ts';
import { createStateSigner } from '../../src/core/signed-state.ts';
import { collectRoutes } from '../../src/http/known-routes.ts';
import { createPages, type PagesOptions } from '../../src/web/pages.ts';
import { noPages, pageList } from './page-list.ts';

/** The routes of pages, of a server that answers nothing. */
async function routesOfPages(): Promise<string[]> {
  const app = fastify();
  const routes = collectRoutes(app);
  const parts: Pick<PagesOptions, 'log' | 'version' | 'adminToken'> = {
    log: createLog({ level: 'silent' }),
    version: '1.2.3',
    adminToken: 'x',
  };
  const setupReturn = { cookies: createStateSigner('x', 'test') };
  const pages = createPages({ ...parts, setupReturn, people: {}, db: {} } as unknown as PagesOptions);
  await pages(app, {} as Parameters<typeof pages>[1]);
  return routes.filter(({ method, access }) => method === 'GET' && access === 'page').map(({ url }) => url);
}

test('every page of the server has its line in the list, and no line is about a page that is gone', async () => {
  const served = new Set(await routesOfPages());
  const listed = new Set([...pageList.map(({ route }) => route), ...Object.keys(noPages)]);
  expect([...served].filter((route) => !listed.has(route))).toEqual([]);
  expect([...listed].filter((route) => !served.has(route))).toEqual([]);
});

test('the names of pages are one each, so that their pictures are', () => {
  const names = pageList.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))).toEqual([]);
});
