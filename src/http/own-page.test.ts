import { expect, test } from '@jest/globals';
import { isSameOrigin } from './own-page.ts';

test.each([
  ['http://watch.example', 'watch.example', undefined, true],
  ['https://public.example', 'inside:3000', 'https://public.example', true],
  ['https://evil.example', 'watch.example', undefined, false],
  ['http://watch.example:81', 'watch.example', undefined, false],
  ['null', 'watch.example', undefined, false],
  [undefined, 'watch.example', undefined, false],
])('origin %s for host %s and public address %s', (...given) => {
  const [origin, host, publicUrl, expected] = given;
  expect(isSameOrigin({ origin, host, site: undefined }, publicUrl)).toBe(expected);
});
