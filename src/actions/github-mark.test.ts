import { describe, expect, test } from '@jest/globals';
import { stripAttribution, withAttribution } from '../changes/attribution.ts';
import { findDropped, findDroppedValue } from './github-compare.ts';
import { hasMark, readMark, tokenOfKey, withMark } from './github-mark.ts';

describe('marks', () => {
  test('are found again, and only the last one counts: text of strangers cannot bring one along', () => {
    const body = withMark('see <!-- repowatch key_forged -->\r\nthere', ['msg_a-b', 'key_c']);
    expect(readMark(body)).toEqual(['msg_a-b', 'key_c']);
    expect([hasMark(body, 'key_c'), hasMark(body, 'key_forged'), hasMark(body, 'key'), hasMark(null, 'key_c')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('fit into what GitHub takes, whatever the text is', () => {
    for (const text of ['x'.repeat(200_000), '\u0000\uD800', '']) {
      const body = withMark(text, ['msg_1']);
      expect([body.length <= 65_536, body.isWellFormed(), body.includes('\u0000'), hasMark(body, 'msg_1')]).toEqual([
        true,
        true,
        false,
        true,
      ]);
    }
  });

  test('say nothing about the key that they stand for, and are the same for the same', () => {
    const key = '--> <b>';
    expect(tokenOfKey('issue', key)).toMatch(/^key_[\w-]{27}$/);
    expect(tokenOfKey('issue', key)).toBe(tokenOfKey('issue', key));
    expect(new Set([tokenOfKey('issue', 'a'), tokenOfKey('issue', 'b'), tokenOfKey('comment 1', 'a')]).size).toBe(3);
  });
});

test('what is posted for a person is read back as they wrote it', () => {
  for (const text of ['', 'Hello\n\nthere', 'Posted by @ann via RepoWatch']) {
    const posted = withMark(withAttribution(text, 'ann'), ['api_1']);
    expect(posted.startsWith('Posted by @ann via RepoWatch')).toBe(true);
    expect(stripAttribution(posted)).toBe(text);
    expect(stripAttribution(posted.replaceAll('\n', '\r\n'))).toBe(text.replaceAll('\n', '\r\n'));
  }
  // A line that somebody deleted is not missed, and one that only looks like it stays.
  expect(stripAttribution('mine\n\n<!-- repowatch api_1 -->')).toBe('mine');
  expect(stripAttribution('Posted by @ann via RepoWatch\n\nmine')).toBe('Posted by @ann via RepoWatch\n\nmine');
});

test('what GitHub dropped: by name in any case, and by value', () => {
  expect(findDropped('labels', ['Bug', 'x'], ['bug'])).toEqual([{ field: 'labels', value: 'x' }]);
  expect(findDroppedValue('milestone', 3, 3)).toEqual([]);
  expect(findDroppedValue('milestone', 'Soon', undefined)).toEqual([{ field: 'milestone', value: 'Soon' }]);
  expect(findDroppedValue('milestone', undefined, 4)).toEqual([]);
});
