import { describe, expect, test } from '@jest/globals';
import { html, safeUrl, trustedHtml } from './html.ts';

describe('html', () => {
  test('makes every sign inert that could leave text or an attribute', () => {
    const evil = `<script>&"'\`\0\uD800`;
    expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&lt;script&gt;&amp;&quot;&#39;&#96;\uFFFD\uFFFD">&lt;script&gt;&amp;&quot;&#39;&#96;\uFFFD\uFFFD</p>',
    );
  });

  test('keeps markup, joins lists, shows nothing for nothing', () => {
    const items = ['<a>', html`<b>${'<'}</b>`, null, undefined, false as const, 0];
    expect(html`[${items}]`.text).toBe('[&lt;a&gt;<b>&lt;</b>0]');
    expect(html`${trustedHtml('<i></i>')}`.text).toBe('<i></i>');
  });

  test('does not take an object that only looks like markup', () => {
    const fake = { text: '<script>', toString: () => '<script>' };
    expect(() => html`${fake as never}`.text).toThrow();
  });
});

test.each([
  ['https://github.com/acme/app', 'https://github.com/acme/app'],
  ['javascript:alert(1)', null],
  ['data:text/html,x', null],
  ['//evil.example', null],
  [null, null],
])('an address for a link: %s', (url, expected) => {
  expect(safeUrl(url)).toBe(expected);
});

test('no stored address runs anything, or leads to another host as a path', () => {
  const bad = [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JaVaScRiPt:x',
    'data:text/html,x',
    '//evil.example',
    '/\\evil.example',
    'vbscript:x',
  ];
  for (const address of bad) expect(html`<a href="${address}">x</a>`.text).toBe('<a href="#">x</a>');
  const good = ['/runs/1', 'https://example.com/a?b', 'http://127.0.0.1:3000', '#L1', '?a=1', ''];
  for (const address of good) expect(html`<form action="${address}"></form>`.text).toBe(`<form action="${address}"></form>`);
  expect(html`<p title="${'javascript:x'}" data-href="${'x:y'}"></p>`.text).toBe('<p title="javascript:x" data-href="x:y"></p>');
});
