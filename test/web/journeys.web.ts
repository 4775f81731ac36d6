import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, openAs, type Look } from './browser.ts';
import { startWebWorld, type Role, type WebWorld } from './web-world.ts';

jest.setTimeout(120_000);

const look: Look = { width: 1280, height: 900, scheme: 'light' };
/** How long a page may take to show what happened, on a machine that has much to do. Milliseconds. */
const patience = { timeout: 30_000 };

let world: WebWorld;
let browser: Browser;
const contexts = new Map<string, BrowserContext>();

beforeAll(async () => {
  [world, browser] = await Promise.all([startWebWorld({ alone: 'calm' }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

async function open(path: string, { role = 'owner', script = true }: { role?: Role; script?: boolean } = {}): Promise<Page> {
  const key = `${role} ${script}`;
  const context = contexts.get(key) ?? (await openAs(browser, world, { role, look: { ...look, script } }));
  contexts.set(key, context);
  context.setDefaultTimeout(patience.timeout);
  const page = await context.newPage();
  const response = await page.goto(world.url + path);
  expect([path, response?.status()]).toEqual([path, 200]);
  return page;
}

/** Waits until the page is connected. */
const live = (page: Page) => page.locator('body.is-live').waitFor();
/** Something that a load of the page would take away. */
const mark = (page: Page) => page.evaluate('window.__same = true');
const isSame = (page: Page) => page.evaluate('window.__same === true');

test('a push arrives on the open overview without loading it again, and so does what it started', async () => {
  const page = await open('/');
  await live(page);
  await mark(page);
  const message = 'A headline that was not there before';
  await world.app.github!.commitFile({ repo: world.calm.repository, branch: 'main', path: 'live.txt', content: 'live', message });
  await page.getByText(message).first().waitFor();
  expect(await isSame(page)).toBe(true);
  await page.close();
});

test('why a watch did not run is found from the overview by clicking, and names the clause', async () => {
  const page = await open('/');
  await page.locator('#menu').getByRole('link', { name: 'Repositories' }).click();
  await page
    .getByRole('main')
    .getByRole('link', { name: new RegExp(world.calm.words.repository) })
    .first()
    .click();
  await page
    .getByRole('main')
    .getByRole('link', { name: /^Watches/ })
    .first()
    .click();
  const card = page.locator('.watch-cards > li').filter({ hasText: 'Publish the docs' });
  await card.getByRole('link', { name: /why/i }).click();
  await page.getByRole('heading', { name: 'Why did Publish the docs not run?' }).waitFor();
  const rows = page.locator('[id^=why-]');
  expect(await rows.first().innerText()).toMatch(/did not match:.*docs\/\*\*/);
  await rows.first().getByRole('link').first().click();
  await page.waitForURL(/\/changes\/\d+$/);
  await page.close();
});

test('a failed delivery is found, tried again, and comes to something', async () => {
  const page = await open('/deliveries?status=errored');
  await page.getByRole('main').locator(`a[href="/deliveries/${world.calm.erroredDelivery}"]`).first().click();
  await page.getByText('GitHub answered 502').first().waitFor();
  await page
    .getByRole('button', { name: /retry|again/i })
    .first()
    .click();
  await page.waitForURL(/notice=retried/);
  await world.app.eventually('the delivery processed', async () => {
    const { status } = await world.app.api(`/api/deliveries/${world.calm.erroredDelivery}`);
    return status === 'processed';
  });
  // The page tells it by itself.
  await page.getByText(world.calm.words.messages[1]).first().waitFor();
  await page.close();
});

test('a secret is set, shown nowhere, and a watch that uses it is proposed as a pull request', async () => {
  const value = 'typed-into-the-page-6402';
  const repo = world.calm.repository;
  const page = await open(`/secrets/new?scope=repository&repository=${encodeURIComponent(repo)}`);
  await page.locator('[name=name]').fill('PAGER_TOKEN');
  await page.locator('[name=value]').fill(value);
  await page.getByRole('main').locator('form[method=post] button[type=submit]').first().click();
  await page.waitForURL((url) => !url.pathname.endsWith('/new'));
  expect(await page.content()).toContain('PAGER_TOKEN');
  expect(await page.content()).not.toContain(value);
  expect(JSON.stringify(await world.app.list(`/api/secrets?scope=repository&repository=${repo}`))).toContain('PAGER_TOKEN');

  await page.goto(`${world.url}/repos/${repo}/watches/new`);
  // What the form says becomes the file, and the file is tried on what happened already.
  const file = page.locator('textarea[name=content]');
  await file.waitFor();
  expect(await file.inputValue()).toContain('watches');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.locator('#editor-simulation').getByText(/would/).first().waitFor();
  await page
    .getByRole('button', { name: /pull request/i })
    .first()
    .click();
  await page.waitForURL(/proposed=\d+/);
  const pulls = await world.app.github!.pullRequests(repo);
  expect(pulls).toHaveLength(1);
  await page
    .getByRole('main')
    .getByText(`#${String(pulls[0]!['number'])}`)
    .first()
    .waitFor();
  await page.close();
});

test('a repository is disconnected only when its name was typed, and connected again', async () => {
  const repo = world.calm.broken;
  const page = await open(`/repos/${repo}/disconnect`);
  const button = page.getByRole('button', { name: 'Disconnect this repository' });
  expect(await button.isDisabled()).toBe(true);
  const field = page.locator('[data-confirm]');
  await field.fill(repo.slice(0, -1));
  expect(await button.isDisabled()).toBe(true);
  await field.fill(repo);
  await button.click();
  await page.waitForURL(/notice=disconnected/);
  expect(await world.app.api(`/api/repos/${repo}`)).toMatchObject({ enabled: false });
  await page.goto(`${world.url}/repos/${repo}/disconnect`);
  await page.getByRole('button', { name: 'Connect it again' }).click();
  await page.waitForURL(/\/sync/);
  expect(await world.app.api(`/api/repos/${repo}`)).toMatchObject({ enabled: true });
  await page.close();
});

test('by keyboard: search, rows, places, help', async () => {
  const page = await open('/runs');
  await page.keyboard.press('j');
  const first = page.locator('main [data-row]').first();
  expect(await first.getAttribute('class')).toContain('is-current');
  await page.keyboard.press('j');
  expect(await page.locator('main [data-row]').nth(1).getAttribute('class')).toContain('is-current');
  await page.keyboard.press('k');
  expect(await first.getAttribute('class')).toContain('is-current');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/runs\/\d+/);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.waitForURL(/\/repositories$/);
  await page.keyboard.press('/');
  expect(await page.evaluate('document.activeElement.id')).toBe('site-search');
  // In a field letters are letters.
  await page.keyboard.type('gr');
  expect(await page.locator('#site-search').inputValue()).toBe('gr');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\?q=gr/);
  await page.close();
});

test('without a script everything can be read, and forms work', async () => {
  const page = await open('/', { script: false });
  await page.getByText(world.calm.words.messages[2]).first().waitFor();
  expect(await page.locator('relative-time').first().innerText()).toMatch(/\S/);
  for (const [path, word] of [
    [`/runs/${world.calm.runs.script}`, world.calm.words.logLine],
    [`/repos/${world.calm.repository}/watches`, world.calm.words.watchName],
    [`/changes/${world.calm.change}`, 'docs/**'],
    ['/deliveries', 'push'],
  ] as const) {
    await page.goto(world.url + path);
    expect([path, (await page.content()).includes(word)]).toEqual([path, true]);
  }
  await page.goto(`${world.url}/search`);
  await page.locator('#site-search').fill(world.calm.words.repository);
  await page.locator('#site-search').press('Enter');
  await page.getByRole('main').getByText(world.calm.words.repository).first().waitFor();
  await page.close();
});

test('a lost connection is told with its time, and ends by itself', async () => {
  const page = await open('/');
  await live(page);
  await mark(page);
  await page.context().setOffline(true);
  await page.getByText(/Connection lost; as of \d/).waitFor();
  const message = 'Pushed while nobody could hear it';
  await world.app.github!.commitFile({ repo: world.calm.repository, branch: 'main', path: 'lost.txt', content: 'lost', message });
  await page.context().setOffline(false);
  await live(page);
  await page.getByText(message).first().waitFor();
  expect(await page.getByText('Connection lost').isVisible()).toBe(false);
  expect(await isSame(page)).toBe(true);
  await page.close();
});
