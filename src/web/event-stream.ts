import type { FastifyReply } from 'fastify';

/** How often a quiet stream says that it lives, so that proxies keep it, and the page notices when it hears nothing any more. Milliseconds. */
const heartbeatMs = 15_000;

/** One open stream of server-sent events. */
export interface EventStream {
  /** Sends the newest state. A reader that is too slow gets only the last one when it is ready again. */
  send(data: string): void;
  end(): void;
}

/** Starts a stream on a hijacked reply, with the headers set so far; `onClose` runs once when it is over, whoever ended it. */
export function openEventStream(reply: FastifyReply, onClose: () => void): EventStream {
  const response = reply.raw;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) response.setHeader(name, value);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  let pending: string | undefined;
  let full = false;
  let sent = 0;
  const write = (data: string) => {
    sent += 1;
    full = !response.write(
      `id: ${sent}\n${data
        // A carriage return ends a line of the stream, too: what somebody wrote behind one would be a field of it.
        .split(/\r\n|\r|\n/)
        .map((line) => `data: ${line}\n`)
        .join('')}\n`,
    );
  };
  const heartbeat = setInterval(() => {
    if (!full) full = !response.write('event: beat\ndata: still here\n\n');
  }, heartbeatMs).unref();
  response.on('drain', () => {
    full = false;
    const data = pending;
    pending = undefined;
    if (data !== undefined) write(data);
  });
  response.once('close', () => {
    clearInterval(heartbeat);
    onClose();
  });
  return {
    send(data) {
      if (full) pending = data;
      else write(data);
    },
    end: () => void response.end(),
  };
}
