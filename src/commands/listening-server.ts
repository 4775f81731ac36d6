import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { judgeSignature, type SignatureVerdict } from './judge-signature.ts';

/** One request as it came. */
export interface HeardRequest {
  number: number;
  received_at: string;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** As JSON where it is some, else as text. */
  body: unknown;
  signature: SignatureVerdict;
  /** What it was answered with. */
  status: number;
  /** True when its `webhook-id` came before: another try of the same message. */
  repeated: boolean;
}

/** How the server listens and answers. */
export interface ListeningOptions {
  host: string;
  port: number;
  keys: readonly string[];
  /** The status of every answer, or those of the next ones in order; the last one stays. */
  statuses: readonly number[];
  retryAfter: string | undefined;
  hear: (request: HeardRequest) => void;
}

/** A server that listens. */
export interface ListeningServer {
  url: string;
  close(): Promise<void>;
}

/** How many requests are kept to be looked at. */
const kept = 200;

/** More of a body is not read. */
const maxBodyBytes = 25 * 1024 * 1024;

/** Starts a receiver that judges, keeps and answers every request. Rejects when the port is taken. */
export async function startListening(options: ListeningOptions): Promise<ListeningServer> {
  const heard: HeardRequest[] = [];
  const ids = new Set<string>();
  let count = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (request.method === 'GET' && isOwn(path)) return answerOwn(path, heard, response);
    void readBody(request).then(
      (body) => {
        const status = options.statuses[Math.min(count, options.statuses.length - 1)] ?? 200;
        count += 1;
        const entry = toEntry({ request, body, number: count, status }, { keys: options.keys, ids });
        heard.unshift(entry);
        heard.length = Math.min(heard.length, kept);
        options.hear(entry);
        if (status === 429 || status === 503) response.setHeader('retry-after', options.retryAfter ?? '5');
        answerJson(response, status, { ok: status < 300, number: entry.number, signature: entry.signature });
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const ownPaths = new Set(['/', '/results', '/result']);

function isOwn(path: string): boolean {
  return ownPaths.has(path.split('?')[0]!);
}

function answerOwn(path: string, heard: readonly HeardRequest[], response: ServerResponse): void {
  const [name] = path.split('?');
  if (name === '/results') return answerJson(response, 200, { data: heard });
  if (name === '/result')
    return heard[0] ? answerJson(response, 200, heard[0]) : answerJson(response, 404, { detail: 'Nothing came yet.' });
  answerJson(response, 200, {
    name: 'repowatch listen',
    usage: {
      'POST /anything': 'is printed, judged, kept and answered',
      'GET /results': `the last ${kept} requests, newest first`,
      'GET /result': 'the last request',
    },
    received: heard[0]?.number ?? 0,
  });
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  // A status without a body must not have one.
  const hasBody = status >= 200 && status !== 204 && status !== 304;
  response.writeHead(status, hasBody ? { 'content-type': 'application/json' } : {});
  response.end(hasBody ? JSON.stringify(body, null, 2) : undefined);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('The body is larger than 25 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toEntry(
  came: { request: IncomingMessage; body: Buffer; number: number; status: number },
  known: { keys: readonly string[]; ids: Set<string> },
): HeardRequest {
  const { request, body, number, status } = came;
  const { headers } = request;
  const id = headers['webhook-id']?.toString();
  const repeated = id !== undefined && known.ids.has(id);
  if (id !== undefined) known.ids.add(id);
  const now = new Date();
  return {
    number,
    received_at: now.toISOString(),
    method: request.method ?? '',
    path: request.url ?? '/',
    headers,
    body: parse(body),
    signature: judgeSignature({ headers, body }, known.keys, now),
    status,
    repeated,
  };
}

function parse(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
