import ipaddr from 'ipaddr.js';

/** IANA IPv4 Special-Purpose Address Registry, all of it, with multicast and the reserved last block. */
const specialIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map((text) => ipaddr.IPv4.parseCIDR(text));

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** What lies inside 2000::/3 and is still not the open internet: protocol assignments with Teredo, 6to4, AS112, documentation. */
const specialIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'].map((text) =>
  ipaddr.IPv6.parseCIDR(text),
);

/** An address and how many of its leading bits count. */
export type AddressRange = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Reads an IP address in its usual form; undefined for anything else. An IPv4 address written as ::ffff:a.b.c.d stays IPv6. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // isValid alone would take 0x7f.1 and 2130706433 as IPv4: spellings that other resolvers read differently.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

/** Reads `10.0.0.0/8` or `fd00::/8`; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [address, bits] = ipaddr.parseCIDR(text);
  return [address, bits];
}

/**
 * True only for an address on the open internet (threat-model.md D8): IPv4 outside every special block, IPv6 inside 2000::/3 and
 * outside its special blocks. Mapped, compatible, NAT64, local and unassigned forms are refused by class, whatever they contain.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  if (address instanceof ipaddr.IPv4) return !specialIpv4.some((range) => address.match(range));
  if (address.zoneId !== undefined && address.zoneId !== null) return false;
  return address.match(globalUnicast) && !specialIpv6.some((range) => address.match(range));
}

/** True when the address lies in the range. ::ffff:a.b.c.d counts as a.b.c.d here, since both dial the same host. */
export function isInRange(text: string, [network, bits]: AddressRange): boolean {
  let address = parseAddress(text);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) address = address.toIPv4Address();
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match([network, bits]);
  return address !== undefined && network instanceof ipaddr.IPv6 && address.match([network, bits]);
}
