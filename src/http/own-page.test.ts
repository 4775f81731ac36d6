import { expect, test } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { isSameOrigin, refuseOtherSite } from './own-page.ts';

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

test.each([
  ['cross-site', true],
  ['same-site', true],
  ['same-origin', false],
  ['none', false],
  [undefined, false],
])('looking from %s', (site, refused) => {
  const look = () => refuseOtherSite({ headers: { 'sec-fetch-site': site } } as unknown as FastifyRequest);
  if (refused) expect(look).toThrow('another page');
  else expect(look).not.toThrow();
});
