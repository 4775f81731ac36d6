import { describe, expect, test } from '@jest/globals';
import { destinationAllowed, parseDestination } from './destinations.ts';

describe('destinationAllowed', () => {
  test.each([
    [null, 'https://anything.example/', true],
    [[], 'https://anything.example/', true],
    [['api.example.com'], 'https://api.example.com/path', true],
    [['api.example.com'], 'https://API.example.com:8443/', true],
    [['api.example.com'], 'https://api.example.com./', true],
    [['api.example.com'], 'https://api.example.com.evil.net/', false],
    [['api.example.com'], 'https://evilapi.example.com/', false],
    [['api.example.com'], 'https://api.example.com@evil.net/', false],
    [['*.example.com'], 'https://a.b.example.com/', true],
    [['*.example.com'], 'https://example.com/', false],
    [['*.example.com'], 'https://badexample.com/', false],
    [['api.example.com:8443'], 'https://api.example.com:8443/', true],
    [['api.example.com:8443'], 'https://api.example.com/', false],
    [['api.example.com:443'], 'https://api.example.com/', true],
    [['api.example.com:443'], 'http://api.example.com/', false],
    [['127.0.0.1:9000', 'x.example'], 'http://127.0.0.1:9000/', true],
    [['[::1]:9000'], 'http://[::1]:9000/', true],
    [['[::1]'], 'http://[::2]/', false],
  ])('%j and %s: %s', (destinations, url, expected) => {
    expect(destinationAllowed(destinations, new URL(url))).toBe(expected);
  });
});

describe('parseDestination', () => {
  test.each(['example.com', 'EXAMPLE.com', '*.example.com', 'example.com:8443', 'localhost', '10.0.0.5:80', '[::1]:80', 'a_b.example'])(
    'takes %s',
    (text) => {
      expect(parseDestination(text)).toEqual({ ok: true, value: text.toLowerCase() });
    },
  );

  test.each([
    '',
    '*',
    'https://example.com',
    'example.com/path',
    'a b',
    '*.*.com',
    'x:0',
    'x:70000',
    'x:',
    '::1',
    'user@host',
    '.example.com',
  ])('refuses %j', (text) => {
    expect(parseDestination(text)).toMatchObject({ ok: false, code: 'request_invalid' });
  });
});
