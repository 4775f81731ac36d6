import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import type { Role, WebWorld } from './web-world.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const places = [
  '/usr/bin',
  '/usr/local/bin',
  '/snap/bin',
  ...(process.env['PATH'] ?? '').split(delimiter),
  '/Applications/Google Chrome.app/Contents/MacOS',
  '/Applications/Chromium.app/Contents/MacOS',
];
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A small /dev/shm, as in containers, would end tabs.
  '--disable-dev-shm-usage',
];

/** The Chromium or Chrome of this machine; throws with the command that installs one. */
function findBrowser(): string {
  const paths = places.flatMap((place) => [...names, 'Google Chrome', 'Chromium'].map((name) => join(place, name)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('There is no Chromium or Chrome on this machine. Install one: sudo apt-get install chromium (Debian, Ubuntu).');
  return found;
}

/** Starts a browser without a window. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: findBrowser(), headless: true, args: flags });
}

/** How a page is looked at. */
export interface Look {
  width: number;
  height: number;
  scheme: 'light' | 'dark';
  contrast?: 'more' | 'no-preference';
  /** False for reading without script. */
  script?: boolean;
}

/** A context of the browser in which somebody has signed in. */
export async function openAs(browser: Browser, world: WebWorld, { role, look }: { role: Role; look: Look }): Promise<BrowserContext> {
  const { width, height, scheme, contrast = 'no-preference', script = true } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    contrast,
    // Motion is for people; pictures and tests want the end of it.
    reducedMotion: 'reduce',
    javaScriptEnabled: script,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  context.setDefaultTimeout(10_000);
  const cookie = world.cookies[role];
  const at = cookie.indexOf('=');
  if (at > 0) await context.addCookies([{ name: cookie.slice(0, at), value: cookie.slice(at + 1), url: world.url }]);
  return context;
}
