import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ActionTools, AttemptContext } from '../../src/actions/action.ts';
import type { ErrorCode } from '../../src/core/error-catalogue.ts';

/** How a receiver treats the next requests: takes them, refuses them for good or for now, never answers, or answers far too much. */
export type Manner = 'accept' | 'refuse' | 'overload' | 'hang' | 'huge';

/** What stands at the other end while a kind is held to its contract. */
export interface Receiver {
  /** Where it is; `http://127.0.0.1:PORT` for those that speak HTTP. */
  url: string;
  /** Every idempotency key that was seen, in order; one entry for each effect that was asked for. */
  keys: string[];
  /** How many requests or connections came. */
  requests(): number;
  behave(manner: Manner): void;
  close(): Promise<void>;
}

/**
 * How one kind is held to its contract: lies beside its index.ts as contract.fixture.ts and is exported as `contract`. test/action-contract.test.ts
 * finds it there; a kind without one fails.
 */
export interface KindContract {
  /** Inputs with which it reaches the receiver once. */
  input(url: string): object;
  /** Inputs that its schema refuses. */
  bad: object;
  /** The code with which it ends when the receiver refuses for good, and when it is overloaded; the latter can be tried again unless said otherwise. */
  refused: ErrorCode;
  overloaded: ErrorCode;
  overloadIsFinal?: true;
  /** The other end, when it is not the HTTP server below. */
  createReceiver?(): Promise<Receiver>;
  /** What the HTTP server below answers when it accepts. */
  accepted?(request: IncomingMessage, body: string): string;
  /** Where the HTTP server below finds the idempotency key of a request that asks for the effect; `webhook-id` without it. */
  keyOf?(request: IncomingMessage, body: string): string | undefined;
  /** True for kinds that need no key: asking twice is the same as asking once. */
  repeatable?: true;
  /** Further tools, beside the door and the scripts. */
  tools?(url: string): Partial<ActionTools>;
  /** Further context of the attempt. */
  context?(url: string): Partial<AttemptContext<unknown>>;
  /** True for kinds that call nobody by HTTP address, so that no address can be refused. */
  hasNoAddress?: true;
}

/** The HTTP server that stands for a receiver unless a kind brings its own. */
export async function createHttpReceiver(contract: Pick<KindContract, 'accepted' | 'keyOf'> = {}): Promise<Receiver> {
  const keys: string[] = [];
  let manner: Manner = 'accept';
  let requests = 0;
  const keyOf = contract.keyOf ?? ((request: IncomingMessage) => request.headers['webhook-id']?.toString());
  const server = createServer((request, response) => {
    requests += 1;
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const key = keyOf(request, body);
      if (key !== undefined) keys.push(key);
      answer(manner, response, () => contract.accepted?.(request, body) ?? 'fine');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    requests: () => requests,
    behave: (next) => void (manner = next),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(manner: Manner, response: ServerResponse, accepted: () => string): void {
  response.on('error', () => {});
  if (manner === 'accept') {
    const text = accepted();
    response.setHeader('content-type', text.startsWith('{') || text.startsWith('[') ? 'application/json' : 'text/plain').end(text);
  } else if (manner === 'refuse') response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
  else if (manner === 'overload') response.writeHead(503).end();
  else if (manner === 'huge') response.setHeader('content-type', 'application/json').end(`{"text":"${'x'.repeat(3 * 1024 * 1024)}"}`);
}
