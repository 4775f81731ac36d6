import { describe, expect, test } from '@jest/globals';
import { codeSpan, escapeMarkdown, messageToMarkdown } from './markdown.ts';

describe('text of strangers in markdown', () => {
  test.each([
    ['@acme/owners look', '@\u200bacme/owners look'],
    ['closes #12', 'closes #\u200b12'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert\\(1\\)&gt;'],
    ['[click](https://evil.example)', '\\[click\\]\\(https:\u200b//evil.example\\)'],
    ['a\n\n# title | cell', 'a #\u200b title \\| cell'],
    ['www.evil.example', 'www\u200b.evil.example'],
    ['- item', '\\- item'],
  ])('%j formats nothing', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  test('code keeps what it shows inside, whatever it is', () => {
    expect([codeSpan('a'), codeSpan('a`b'), codeSpan('``'), codeSpan('x\ny|z')]).toEqual(['`a`', '`` a`b ``', '``` `` ```', '`x y\\|z`']);
  });

  test('a message shows what stands between backticks as code, and is plain when they do not pair', () => {
    expect(messageToMarkdown('`on.@mona` is unknown, see @mona')).toBe('`on.@mona` is unknown, see @\u200bmona');
    expect(messageToMarkdown('one ` of @mona')).toBe('one \\` of @\u200bmona');
  });
});
