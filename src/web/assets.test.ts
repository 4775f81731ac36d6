import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadAssets, selectTokens } from './assets.ts';

const css = readFileSync(new URL('assets/page.css', import.meta.url), 'utf8');

test('every colour that the style uses exists in both themes', () => {
  const used = new Set([...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name!));
  const [light = '', dark = ''] = selectTokens(css).split('@media');
  const missing = [...used].flatMap((name) => [light, dark].map((block, index) => (block.includes(`${name}:`) ? '' : `${index}: ${name}`)));
  expect(missing.filter(Boolean)).toEqual([]);
});

test('the page is small', () => {
  const { style, script } = loadAssets();
  expect(style.content.length).toBeLessThan(30_000);
  expect(script.content.length).toBeLessThan(60_000);
  expect(script.path).toMatch(/^\/assets\/page-[0-9a-f]{12}\.js$/);
});
