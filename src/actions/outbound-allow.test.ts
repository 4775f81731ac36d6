import { describe, expect, test } from '@jest/globals';
import { isExplicitlyAllowed, parseOutboundAllow, type Destination } from './outbound-allow.ts';

function allows(text: string, destination: Destination): boolean {
  const parsed = parseOutboundAllow(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return isExplicitlyAllowed(parsed.value, destination);
}

describe('OUTBOUND_ALLOW', () => {
  test.each([
    ['ci.internal:8080', { host: 'ci.internal', port: 8080, address: null }, true],
    ['ci.internal:8080', { host: 'ci.internal', port: 8081, address: null }, false],
    ['CI.Internal.', { host: 'ci.internal', port: 1, address: null }, true],
    ['ci.internal', { host: 'xci.internal', port: 443, address: '10.0.0.1' }, false],
    ['10.0.0.5', { host: '10.0.0.5', port: 9, address: '10.0.0.5' }, true],
    ['10.0.0.5:80', { host: 'name', port: 80, address: '10.0.0.5' }, true],
    ['10.0.0.5:80', { host: 'name', port: 81, address: '10.0.0.5' }, false],
    ['[fd00::5]:8080', { host: 'fd00::5', port: 8080, address: 'fd00::5' }, true],
    ['[fd00::5]', { host: 'fd00::5', port: 8080, address: 'fd00::5' }, true],
    ['fd00::5', { host: 'fd00::5', port: 443, address: 'fd00:0::5' }, true],
    ['a, 10.0.0.0/8 ,b', { host: 'x', port: 443, address: '10.200.1.1' }, true],
    ['10.0.0.0/8', { host: 'x', port: 443, address: null }, false],
    ['0x7f.1:80', { host: '127.0.0.1', port: 80, address: '127.0.0.1' }, true],
    ['', { host: 'x', port: 443, address: '10.0.0.1' }, false],
  ])('%s for %j: %s', (text, destination, expected) => {
    expect(allows(text, destination)).toBe(expected);
  });

  test.each([
    'http://x',
    'a:0',
    'a:65536',
    'a:b',
    '10.0.0.0/33',
    'x/8',
    'user@host',
    '[fd00::5',
    'a b',
    '*.internal',
    '[zz]:80',
    ':80',
    'a?b',
  ])('refuses %s by name', (entry) => {
    const parsed = parseOutboundAllow(`fine.example,${entry}`);
    expect(parsed).toMatchObject({ ok: false, code: 'settings_invalid', message: expect.stringContaining(JSON.stringify(entry)) });
  });
});
