import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, errors } from 'undici';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { describeError, RepoWatchError } from '../core/errors.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { DestinationSign } from './destination-sign.ts';
import { isPublicAddress } from './door-addresses.ts';
import { DoorIdentities, type TlsIdentity } from './door-identities.ts';
import { isExplicitlyAllowed, mayAllowByAddress, normaliseHost, type OutboundAllow } from './outbound-allow.ts';
import { prepareHeaders } from './outbound-headers.ts';

/** One request to a place outside. */
export interface DoorRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** The time for everything, from the look-up of the name to the last byte kept, in milliseconds. */
  timeoutMs: number;
  signal: AbortSignal;
  /** How much of the answer's body is kept; nothing is read beyond it. */
  maxBodyBytes: number;
  /** Asked before anything leaves; refuses by throwing a RepoWatchError. */
  checkDestination?: (url: URL) => void;
  /** Whom to believe and what to show in TLS, when not the ordinary. */
  tls?: TlsIdentity | undefined;
  /** What a status says of the destination, when not the ordinary: for its health, not for the outcome. The door itself does not look at it. */
  sign?: (status: number) => DestinationSign;
}

/** What came back. */
export interface DoorResponse {
  status: number;
  /** By lower-case name; several values of a name are joined with a comma. */
  headers: Record<string, string>;
  body: Buffer;
  /** True when the body went on beyond what is kept. */
  truncated: boolean;
}

/** The one way out to the internet: guarded by address, without redirects, decompression or surprises in size and time. */
export interface Door {
  request(request: DoorRequest): Promise<Outcome<DoorResponse, ErrorCode>>;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** All addresses of a name, as node:dns gives them; injectable so that a test can lie about names. */
export type ResolveName = (hostname: string, callback: (error: Error | null, addresses: LookupAddress[]) => void) => void;

interface DoorOptions {
  allow: OutboundAllow;
  /** Connections per origin; further requests to it wait, within their own deadline. */
  maxPerOrigin?: number;
  resolveName?: ResolveName;
  /** Certificates to trust beside the system's, PEM. */
  ca?: string[];
}

const resolveBySystem: ResolveName = (hostname, callback) => systemLookup(hostname, { all: true }, callback);

/** What TLS trusts and shows. */
type Trust = { ca?: string | string[]; cert?: string; key?: string };

/** Opens the door. One per process: it holds the connections. */
export function createDoor({ allow, maxPerOrigin = 32, resolveName = resolveBySystem, ca }: DoorOptions): Door {
  const openAgent = (tls: Trust) =>
    new Agent({
      connect: createGuardedConnect(allow, resolveName, tls),
      connections: maxPerOrigin,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: 16_384,
      // The deadline of the request covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  const plain = openAgent({ ...(ca && { ca }) });
  const identities = new DoorIdentities(openAgent);
  return {
    request: async (request) => {
      const url = judgeUrl(request.url, allow);
      if (!url.ok) return url;
      const headers = prepareHeaders(request.headers);
      if (!headers.ok) return headers;
      try {
        request.checkDestination?.(url.value);
      } catch (error) {
        if (error instanceof RepoWatchError) return failed(error.code, error.message);
        throw error;
      }
      const agent = request.tls === undefined ? ok(plain) : identities.open(request.tls);
      if (!agent.ok) return agent;
      return await send(agent.value, url.value, { ...request, headers: headers.value });
    },
    close: async () => {
      await Promise.all([plain, ...identities.list()].map((agent) => agent.destroy()));
    },
  };
}

/** Decides what can be decided before a name is looked up: scheme, user part, literal addresses and names of this machine, http without leave. */
export function judgeUrl(text: string, allow: OutboundAllow): Outcome<URL, ErrorCode> {
  const url = URL.parse(text);
  if (url === null) return failed('action_input_invalid', 'The url is not a complete address; write https://host/path.');
  const refuse = (why: string) => failed('destination_not_allowed', `${url.protocol}//${url.host} may not be called: ${why}`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('only https and http addresses can be.');
  if (url.username !== '' || url.password !== '')
    return refuse('the address carries a user name or password; use an authorization header.');
  const host = normaliseHost(url.hostname);
  const literal = isIP(host) !== 0;
  if (literal) return mayDial(allow, url, host) ? ok(url) : refuse(notAllowed(url));
  const port = portOf(url);
  const isOurs = /(?:^|\.)localhost$/.test(host);
  if ((url.protocol === 'http:' || isOurs) && !isExplicitlyAllowed(allow, { host, port, address: null }) && !mayAllowByAddress(allow, port))
    return refuse(notAllowed(url));
  return ok(url);
}

/** The rule for one address about to be dialled: on the operator's list, or public and spoken to by https. */
function mayDial(allow: OutboundAllow, url: { protocol: string; hostname: string; port: string }, address: string): boolean {
  if (isExplicitlyAllowed(allow, { host: normaliseHost(url.hostname), port: portOf(url), address })) return true;
  return url.protocol === 'https:' && isPublicAddress(address);
}

function notAllowed(url: { protocol: string }): string {
  return url.protocol === 'http:'
    ? 'plain http is only spoken to destinations that the operator lists in OUTBOUND_ALLOW; use https.'
    : 'it is not an address on the open internet; the operator can list it in OUTBOUND_ALLOW.';
}

function portOf(url: { protocol: string; port: string }): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/** Every new connection is judged by the addresses it would dial, so a name that changes its mind (DNS rebinding) gains nothing. */
function createGuardedConnect(allow: OutboundAllow, resolveName: ResolveName, tls: Trust): buildConnector.connector {
  const byTarget = new Map<string, buildConnector.connector>();
  const connectorFor = (protocol: string, port: string) => {
    const key = `${protocol}${port}`;
    const known = byTarget.get(key);
    if (known) return known;
    const lookup = createGuardedLookup(resolveName, (hostname, address) => mayDial(allow, { protocol, hostname, port }, address));
    const created = buildConnector({ timeout: 10_000, allowH2: false, rejectUnauthorized: true, lookup, ...tls });
    byTarget.set(key, created);
    return created;
  };
  return (options, callback) => {
    const host = normaliseHost(options.hostname);
    // node:net asks no lookup for a literal.
    if (isIP(host) !== 0 && !mayDial(allow, options, host))
      queueMicrotask(() =>
        callback(new RepoWatchError('destination_not_allowed', `${host} may not be called: ${notAllowed(options)}`), null),
      );
    else connectorFor(options.protocol, options.port)(options, callback);
  };
}

/** A lookup that answers nothing unless every address of the name may be dialled. */
function createGuardedLookup(resolveName: ResolveName, may: (hostname: string, address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, (error, addresses) => {
      const first = addresses?.[0];
      if (error || first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), '', 0);
      } else if (!addresses.every(({ address }) => may(hostname, address))) {
        const message = `${hostname} may not be called: it resolves to an address that is not on the open internet, or plain http is not allowed there; the operator can list it in OUTBOUND_ALLOW.`;
        callback(new RepoWatchError('destination_not_allowed', message), '', 0);
      } else if (options.all) {
        callback(null, addresses);
      } else callback(null, first.address, first.family);
    });
  };
}

type PreparedRequest = Omit<DoorRequest, 'headers'> & { headers: string[] };

async function send(agent: Agent, url: URL, request: PreparedRequest): Promise<Outcome<DoorResponse, ErrorCode>> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DOMException('The time is over', 'TimeoutError')), request.timeoutMs);
  const stop = () => deadline.abort(request.signal.reason);
  request.signal.addEventListener('abort', stop, { once: true });
  if (request.signal.aborted) stop();
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      signal: deadline.signal,
    });
    const { body, truncated } = await keep(answer.body, request.maxBodyBytes);
    return ok({ status: answer.statusCode, headers: joinHeaders(answer.headers), body, truncated });
  } catch (error) {
    return judgeFailure(error, url, deadline.signal.aborted ? deadline.signal.reason : undefined);
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', stop);
  }
}

