import { failed, ok, type Outcome } from '../core/outcome.ts';
import { isInRange, parseAddress, parseRange, type AddressRange } from './door-addresses.ts';

/** One entry of OUTBOUND_ALLOW; without a port it permits every port. */
type AllowEntry = { port: number | null } & ({ host: string } | { range: AddressRange });

/** The destinations that the operator permits beyond the open internet, and where plain http may be spoken. */
export interface OutboundAllow {
  readonly entries: readonly AllowEntry[];
}

/** Where a request wants to go: the name or literal of the URL, the port, and the address about to be dialled once it is known. */
export interface Destination {
  host: string;
  port: number;
  address: string | null;
}

/** True when the operator's list names this destination. */
export function isExplicitlyAllowed(allow: OutboundAllow, { host, port, address }: Destination): boolean {
  return allow.entries.some((entry) => {
    if (entry.port !== null && entry.port !== port) return false;
    return 'host' in entry ? entry.host === host : address !== null && isInRange(address, entry.range);
  });
}

/** True when a name could still be permitted by the address it resolves to. */
export function mayAllowByAddress(allow: OutboundAllow, port: number): boolean {
  return allow.entries.some((entry) => 'range' in entry && (entry.port === null || entry.port === port));
}

/** The host of a URL as the allow list compares it: no brackets, no final dot. */
export function normaliseHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '').toLowerCase();
}

/**
 * Reads OUTBOUND_ALLOW: a comma-separated list of `host`, `host:port`, `ip`, `ip:port`, `[v6]:port` and CIDR ranges. Each entry permits
 * that destination although it is not public, and http there. Fails with settings_invalid, naming the entry.
 */
export function parseOutboundAllow(text: string): Outcome<OutboundAllow, 'settings_invalid'> {
  const entries: AllowEntry[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const entry = parseEntry(part);
    if (entry === undefined)
      return failed(
        'settings_invalid',
        `OUTBOUND_ALLOW has an entry that is not a host, an address or a range: ${JSON.stringify(part)}. Write host, host:port, 10.0.0.5:8080, [fd00::5]:8080 or 10.0.0.0/8.`,
      );
    entries.push(entry);
  }
  return ok({ entries });
}

function parseEntry(text: string): AllowEntry | undefined {
  if (text.includes('/')) {
    const range = parseRange(text);
    return range && { range, port: null };
  }
  if (parseAddress(text)) return literalEntry(text, null);
  const { host, port } = /^(?<host>\[[0-9a-f:.]+\]|[^:\s[\]]+)(?::(?<port>\d{1,5}))?$/i.exec(text)?.groups ?? {};
  const number = port === undefined ? null : Number(port);
  if (host === undefined || number === 0 || (number !== null && number > 65_535)) return undefined;
  // The URL parser has the last word on a name, so that the list and a request's URL are always spelled alike.
  const url = URL.parse(`http://${host}/`);
  if (url === null || url.href !== `http://${url.host}/`) return undefined;
  const name = normaliseHost(url.hostname);
  if (parseAddress(name)) return literalEntry(name, number);
  return /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/.test(name) ? { host: name, port: number } : undefined;
}

function literalEntry(text: string, port: number | null): AllowEntry | undefined {
  const range = parseRange(`${text}/${text.includes(':') ? 128 : 32}`);
  return range && { range, port };
}
