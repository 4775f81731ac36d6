import { mkdir, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import setUp from '../global-setup.ts';
import tearDown from '../global-teardown.ts';
import { launchBrowser, openAs, type Look } from './browser.ts';
import { lookAtHostilePage, lookAtPage } from './look-at-page.ts';
import { pageList } from './page-list.ts';
import type { PageRow } from './page-row.ts';
import { prepareContext } from './page-watch.ts';
import { startWebWorld, type Role, type WebWorld } from './web-world.ts';

// Pictures of pages: `npm run screenshots -- [--only] names…`, everything without names. A name stands for all that begin with it;
// `--hostile` shows the tenant whose texts try to do harm. `--check` takes none, and tells what the browser tests would find on them.

const looks: Record<string, Look> = {
  desktop: { width: 1440, height: 900, scheme: 'light' },
  phone: { width: 390, height: 844, scheme: 'light' },
  dark: { width: 1440, height: 900, scheme: 'dark' },
};
const folder = resolve('screenshots');
/** Pages that are taken at once; two cores have no more to give. */
const hands = 4;
/** Taller pages are cut. Pixels. */
const tallest = 6_000;

interface Shot {
  row: PageRow;
  look: string;
}

const words = process.argv.slice(2);
const hostile = words.includes('--hostile');
const isCheck = words.includes('--check');
const names = words.flatMap((word) => (word.startsWith('--only=') ? [word.slice(7)] : word.startsWith('--') ? [] : [word]));

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function chosenRows(): PageRow[] {
  const pages = pageList.filter(({ kind }) => kind !== 'part');
  if (names.length === 0) return pages;
  const chosen = pages.filter(({ name }) => names.includes(name) || names.some((wanted) => name.startsWith(`${wanted}-`)));
  if (chosen.length === 0)
    throw new Error(`No page is called ${names.join(' or ')}. There are: ${pages.map(({ name }) => name).join(', ')}`);
  return chosen;
}

async function takeOne(page: Page, { shot, world }: { shot: Shot; world: WebWorld }): Promise<void> {
  const { row, look } = shot;
  const things = hostile ? world.hostile : world.calm;
  const response = await page.goto(world.url + row.path(things), { waitUntil: 'load' });
  await page.evaluate('document.fonts.ready');
  const height = Math.min(Number(await page.evaluate('document.documentElement.scrollHeight')), tallest);
  const { width } = looks[look]!;
  await page.setViewportSize({ width, height: Math.max(height, looks[look]!.height) });
  const path = resolve(folder, `${hostile ? 'hostile-' : ''}${row.name}-${look}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  await page.setViewportSize({ width, height: looks[look]!.height });
  print(`${response?.status() ?? 0} ${row.path(things).slice(0, 80)} -> ${path}`);
}

async function takeAll(browser: Browser, { world, shots }: { world: WebWorld; shots: Shot[] }): Promise<string[]> {
  const failed: string[] = [];
  const contexts = new Map<string, ReturnType<typeof openAs>>();
  const contextOf = ({ row, look }: Shot) => {
    const role: Role = row.as ?? (hostile ? 'rival' : 'owner');
    const key = `${role} ${look}`;
    const context = contexts.get(key) ?? openAs(browser, world, { role, look: looks[look]! });
    contexts.set(key, context);
    return context;
  };
  const work = async () => {
    for (let shot = shots.shift(); shot !== undefined; shot = shots.shift()) {
      const page = await (await contextOf(shot)).newPage();
      await takeOne(page, { shot, world }).catch((error: unknown) => void failed.push(`${shot.row.name} ${shot.look}: ${String(error)}`));
      await page.close();
    }
  };
  await Promise.all(Array.from({ length: hands }, work));
  return failed;
}

/** Looks at pages as the tests do, and prints what is wrong as soon as it is known. */
async function checkAll(browser: Browser, { world, rows: all }: { world: WebWorld; rows: PageRow[] }): Promise<void> {
  const contexts = new Map<Role, BrowserContext>();
  const contextOf = async (role: Role) => {
    const context = contexts.get(role) ?? (await openAs(browser, world, { role, look: looks['desktop']! }));
    if (!contexts.has(role)) await prepareContext(context);
    contexts.set(role, context);
    return context;
  };
  for (const row of all) {
    const from = Date.now();
    const { troubles } = await lookAtPage({ context: await contextOf(row.as ?? 'owner'), world, row }).catch((error: unknown) => ({
      troubles: [String(error)],
    }));
    const harm = await lookAtHostilePage({ context: await contextOf(row.as ?? 'rival'), world, row }).catch((error: unknown) => [
      String(error),
    ]);
    print(`${row.name} (${Date.now() - from} ms)`);
    for (const trouble of troubles) print(`  ${trouble}`);
    for (const trouble of harm) print(`  hostile: ${trouble}`);
  }
}

const began = Date.now();
const seconds = () => Math.round((Date.now() - began) / 1000);
const rows = chosenRows();
if (names.length === 0 && !isCheck) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
print('Starting a RepoWatch with something of everything in it …');
await setUp();
try {
  const starting = launchBrowser();
  await using world = await startWebWorld(isCheck ? {} : { alone: hostile ? 'hostile' : 'calm' });
  const browser = await starting;
  print(`Ready after ${seconds()} s: ${rows.length} pages.`);
  if (isCheck) await checkAll(browser, { world, rows });
  else {
    const failed = await takeAll(browser, { world, shots: rows.flatMap((row) => Object.keys(looks).map((look) => ({ row, look }))) });
    for (const line of failed) print(`FAILED ${line}`);
    if (failed.length > 0) process.exitCode = 1;
  }
  await browser.close();
  print(`Done after ${seconds()} s.${isCheck ? '' : ` The pictures are in ${folder}`}`);
} finally {
  await tearDown();
}
