import { describe, expect, test } from '@jest/globals';
import { isInRange, isPublicAddress, parseRange } from './door-addresses.ts';

/** Addresses separated by blanks; a line that begins with # says what follows. */
const list = (text: string) =>
  text
    .replaceAll(/^ *#.*$/gm, '')
    .trim()
    .split(/\s+/);

const forbidden = list(`
  # IPv4, every special block at its edges
  0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
  169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.31.196.1
  192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255
  198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 254.1.1.1 255.255.255.255
  # IPv6 outside 2000::/3: loopback, mapped, compatible, translated, local, site-local, multicast, unassigned
  :: ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::7f00:1
  ::127.0.0.1 ::8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 100:0:0:1::1
  fc00::1 fd00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1
  4000::1 5f00::1 6000::1 8000::1 e000::1 1fff::1 0:0:0:0:0:0:0:1
  # IPv6 inside 2000::/3 and still special
  2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:1ff::1 2001:db8::1
  2002:7f00:1::1 2002:a00:1:: 2002:808:808::1 2620:4f:8000::1 3fff::1 3fff:fff::1
  # What is not an address in its usual form at all
  0x7f.1 2130706433 017700000001 127.1 0177.0.0.1 localhost 1.2.3 1.2.3.4.5 8.8.8.8%eth0
`);

const open = list(`
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1
  192.167.1.1 192.169.1.1 198.17.1.1 198.20.0.1 223.255.255.255 140.82.112.3
  2606:4700:4700::1111 2a00:1450:4001:80f::200e 2001:200::1 2001:4860:4860::8888 2600::1 3ffe::1
`);

describe('which addresses are the open internet', () => {
  test(`none of ${forbidden.length} special, local, translated or misspelled ones`, () => {
    expect([...forbidden, ''].filter((address) => isPublicAddress(address))).toEqual([]);
    expect(forbidden.length).toBeGreaterThanOrEqual(72);
  });

  test('ordinary ones are', () => {
    expect(open.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test('a range takes the mapped form of an address for the address', () => {
    const range = parseRange('10.0.0.0/8')!;
    expect(isInRange('10.1.2.3', range)).toBe(true);
    expect(isInRange('::ffff:10.1.2.3', range)).toBe(true);
    expect(isInRange('11.1.2.3', range)).toBe(false);
    expect(isInRange('fd00::1', range)).toBe(false);
    expect(isInRange('fd12::1', parseRange('fd00::/8')!)).toBe(true);
  });
});
