import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { adminToken, eventually } from './test-app.ts';

/** One server-sent event. */
interface ReceivedEvent {
  event: string;
  data: Record<string, unknown>;
}

/** A stream of server-sent events as a client sees it. */
export interface EventClient {
  status: number;
  events: ReceivedEvent[];
  /** True once the server has ended it. */
  ended: boolean;
  /** Waits for an event of this name that passes. */
  wait(event: string, passes?: (data: ReceivedEvent['data']) => boolean): Promise<ReceivedEvent['data']>;
  /** Goes away, as a closed tab does. */
  close(): void;
}

/** Opens a stream and reads it until it is closed. On a connection of its own: fetch opens spare ones when it is aborted. */
export async function openEvents(url: string): Promise<EventClient> {
  const request = get(url, { agent: false, headers: { authorization: `Bearer ${adminToken}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  const events: ReceivedEvent[] = [];
  const client: EventClient = {
    status: response.statusCode ?? 0,
    events,
    ended: false,
    wait: (event, passes = () => true) =>
      eventually(`event ${event} of ${url}`, async () => events.find((entry) => entry.event === event && passes(entry.data))?.data).catch(
        (error: unknown) => {
          throw new Error(`There came: ${JSON.stringify(events).slice(0, 2_000)}`, { cause: error });
        },
      ),
    close: () => request.destroy(),
  };
  void read(response, events)
    .catch(() => undefined)
    .finally(() => (client.ended = true));
  return client;
}

async function read(response: IncomingMessage, events: ReceivedEvent[]): Promise<void> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const found = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end));
      if (found) events.push({ event: found[1]!, data: JSON.parse(found[2]!) as ReceivedEvent['data'] });
      text = text.slice(end + 2);
    }
  }
}
