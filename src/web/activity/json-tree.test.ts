import { expect, test } from '@jest/globals';
import { jsonTree } from './json-tree.ts';
import { laneWords } from './lane-words.ts';
import { waterfall } from './waterfall.ts';

const textOf = (json: string) =>
  jsonTree(json)
    .text.replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ')
    .trim();

test('JSON is shown as it was sent, digit for digit, with what is inside counted', () => {
  expect(textOf('{"id":12345678901234567890,"list":[1.50,null],"none":{},"text":"a \\"b\\", {c}"}')).toBe(
    '{ 4 keys "id" : 12345678901234567890 "list" : [ 2 items 1.50 null ] "none" : {} "text" : "a \\"b\\", {c}" }',
  );
});

test('what every payload has is folded, what it is about is not', () => {
  const { text } = jsonTree('{"repository":{"id":1},"commits":[{"id":"a"}],"deep":{"a":{"b":{"c":{"d":1}}}}}');
  const isOpen = (name: string) =>
    new RegExp(`<details class="json-node"( open)?\\s*>\\s*<summary><span class="json-name">&quot;${name}`).exec(text)?.[1] === ' open';
  expect(['repository', 'commits', 'deep', 'a', 'b'].map(isOpen)).toEqual([false, true, true, true, false]);
});

test.each([
  ['{"a":[1,{"b":"half a te', '{ 1 key "a" : [ 2 items 1 { 1 key "b" : "half a te } ] }'],
  ['}}]] no JSON {', 'no JSON {}'],
  ['', ''],
])('%j is shown as far as it goes', (json, shown) => {
  expect(textOf(json)).toBe(shown);
});

test('deep nesting becomes one line, and markup stays text', () => {
  const { text } = jsonTree(`${'['.repeat(20_000)}"<img src=x onerror=alert(1)>"${']'.repeat(20_000)}`);
  expect(text.match(/<details/g)!.length).toBeLessThan(40);
  expect(text).not.toContain('<img');
});

test('lanes have words', () => {
  expect(['i1:["deploy","99","refs/heads/main"]', 'i7:c3:w24', 'i1:mirror', 'i1:[broken'].map(laneWords)).toEqual([
    'deploy · 99 · refs/heads/main',
    'by itself: change 3',
    'mirror',
    '[broken',
  ]);
});

test('a waterfall has a line for each try, on one scale', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, second)).toISOString();
  const attempts = [
    { number: 1, status: 'failed' as const, started_at: at(2), duration_ms: 1_000, retry_at: at(8) },
    { number: 2, status: 'succeeded' as const, started_at: at(8), duration_ms: 2_000, retry_at: null },
  ];
  const { text } = waterfall({
    created_at: at(0),
    started_at: at(2),
    finished_at: at(10),
    steps: [{ key: 'tell', name: null, kind: 'webhook', attempts }],
  });
  expect(
    [...text.matchAll(/class="bar-(?!track)(\w+)"\s+x="(\d+)"\s+width="(\d+)"/g)].map(([, tone, x, width]) => [tone, x, width]),
  ).toEqual([
    ['wait', '0', '200'],
    ['rest', '300', '500'],
    ['danger', '200', '100'],
    ['success', '800', '200'],
  ]);
  expect(text).toContain('over after 10.0 s');
});
