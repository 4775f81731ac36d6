import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { expectedAnswer, findLeaks, lookers } from './answers.ts';
import { launchBrowser, openAs, type Look } from './browser.ts';
import { lookAtHostilePage, lookAtPage, runAxe, runContrast, type Findings } from './look-at-page.ts';
import { pageList } from './page-list.ts';
import type { PageRow } from './page-row.ts';
import { prepareContext, watchPage } from './page-watch.ts';
import { startWebWorld, type Role, type WebWorld } from './web-world.ts';

jest.setTimeout(900_000);

const look: Look = { width: 1440, height: 900, scheme: 'light' };
/** Pages that are looked at once. */
const hands = 4;
/** Only these, for whoever mends one: `PAGES=runs,run npm run test:web`. */
const only = process.env['PAGES'] ? process.env['PAGES'].split(',') : undefined;
const rows = pageList.filter(({ kind, name }) => kind !== 'part' && (only === undefined || only.includes(name)));
const names = rows.map(({ name }) => name);
/** Hostile texts need one row of each route, and those that show what no other row does. */
const hostileRows = rows.filter(
  ({ name, route }, index) => rows.findIndex((other) => other.route === route) === index || ['run-script', 'run-failed'].includes(name),
);

let world: WebWorld;
let browser: Browser;
const calm = new Map<string, Findings>();
const hostile = new Map<string, string[]>();

beforeAll(async () => {
  [world, browser] = await Promise.all([startWebWorld(), launchBrowser()]);
  const contexts = new Map<Role, Promise<BrowserContext>>();
  const contextOf = (role: Role) => {
    const opening = contexts.get(role) ?? openAs(browser, world, { role, look });
    if (!contexts.has(role))
      contexts.set(
        role,
        opening.then(async (context) => (await prepareContext(context), context)),
      );
    return contexts.get(role)!;
  };
  const work: (() => Promise<void>)[] = [
    ...rows.map((row) => async () => {
      calm.set(row.name, await lookAtPage({ context: await contextOf(row.as ?? 'owner'), world, row }).catch(failing));
    }),
    ...hostileRows.map((row) => async () => {
      hostile.set(row.name, await lookAtHostilePage({ context: await contextOf(row.as ?? 'rival'), world, row }).catch(told));
    }),
  ];
  const hand = async () => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) await next();
  };
  await Promise.all(Array.from({ length: hands }, hand));
});
afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

const told = (error: unknown) => [String(error)];
const failing = (error: unknown): Findings => ({ troubles: told(error), loaded: new Map() });

test.each(names)('%s: axe, layout, policy, requests', (name) => {
  expect(calm.get(name)?.troubles).toEqual([]);
});

test.each(hostileRows.map(({ name }) => name))('%s, full of hostile texts: nothing runs, the layout holds', (name) => {
  expect(hostile.get(name)).toEqual([]);
});

test('axe would find what is wrong', async () => {
  const page = await browser.newPage();
  await page.setContent(
    '<html lang="en"><title>x</title><main><h1>Faint</h1><p style="color: #ddd">faint</p><img src="/x" /></main></html>',
  );
  expect((await runAxe(page, 'light')).join()).toMatch(/color-contrast.*image-alt/);
  expect((await runContrast(page, 'dark')).join()).toMatch(/color-contrast/);
  await page.close();
});

describe('what is loaded', () => {
  test('the first page of somebody who was never here is less than 300 KB', async () => {
    const context = await openAs(browser, world, { role: 'owner', look });
    const page = await context.newPage();
    const watch = watchPage(page, world.url);
    await page.goto(`${world.url}/`, { waitUntil: 'load' });
    await watch.counted();
    await context.close();
    const whole = [...watch.loaded.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    expect(whole).toBeGreaterThan(10_000);
    expect(whole).toBeLessThan(300 * 1024);
  });

  test('all scripts of all pages together are less than 60 KB', async () => {
    const scripts = [...calm.values()].flatMap(({ loaded }) =>
      [...loaded].flatMap(([address, { type }]) => (type === 'script' ? address : [])),
    );
    const sizes = await Promise.all(
      [...new Set(scripts)].map(async (address) => {
        const answer = await fetch(address, { headers: { 'accept-encoding': 'gzip' } });
        await answer.arrayBuffer();
        return Number(answer.headers.get('content-length'));
      }),
    );
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60 * 1024);
  });
});

test.each(lookers)('as %s: each page answers what it must, and tells nothing', async (looker) => {
  expect(await findLeaks(world, looker)).toEqual([]);
});

test('the list says of each page what others are answered', () => {
  const answers = pageList.map((row: PageRow) => expectedAnswer(row, 'stranger'));
  expect(answers.every((status) => [200, 303, 403, 404].includes(status))).toBe(true);
});
