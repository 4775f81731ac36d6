import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver answers, decided by the path alone. */
export type Answer = (path: string) => { status: number; body: string };

/** Something that steps send to, on loopback. */
export interface Receiver extends AsyncDisposable {
  url: string;
  /** Decides the answers from now on. */
  answer(answer: Answer): void;
}

/** Starts a receiver on a free port. */
export async function createReceiver(first: Answer): Promise<Receiver> {
  let decide = first;
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      const { status, body } = decide(request.url ?? '/');
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (next) => void (decide = next),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
