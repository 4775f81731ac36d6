import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the receiver saw it. */
interface ReceivedRequest {
  path: string;
  /** `webhook-id`: the same for every try of one step. */
  id: string;
  /** True when `webhook-signature` fits id, time and bytes (Standard Webhooks 1.0.0). */
  verified: boolean;
  status: number;
}

/** A web server of somebody else, to which the demo's watches send. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  /** The next requests for this path are answered with these statuses, those after them with 200 again. */
  answerNext(path: string, statuses: readonly number[]): void;
  close(): Promise<void>;
}

/** Starts the receiver on a free port of 127.0.0.1. `secret` is the signing secret, `whsec_` and base64. */
export async function createReceiver(secret: string): Promise<Receiver> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const received: ReceivedRequest[] = [];
  const planned = new Map<string, number[]>();
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '/';
      const body = await readBody(request);
      const status = planned.get(path)?.shift() ?? 200;
      received.push({ path, id: header(request, 'webhook-id'), verified: isSigned(request, body, key), status });
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? { ok: true } : { ok: false, message: 'Out of order on purpose.' }));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answerNext: (path, statuses) => void planned.set(path, [...statuses]),
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function header(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? '');
}

/** Checks as a receiver has to: over the exact bytes, in constant time, and not older than five minutes. */
function isSigned(request: IncomingMessage, body: Buffer, key: Buffer): boolean {
  const time = header(request, 'webhook-timestamp');
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const content = Buffer.concat([Buffer.from(`${header(request, 'webhook-id')}.${time}.`), body]);
  const expected = createHmac('sha256', key).update(content).digest();
  return header(request, 'webhook-signature')
    .split(' ')
    .filter((entry) => entry.startsWith('v1,'))
    .map((entry) => Buffer.from(entry.slice('v1,'.length), 'base64'))
    .some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
}
