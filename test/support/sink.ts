import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that reached the sink. */
export interface SinkRequest {
  /** The `webhook-id`: the idempotency key. */
  id: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** The body as JSON; null when it is none. */
  json: Record<string, unknown> | null;
  /** What the sink answered. */
  status: number;
}

/** What the sink answers: a status, or one with headers. */
export type SinkAnswer = number | { status: number; headers: Record<string, string> };
type Decide = (request: { path: string; count: number }) => SinkAnswer | Promise<SinkAnswer>;

/** A receiver of webhooks on loopback that keeps everything and answers as it is told. */
export interface Sink extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  /** `127.0.0.1:PORT`, for OUTBOUND_ALLOW. */
  host: string;
  requests: SinkRequest[];
  /** Decides the answers from now on. */
  answer(decide: Decide): void;
  /** Resolves when the condition on what arrived holds; fails after the deadline with what is there. */
  waitUntil(condition: (requests: SinkRequest[]) => boolean, deadlineMs?: number): Promise<SinkRequest[]>;
}

/** Starts a sink on a free port. */
export async function createSink(): Promise<Sink> {
  const requests: SinkRequest[] = [];
  const waiting = new Set<() => void>();
  let decide: Decide = () => 200;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await readText(request);
      const path = request.url ?? '/';
      const decided = await decide({ path, count: requests.filter((entry) => entry.path === path).length });
      const answer = typeof decided === 'number' ? { status: decided, headers: {} } : decided;
      const headers = request.headers as Record<string, string>;
      requests.push({ id: headers['webhook-id'] ?? '', path, headers, body, json: parse(body), status: answer.status });
      response.writeHead(answer.status, answer.headers).end('{}');
      for (const check of waiting) check();
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    answer(next) {
      decide = next;
    },
    waitUntil: (condition, deadlineMs = 30_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(
            new Error(
              `The sink waited ${deadlineMs} ms in vain; it has ${requests.length} requests: ${requests
                .map((entry) => `${entry.path} ${entry.status}`)
                .slice(-20)
                .join(', ')}`,
            ),
          );
        }, deadlineMs);
        const check = (): void => {
          if (!condition(requests)) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(requests);
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): Record<string, unknown> | null {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return null;
  }
}
