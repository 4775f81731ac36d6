import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { now } from './measure.ts';

/** Where the webhooks of a benchmark arrive: answers 200 at once and notes when which head came first, by the shared clock. */
export type SinkQuestion =
  /** Answers once so many requests have come since the last `take`. */
  | { wait: number }
  /** Answers what came and starts anew. */
  | { take: true };

/** Requests in all, and the first arrival of each head, in order. */
export interface SinkAnswer {
  count: number;
  arrivals: [after: string, at: number][];
}

let count = 0;
let arrivals = new Map<string, number>();
let awaited = Infinity;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const at = now();
    const after = /"after":"([0-9a-f]{40})"/.exec(Buffer.concat(chunks).toString('latin1'))?.[1];
    if (after !== undefined && !arrivals.has(after)) arrivals.set(after, at);
    count += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    if (count >= awaited) tell();
  });
});
server.keepAliveTimeout = 60_000;

function tell(): void {
  awaited = Infinity;
  process.send?.({ count, arrivals: [] } satisfies SinkAnswer);
}

process.on('message', (question: SinkQuestion) => {
  if ('wait' in question) {
    awaited = question.wait;
    if (count >= awaited) tell();
    return;
  }
  process.send?.({ count, arrivals: [...arrivals] } satisfies SinkAnswer);
  count = 0;
  arrivals = new Map();
});
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());

server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
