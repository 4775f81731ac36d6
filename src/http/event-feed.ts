import type { FastifyReply } from 'fastify';

/** How much may wait for a reader who does not read, in bytes. */
const maxWaiting = 1024 * 1024;

/** One open stream of server-sent events, each with a name; none is left out while it is open. */
export interface EventFeed {
  /** Sends one event, with an id where a reader may go on after it. A reader too far behind is cut off: it comes back and begins anew. */
  send(event: string, data: unknown, id?: string): void;
  /** Says that the stream lives, so that proxies keep it. Cuts off a reader who has not read for `patienceMs`. */
  beat(patienceMs: number): void;
  /** Ends the stream in good order. */
  end(): void;
}

/** Starts a feed on a hijacked reply, with the headers set so far. `onClose` runs once when it is over, whoever ended it. */
export function openEventFeed(reply: FastifyReply, onClose: (end: { timedOut: boolean }) => void): EventFeed {
  const response = reply.raw;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) response.setHeader(name, value);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  let timedOut = false;
  let fullSince: number | undefined;
  const write = (text: string) => {
    if (response.destroyed || response.writableEnded) return;
    if (!response.write(text)) fullSince ??= Date.now();
    if (response.writableLength > maxWaiting) cutOff();
  };
  const cutOff = () => {
    timedOut = true;
    response.destroy();
  };
  response.on('drain', () => (fullSince = undefined));
  response.once('close', () => onClose({ timedOut }));
  return {
    // JSON has no line break of its own, so one line holds it.
    send: (event, data, id) => write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    beat: (patienceMs) => {
      if (fullSince !== undefined && Date.now() - fullSince > patienceMs) cutOff();
      else write(': still here\n\n');
    },
    end: () => void response.end(),
  };
}
