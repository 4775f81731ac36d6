import { describe, expect, test } from '@jest/globals';
import { addBasePath, publicAddress, toRelativeAddresses } from './base-path.ts';

const page =
  '<a href="/setup?x=1">a</a><img src="/assets/i.svg"><form action="/setup"></form><a href="//evil.example">b</a><a href="https://github.com/">c</a>';

describe('pages below a path', () => {
  test('own addresses get the path, those of others stay', () => {
    expect(addBasePath(page, '/repowatch')).toBe(
      '<a href="/repowatch/setup?x=1">a</a><img src="/repowatch/assets/i.svg"><form action="/repowatch/setup"></form><a href="//evil.example">b</a><a href="https://github.com/">c</a>',
    );
  });

  test.each([
    ['/', './setup?x=1'],
    ['/setup?token=a/b', './setup?x=1'],
    ['/setup/registered?code=1', '../setup?x=1'],
  ])('seen from %s an address is %s', (url, wanted) => {
    const text = toRelativeAddresses(page, url);
    expect(text).toContain(`href="${wanted}"`);
    expect(text).toContain('href="//evil.example"');
    for (const base of ['https://watch.example.com', 'https://watch.example.com/repowatch'])
      expect(new URL(wanted, base + url).href).toBe(`${base}/setup?x=1`);
  });

  test('the address for people keeps the path of the setting', () => {
    const request = { protocol: 'http' as const, host: '127.0.0.1:3000' };
    expect(publicAddress(request, 'https://watch.example.com/repowatch', '/auth/callback')).toBe(
      'https://watch.example.com/repowatch/auth/callback',
    );
    expect(publicAddress(request, undefined, '/auth/callback')).toBe('http://127.0.0.1:3000/auth/callback');
  });
});
