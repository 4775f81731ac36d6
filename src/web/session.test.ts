import { describe, expect, test } from '@jest/globals';
import { createSessions, isSameOrigin, sessionCookie, writeCookie } from './session.ts';

const now = new Date('2026-11-21T12:00:00Z');
const cookie = (value: string) => `other=1; ${sessionCookie}=${value}`;

describe('sessions', () => {
  const sessions = createSessions('the-admin-token-0123');

  test('are found again, without the token in them', () => {
    const value = sessions.create(now);
    expect(value).not.toContain('admin');
    expect(sessions.find(cookie(value), now)).toMatchObject({ expiresAt: new Date('2026-11-22T00:00:00Z') });
  });

  test('end by time, by signing out and with another token', () => {
    const value = sessions.create(now);
    expect(sessions.find(cookie(value), new Date('2026-11-22T00:00:00Z'))).toBeUndefined();
    expect(createSessions('another-token-4567').find(cookie(value), now)).toBeUndefined();
    sessions.end(sessions.find(cookie(value), now)!, now);
    expect(sessions.find(cookie(value), now)).toBeUndefined();
  });

  test('cannot be made longer or made up', () => {
    const [id, end, signature] = sessions.create(now).split('.') as [string, string, string];
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    for (const value of [`${id}.${Number(end) + 1}.${signature}`, `${id}.${end}.${flipped}`, `${id}.${end}`, '', 'x']) {
      expect(sessions.find(cookie(value), now)).toBeUndefined();
    }
    expect(sessions.find(undefined, now)).toBeUndefined();
  });

  test('travel in a cookie that scripts and other sites cannot use', () => {
    expect(writeCookie('v', true)).toBe(`${sessionCookie}=v; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure`);
    expect(writeCookie('', false)).toBe(`${sessionCookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`);
  });
});

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
