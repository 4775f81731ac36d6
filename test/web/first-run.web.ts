import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { createStandIn, type StandIn } from '../../src/stand-in/stand-in.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createServerProcess, type ServerProcess } from '../support/server-process.ts';
import { eventually } from '../support/test-app.ts';
import { launchBrowser } from './browser.ts';
import { findOverflow } from './page-watch.ts';

jest.setTimeout(180_000);

let folder: string;
let database: TestDatabase;
let github: StandIn;
let server: ServerProcess;
let browser: Browser;
const held = new AsyncDisposableStack();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repowatch-first-run-'));
  held.defer(() => rm(folder, { recursive: true, force: true }));
  database = held.use(await createTestDatabase());
  github = held.use(await createStandIn({ directory: join(folder, 'github'), webhookSecret: 'nobody knows this secret yet' }));
  const environment = { DATA_DIR: join(folder, 'data'), DATABASE_URL: database.url, GITHUB_URL: github.url };
  server = held.use(await createServerProcess(environment));
  const starting = server.start({ ready: false });
  browser = await launchBrowser();
  held.defer(() => browser.close());
  await starting;
});
afterAll(() => held.disposeAsync());

/** What every page of the way has to be: fit for everybody, in both schemes, and no wider than a phone. */
async function checkPage(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await new AxeBuilder({ page }).setLegacyMode(true).withRules(['color-contrast']).analyze();
  await page.emulateMedia({ colorScheme: 'light' });
  expect([...violations, ...dark.violations].map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 780 });
  expect(await findOverflow(page)).toBeUndefined();
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** The token of administrators, which the first start made. */
async function readAdminToken(): Promise<string> {
  return (JSON.parse(await readFile(join(folder, 'data', 'keys.json'), 'utf8')) as { ADMIN_TOKEN: string }).ADMIN_TOKEN;
}

test('from an empty server to the first push: register, install, write the file, see it run', async () => {
  const address = await eventually(
    'the address with the token',
    async () => server.lines.flatMap((line) => /http:\/\/\S+\/setup\?token=[\w-]+/.exec(line) ?? []).at(-1),
    90_000,
  );
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })).newPage();
  page.setDefaultTimeout(60_000);
  const troubles: string[] = [];
  page.on('pageerror', (error) => void troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 50\d/.test(message.text())) troubles.push(message.text());
  });

  // Register: the choices are taken over, and GitHub sends the browser back.
  await page.goto(address);
  await page.getByRole('heading', { name: 'Register RepoWatch' }).waitFor();
  await page.locator('#public_url').fill(server.url);
  await page.locator('form[method=get] button[type=submit]').click();
  await checkPage(page);
  await page.getByRole('button', { name: /^Register on/ }).click();
  await page.getByRole('heading', { name: /is registered/ }).waitFor();
  await checkPage(page);
  expect(await page.getByRole('link', { name: /Install it on your repositories/ }).getAttribute('href')).toMatch(/\/installations\/new$/);

  // The server goes on to a full start by itself; whoever runs it signs in.
  await eventually('the full server', async () => (await server.status('/readyz')) === 200, 90_000);
  await page.goto(`${server.url}/login?return_to=${encodeURIComponent('/first-steps')}`);
  await page.locator('details:has(#token) > summary').click();
  await page.getByLabel('Admin token').fill(await readAdminToken());
  await page.getByLabel('Admin token').press('Enter');
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  if (!page.url().endsWith('/first-steps')) await page.goto(`${server.url}/first-steps`);
  await page.locator('body.is-live').waitFor();
  expect(await page.locator('#step-push').getAttribute('class')).not.toContain('done');
  await checkPage(page);
  await page.evaluate('window.__same = true');

  // On GitHub: the App is installed, the file of the page is written, something is pushed. The page ticks each step by itself.
  await github.createAccount('acme', 'Organization');
  await github.createRepository({ owner: 'acme', name: 'app', files: { 'README.md': '# App' } });
  await github.installApp('acme', 'all');
  await page.locator('#step-install.done').waitFor();
  const content = await page.locator('#starter-file').innerText();
  await github.commitFile({ repo: 'acme/app', branch: 'main', path: '.github/repowatch.yml', content });
  await page.locator('#step-file.done').waitFor();
  await github.commitFile({ repo: 'acme/app', branch: 'main', path: 'a.txt', content: 'a', message: 'The very first push' });
  await page.locator('#step-push.done').waitFor();
  expect(await page.evaluate('window.__same')).toBe(true);
  await page.locator('#step-push').getByRole('link', { name: 'See what came of the push' }).click();
  await page.getByText(/hello/).first().waitFor();
  await page
    .getByText(/succeeded/i)
    .first()
    .waitFor();
  expect(troubles).toEqual([]);
});
