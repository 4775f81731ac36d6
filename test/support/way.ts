import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a Postgres that can be closed, opened, and made to swallow everything, as a network does that is gone. */
export interface Way extends AsyncDisposable {
  /** The address of the database by this way. */
  url: string;
  /** Connections that are open now get no byte through any more, in neither direction, and are not told. */
  swallow(): void;
  /** Ends all connections and takes no more. */
  close(): Promise<void>;
  /** Takes connections again, on the same port. */
  open(): Promise<void>;
}

/** Opens a way to the database with this address. */
export async function createWay(url: string): Promise<Way> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let swallowed = new WeakSet<Socket>();
  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        if (!swallowed.has(socket)) (socket === inner ? outer : inner).destroy();
      });
    }
    inner.pipe(outer).pipe(inner);
  });
  const listen = (port: number) => new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const way = new URL(url);
  way.hostname = '127.0.0.1';
  way.port = String(port);
  return {
    url: way.href,
    swallow() {
      swallowed = new WeakSet(sockets);
      for (const socket of sockets) socket.unpipe().resume();
    },
    close,
    open: () => listen(port),
    [Symbol.asyncDispose]: close,
  };
}
