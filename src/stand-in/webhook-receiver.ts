import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from './world.ts';

/** One webhook as it arrived. */
export interface ReceivedWebhook {
  event: string;
  guid: string;
  headers: Record<string, string>;
  /** True when `X-Hub-Signature-256` fits the bytes. */
  verified: boolean;
  payload: Json;
}

/** A little receiver for tests: keeps what arrives and lets them wait for it. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: ReceivedWebhook[];
  /** The status of every answer from now on. */
  answerWith(status: number): void;
  /** The first webhook that matches, also one that arrived before. */
  waitFor(match: (webhook: ReceivedWebhook) => boolean): Promise<ReceivedWebhook>;
}

/** Starts a receiver on a free port of 127.0.0.1 that checks signatures with this secret. */
export async function createWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const waiting = new Set<() => void>();
  let status = 200;
  const server = createServer((request, response) => {
    void readWebhook(request, secret).then((webhook) => {
      received.push(webhook);
      for (const check of waiting) check();
      response.writeHead(status).end('noted');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answerWith(next) {
      status = next;
    },
    waitFor(match) {
      return new Promise((resolve) => {
        const check = (): void => {
          const found = received.find(match);
          if (!found) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readWebhook(request: IncomingMessage, secret: string): Promise<ReceivedWebhook> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const signature = Buffer.from(headers['x-hub-signature-256'] ?? '');
  const verified = signature.length === expected.length && timingSafeEqual(signature, expected);
  const event = headers['x-github-event'] ?? '';
  return { event, guid: headers['x-github-delivery'] ?? '', headers, verified, payload: JSON.parse(body.toString()) as Json };
}
