import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import type { PageRow } from './page-row.ts';
import { findIntruders, findOverflow, readCollected, watchPage, type PageWatch } from './page-watch.ts';
import type { TenantThings } from './tenant.ts';
import type { WebWorld } from './web-world.ts';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
const desktop = { width: 1440, height: 900 };
const phone = { width: 360, height: 780 };
/** Pages that have everything whose colours high contrast changes. */
const inHighContrast = new Set([
  'overview',
  'repositories',
  'repository-broken-config',
  'run-failed',
  'delivery',
  'editor',
  'settings',
  'login',
]);
/** How much of a page may move after it was drawn, as browsers measure it. */
const allowedShift = 0.05;

/** What was found on a page; empty when all is well. */
export interface Findings {
  troubles: string[];
  loaded: PageWatch['loaded'];
}

interface Looking {
  context: BrowserContext;
  world: WebWorld;
  row: PageRow;
}

/** What axe answers, as far as it is looked at. */
interface AxeResults {
  violations: { id: string; help: string; nodes: { target: unknown; failureSummary?: string | undefined }[] }[];
}

function toldBy({ violations }: AxeResults, as: string): string[] {
  return violations.map(({ id, help, nodes }) => {
    const where = nodes
      .slice(0, 3)
      .map(({ target, failureSummary }) => `${String(target)} (${(failureSummary ?? '').split('\n').at(1)?.trim() ?? ''})`);
    return `axe, ${as}: ${id}: ${help}: ${nodes.length} times, ${where.join('; ')}`;
  });
}

/** All of axe. Only what is wrong is described: describing the rest takes longer than finding it. */
export async function runAxe(page: Page, as: string): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  return toldBy(await axe.options({ runOnly: { type: 'tag', values: standards }, resultTypes: ['violations'] }).analyze(), as);
}

/** The one rule that depends on the scheme, by the axe that is in the page already. */
export async function runContrast(page: Page, as: string): Promise<string[]> {
  const results = await page.evaluate(`axe.run(document, { runOnly: ['color-contrast'], resultTypes: ['violations'] })`);
  return toldBy(results as AxeResults, as);
}

/** Whether the page is the right one: its status, its heading, and where it stands when somebody has to sign in. */
async function checkHeading(
  page: Page,
  { row, things, status }: { row: PageRow; things: TenantThings; status: number },
): Promise<string[]> {
  if (status !== 200) return [`answered ${status} for ${row.path(things).slice(0, 120)}`];
  const wanted = typeof row.heading === 'string' ? row.heading : row.heading(things);
  const headings = await page.locator('h1').allInnerTexts();
  if (headings.length !== 1) return [`has ${headings.length} first headings: ${headings.join(' | ').slice(0, 200)}`];
  const said = (headings[0] ?? '').replace(/\s+/g, ' ');
  return said.includes(wanted.replace(/\s+/g, ' ')) ? [] : [`the heading is “${said.slice(0, 100)}” and not “${wanted.slice(0, 100)}”`];
}

async function checkWidths(page: Page, sizes: readonly (typeof desktop)[]): Promise<string[]> {
  const troubles: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    const overflow = await findOverflow(page);
    if (overflow !== undefined) troubles.push(`at ${size.width} px: ${overflow}`);
  }
  return troubles;
}

/** What is folded is part of the page. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
}

/** Loads a page and looks for everything that a calm page must not do: in both schemes, at both widths, folded and unfolded. */
export async function lookAtPage({ context, world, row }: Looking): Promise<Findings> {
  const page = await context.newPage();
  const watch = watchPage(page, world.url);
  try {
    const response = await page.goto(world.url + row.path(world.calm), { waitUntil: 'load' });
    const troubles = await checkHeading(page, { row, things: world.calm, status: response?.status() ?? 0 });
    const { shift, moved } = await readCollected(page);
    if (shift > allowedShift) troubles.push(`moved by ${shift.toFixed(3)} after it was drawn: ${moved.join('; ')}`);
    troubles.push(...(await runAxe(page, 'light')));
    await page.emulateMedia({ colorScheme: 'dark' });
    troubles.push(...(await runContrast(page, 'dark')));
    if (inHighContrast.has(row.name)) {
      await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
      troubles.push(...(await runContrast(page, 'high contrast')));
    }
    troubles.push(...(await checkWidths(page, [desktop, phone])));
    await unfold(page);
    troubles.push(...(await checkWidths(page, [phone, desktop])));
    const text = await page.content();
    for (const value of world.calm.words.secretValues) if (text.includes(value)) troubles.push(`shows the secret ${value}`);
    const { violations } = await readCollected(page);
    await watch.counted();
    return { troubles: [...troubles, ...violations.map((each) => `policy: ${each}`), ...watch.troubles], loaded: watch.loaded };
  } finally {
    await page.close();
  }
}

/** Loads a page full of hostile texts: nothing runs, nothing is asked elsewhere, and the layout holds. */
export async function lookAtHostilePage({ context, world, row }: Looking): Promise<string[]> {
  const page = await context.newPage();
  const watch = watchPage(page, world.url);
  try {
    const response = await page.goto(world.url + row.path(world.hostile), { waitUntil: 'load' });
    const troubles = response?.status() === 200 ? [] : [`answered ${response?.status() ?? 0} for ${row.path(world.hostile).slice(0, 120)}`];
    await unfold(page);
    troubles.push(...(await checkWidths(page, [desktop, phone])));
    troubles.push(...(await findIntruders(page)));
    const { violations } = await readCollected(page);
    return [...troubles, ...violations.map((each) => `policy: ${each}`), ...watch.troubles];
  } finally {
    await page.close();
  }
}
