import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { now } from './measure.ts';
import type { SignedPush } from './pushes.ts';

/** What a load came to. */
export interface LoadFigures {
  /** Answers that promised something: 2xx. */
  accepted: number;
  /** Everything else: refusals and broken connections. */
  errors: number;
  seconds: number;
  /** The time of each answer; in a paced load since it was due to be sent. Milliseconds. */
  times: number[];
  /** When each push went out or was due, by its head. */
  sentAt: Map<string, number>;
}

const path = '/api/github/webhooks';

/** Sends pushes over a fixed number of connections and counts the answers. */
class Sender {
  readonly figures: LoadFigures = { accepted: 0, errors: 0, seconds: 0, times: [], sentAt: new Map() };
  readonly #pool: Pool;
  readonly #began = now();

  constructor(url: string, options: { connections: number }) {
    this.#pool = new Pool(url, { connections: options.connections, pipelining: 1 });
  }

  /** Sends one push; `due` is when it should have gone out. */
  async send(push: SignedPush, due = now()): Promise<void> {
    const { figures } = this;
    figures.sentAt.set(push.after, due);
    try {
      const { headers, body } = push;
      const answer = await this.#pool.request({ path, method: 'POST', headers, body });
      await answer.body.dump();
      if (answer.statusCode >= 200 && answer.statusCode < 300) figures.accepted += 1;
      else figures.errors += 1;
    } catch {
      figures.errors += 1;
    }
    figures.times.push(now() - due);
  }

  async end(): Promise<LoadFigures> {
    this.figures.seconds = (now() - this.#began) / 1000;
    await this.#pool.close();
    return this.figures;
  }
}

/** As fast as the answers come: each connection sends its next push when it has its answer, until the time is over. */
export async function sendForSeconds(
  url: string,
  options: { connections: number; seconds: number; next: () => SignedPush },
): Promise<LoadFigures> {
  const sender = new Sender(url, options);
  const until = now() + options.seconds * 1000;
  const connection = async () => {
    while (now() < until) await sender.send(options.next());
  };
  await Promise.all(Array.from({ length: options.connections }, connection));
  return await sender.end();
}

/** As fast as the answers come: each list in order on a connection of its own. */
export async function sendLists(url: string, lists: SignedPush[][]): Promise<LoadFigures> {
  const sender = new Sender(url, { connections: lists.length });
  await Promise.all(
    lists.map(async (list) => {
      for (const push of list) await sender.send(push);
    }),
  );
  return await sender.end();
}

/** One list in order down one connection, up to 64 under way (HTTP pipelining): so fast that the branch is what limits it. */
export async function sendInOneStream(url: string, list: SignedPush[]): Promise<{ accepted: number; errors: number }> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const figures = { accepted: 0, errors: 0 };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sent = 0;
  const answered = () => figures.accepted + figures.errors;
  const fill = () => {
    for (; sent < list.length && sent - answered() < 64; sent += 1) {
      const { headers, body } = list[sent]!;
      const lines = Object.entries({ host, 'content-length': body.length, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
      socket.write(body);
    }
  };
  socket.once('connect', fill).once('error', reject);
  socket.on('data', (data) => {
    for (const [, status] of data.toString('latin1').matchAll(/HTTP\/1\.1 (\d)\d\d/g)) figures[status === '2' ? 'accepted' : 'errors'] += 1;
    if (answered() >= list.length) resolve();
    else fill();
  });
  await promise;
  socket.destroy();
  return figures;
}

/**
 * At a fixed pace whatever the answers do, so that a slow moment counts for all who would have come meanwhile (no
 * coordinated omission): the time of a push starts when it was due.
 */
export async function sendPaced(
  url: string,
  options: { perSecond: number; seconds: number; connections: number; next: () => SignedPush },
): Promise<LoadFigures> {
  const sender = new Sender(url, options);
  const total = Math.round(options.perSecond * options.seconds);
  const began = now();
  const sends: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const due = began + (index * 1000) / options.perSecond;
    const wait = due - now();
    if (wait > 0) await pause(wait);
    sends.push(sender.send(options.next(), due));
  }
  await Promise.all(sends);
  return await sender.end();
}
