import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The one path that never sees the router. */
export const intakePath = '/api/github/webhooks';

/** Limits before trust (threat model D2). Milliseconds and bytes. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 1_000,
  // Longer than the idle time of common load balancers (60 s), or they reuse a connection that we are closing.
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};
const maxHeadersCount = 200;

/** How often connections that fell idle are swept while closing. Milliseconds. */
const sweepMs = 50;

function isIntake(url: string | undefined): boolean {
  return url !== undefined && url.startsWith(intakePath) && (url.length === intakePath.length || url[intakePath.length] === '?');
}

/** Where the messages of triggers arrive, beside the router as well: nothing of them may be parsed before it is believed. */
const triggerPath = '/webhooks/';

/** Creates the node:http server: deliveries go straight to their doors, everything else to the router. */
export function createNodeServer(handlers: { intake: Handler; triggers?: Handler; router: Handler }): Server {
  const server = createServer(limits, (request, response) => {
    if (isIntake(request.url)) handlers.intake(request, response);
    else if (handlers.triggers && request.url?.startsWith(triggerPath)) handlers.triggers(request, response);
    else handlers.router(request, response);
  });
  server.maxHeadersCount = maxHeadersCount;
  return server;
}

/**
 * Runs `close`, which stops accepting, until every request under way has its answer; what is left after the deadline is cut off.
 * Connections that fall idle meanwhile are closed, else a keep-alive client would hold the process.
 */
export async function drain(server: Server, close: () => Promise<unknown>, deadlineMs: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs);
  try {
    await close();
  } finally {
    clearInterval(sweep);
    clearTimeout(cut);
  }
}
