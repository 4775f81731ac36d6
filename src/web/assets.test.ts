import { expect, test } from '@jest/globals';
import { loadAssets } from './assets.ts';

const assets = loadAssets();

test('every colour that the style uses exists in all four themes', () => {
  const [tokens = '', css = ''] = assets.style.content.toString().split(/(?=\.uplot,)/);
  const used = new Set([...css.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name!));
  const blocks = tokens.split('\n').filter(Boolean);
  expect(blocks).toHaveLength(7);
  const missing = [...used].flatMap((name) =>
    blocks.flatMap((block) => (block.includes(`${name}:`) ? [] : `${name} in ${block.slice(0, 60)}`)),
  );
  expect(missing).toEqual([]);
});

test('what the pages load is small, and packed once', () => {
  const { script, charts, editor, style } = assets;
  expect(script.gzip.length + charts.gzip.length + editor.gzip.length).toBeLessThan(60_000);
  expect(style.gzip.length).toBeLessThan(40_000);
  expect(script.path).toMatch(/^\/assets\/page-[0-9a-f]{12}\.js$/);
});

test('paper is white: the dark themes are for screens', () => {
  const lines = assets.style.content.toString().split('\n');
  const dark = lines.filter((line) => line.includes('color-scheme:dark;'));
  expect(dark).toHaveLength(4);
  expect(dark.filter((line) => !line.startsWith('@media screen'))).toEqual([]);
});
