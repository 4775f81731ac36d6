import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counter } from 'prom-client';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { describeError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AcceptDelivery } from '../flow/accept-delivery.ts';
import type { NewDelivery } from '../inbox/insert-deliveries.ts';
import { BodyBudget } from './body-budget.ts';
import { readBody, type ReceivedBody } from './read-body.ts';

/** GitHub's own limit for a payload, in bytes; exactly this much is accepted (handbook A9). */
const maxBodyBytes = 25 * 1024 * 1024;

/** GitHub gives up after 10 s (handbook A5); by then the sender must know that nothing was kept. Milliseconds. */
const defaultCommitDeadlineMs = 8_000;

/** What a door on bare node:http works with. */
export interface DoorOptions {
  accept: AcceptDelivery;
  log: Log;
  /** Counts answers by their code. */
  answers?: Counter<'code'>;
  /** How long a commit may take until the answer is 503. Milliseconds. */
  commitDeadlineMs?: number;
}

/** A handler on bare node:http. */
export type BareHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request whose sender is known, once its body is there. */
export interface Expected {
  /** Sees the raw bytes as they come. */
  onChunk(chunk: Buffer): void;
  /** Throws to refuse the sender, before the body is put together. */
  verify(): void;
  /** What is stored, from the body. */
  read(body: Buffer): NewDelivery;
}

/** The answer to a delivery. */
interface Answer {
  status: number;
  code: string;
  body: Record<string, unknown>;
}

/**
 * A door for deliveries: what `expect` makes of the headers says who has to have sent it; then the body within its limits, then one
 * commit, then 2xx. Nothing else happens before the answer, and no 2xx is ever sent without the commit (threat model D1, D2).
 */
export function createDeliveryDoor(options: DoorOptions, expect: (request: IncomingMessage) => Expected | Promise<Expected>): BareHandler {
  const budget = new BodyBudget();
  return (request, response) => {
    void serve({ ...options, budget, expect }, request)
      .then((answer) => send(response, answer))
      .catch((error: unknown) => send(response, refusal(options.log, error)))
      .then((code) => options.answers?.inc({ code }))
      .finally(() => drain(request, response));
  };
}

/** Checks that a request is JSON that nobody compressed, which is what every provider sends. Throws `content_type_unsupported` or `method_not_allowed`. */
export function requireJson(request: IncomingMessage): void {
  if (request.method !== 'POST') throw new RepoWatchError('method_not_allowed', 'Deliveries are sent with POST.');
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new RepoWatchError(
      'content_type_unsupported',
      'Only application/json is accepted. Set the content type of the webhook to application/json.',
    );
  }
  if (!['', 'identity'].includes(request.headers['content-encoding'] ?? '')) {
    throw new RepoWatchError('content_type_unsupported', 'Compressed bodies are not accepted.');
  }
}

async function serve(
  options: DoorOptions & { budget: BodyBudget; expect: (request: IncomingMessage) => Expected | Promise<Expected> },
  request: IncomingMessage,
): Promise<Answer> {
  const expected = await options.expect(request);
  const body = await readBody(request, {
    maxBytes: maxBodyBytes,
    budget: options.budget,
    onChunk: (chunk) => expected.onChunk(chunk),
    onEnd: () => expected.verify(),
  });
  return await store(options, expected, body);
}

async function store(options: DoorOptions, expected: Expected, body: ReceivedBody): Promise<Answer> {
  let accepting: ReturnType<AcceptDelivery> | undefined;
  try {
    const delivery = expected.read(body.bytes);
    accepting = options.accept(delivery);
    const acceptance = await withDeadline(accepting, options.commitDeadlineMs ?? defaultCommitDeadlineMs);
    return { status: 202, code: acceptance.result, body: { result: acceptance.result, guid: delivery.guid } };
  } finally {
    // The answer may come before the end of the commit, and the body stays in memory as long as that takes.
    if (accepting === undefined) body.release();
    else void accepting.catch(() => undefined).finally(() => body.release());
  }
}

function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new RepoWatchError('delivery_not_stored', 'The delivery was not committed in time and may be sent again.')),
      deadlineMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function refusal(log: Log, error: unknown): Answer {
  if (error instanceof RepoWatchError) {
    return { status: catalogue[error.code].status, code: error.code, body: { code: error.code, detail: error.message } };
  }
  // Postgres said no: GitHub must record a failure, which recovery sees (handbook A7). The text stays in the log.
  log.error({ error: describeError(error) }, 'A delivery could not be stored');
  const code: ErrorCode = 'delivery_not_stored';
  return { status: catalogue[code].status, code, body: { code, detail: 'The delivery was not stored and may be sent again.' } };
}

function send(response: ServerResponse, answer: Answer): string {
  if (response.destroyed || response.headersSent) return answer.code;
  const refused = answer.status >= 400;
  const text = JSON.stringify(
    refused
      ? { type: `/api/meta/errors#${answer.code}`, title: catalogue[answer.code as ErrorCode].title, status: answer.status, ...answer.body }
      : answer.body,
  );
  response.writeHead(answer.status, {
    'content-type': refused ? 'application/problem+json' : 'application/json',
    // Without it the answer goes out in chunks: four writes instead of one.
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(answer.status === 503 ? { 'retry-after': '5' } : {}),
    ...(answer.status === 405 ? { allow: 'POST' } : {}),
  });
  // An end closes the connection of a client that asked for it, with its body unread: then the reset can overtake the answer.
  if (response.req.readableEnded) response.end(text);
  else response.write(text);
  return answer.code;
}

/** How long and how much an unread rest of a refused body is thrown away, so that the sender gets to read the answer. */
const drainMs = 15_000;
const drainBytes = 64 * 1024 * 1024;

/** The pause after each part that is thrown away: nobody is in a hurry to get rid of it, and good senders come first. Milliseconds. */
const drainPauseMs = 3;

function drain(request: IncomingMessage, response: ServerResponse): void {
  if (response.writableEnded || request.destroyed) return;
  if (request.readableEnded) return void response.end();
  let thrown = 0;
  const stop = () => request.socket.destroy();
  const timer = setTimeout(stop, drainMs);
  request.on('data', (chunk: Buffer) => {
    thrown += chunk.length;
    if (thrown > drainBytes) stop();
    request.pause();
    setTimeout(() => request.resume(), drainPauseMs);
  });
  request.on('error', () => undefined);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => {
    clearTimeout(timer);
    response.end();
  });
  response.once('close', () => clearTimeout(timer));
  request.resume();
}
