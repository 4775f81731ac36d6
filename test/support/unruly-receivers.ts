import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One receiver with manners of its own, on an origin of its own. */
export interface Receiver {
  url: string;
  requests: number;
  answer: (response: ServerResponse) => void;
}

/** What receivers do to whoever calls them. */
export const manners: Record<string, (response: ServerResponse) => void> = {
  fine: (response) => void response.end('taken'),
  broken: (response) => void response.writeHead(500).end(),
  throttled: (response) => void response.end('taken'),
  gone: (response) => void response.writeHead(410).end(),
  hanging: () => {},
  cutting: (response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half');
    setImmediate(() => response.destroy());
  },
  dripping: (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  },
  huge: (response) => {
    const mebibyte = 'x'.repeat(1024 * 1024);
    let left = 100;
    const write = () => {
      while (left > 0 && !response.destroyed) {
        left -= 1;
        if (!response.write(mebibyte)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  },
  notices: (response) => void response.end(),
};

/** Opens one receiver for each manner, by its name. */
export async function openReceivers(): Promise<{ by: Record<string, Receiver> } & AsyncDisposable> {
  const servers: Server[] = [];
  const by: Record<string, Receiver> = {};
  for (const [name, answer] of Object.entries(manners)) {
    const receiver: Receiver = { url: '', requests: 0, answer };
    const server = createServer((request, response) => {
      receiver.requests += 1;
      request.resume().on('end', () => receiver.answer(response));
      response.on('error', () => {});
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    by[name] = receiver;
    servers.push(server);
  }
  return {
    by,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => void server.close(resolve));
      }
    },
  };
}
