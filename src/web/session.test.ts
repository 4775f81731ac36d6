import { expect, test } from '@jest/globals';
import { writeCookie } from './session.ts';

test('a session travels in a cookie that scripts and forms of other sites cannot use', () => {
  expect(writeCookie('v', true)).toBe('repowatch_session=v; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure');
  expect(writeCookie('', false)).toBe('repowatch_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax');
});
