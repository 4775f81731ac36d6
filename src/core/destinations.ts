import { failed, ok, type Outcome } from './outcome.ts';

const defaultPorts: Record<string, string> = { 'http:': '80', 'https:': '443' };
const hostPattern = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$|^\[[0-9a-f:.]+\]$/;

function split(entry: string): { host: string; port: string | undefined } {
  const { host = '', port } = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>.*))?$/.exec(entry.toLowerCase())?.groups ?? {};
  return { host, port };
}

/** Checks one entry of a secret's destinations: `host`, `*.host` or `host:port`; answers it as it is stored. */
export function parseDestination(text: string): Outcome<string, 'request_invalid'> {
  const entry = text.trim().toLowerCase();
  const { host, port } = split(entry);
  const isPort = port === undefined || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535);
  if (isPort && host.length <= 255 && hostPattern.test(host)) return ok(entry);
  return failed(
    'request_invalid',
    `${JSON.stringify(text)} is not a destination. Write host, *.host or host:port, without https:// and path.`,
  );
}

/**
 * True when a secret may be sent to this address. No list means anywhere. `host` permits that name on every port,
 * `host:port` on that one only, `*.host` every name below it but not the name itself.
 */
export function destinationAllowed(destinations: readonly string[] | null, url: URL): boolean {
  if (destinations === null || destinations.length === 0) return true;
  const name = url.hostname.toLowerCase().replace(/\.$/, '');
  const actualPort = url.port === '' ? defaultPorts[url.protocol] : url.port;
  return destinations.some((entry) => {
    const { host, port } = split(entry);
    if (port !== undefined && port !== actualPort) return false;
    return host.startsWith('*.') ? name.endsWith(host.slice(1)) && name.length > host.length - 1 : name === host;
  });
}