/** Collects at most so many bytes. Leaving the loop early ends the connection, so an endless body costs nothing more. */
async function keep(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<{ body: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let room = maxBytes;
  for await (const chunk of stream) {
    chunks.push(chunk.subarray(0, room));
    if (chunk.length > room) return { body: Buffer.concat(chunks), truncated: true };
    room -= chunk.length;
  }
  return { body: Buffer.concat(chunks), truncated: false };
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]);
  return Object.fromEntries(entries);
}

/** The catalogue's word for why no answer came. */
function judgeFailure(error: unknown, url: URL, aborted: unknown): Outcome<never, ErrorCode> {
  const where = url.origin;
  if (aborted instanceof DOMException && aborted.name === 'TimeoutError')
    return failed('webhook_timeout', `${where} did not answer completely in the time allowed.`);
  if (aborted !== undefined) return failed('interrupted', `The call of ${where} was stopped before its answer came.`);
  if (error instanceof RepoWatchError) return failed(error.code, error.message);
  if (error instanceof errors.ConnectTimeoutError)
    return failed('webhook_timeout', `${where} did not accept a connection within 10 seconds.`);
  if (error instanceof errors.HeadersOverflowError) return failed('webhook_failed', `${where} answered with more than 16 KiB of headers.`);
  if (error instanceof errors.HTTPParserError) return failed('webhook_failed', `${where} answered with something that is not HTTP.`);
  return failed('webhook_unreachable', `${where} could not be reached: ${describeError(error)}.`);
}
