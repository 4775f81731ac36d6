import { createHash, createHmac, timingSafeEqual, type Hmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counter } from 'prom-client';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { describeError, RepoWatchError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AcceptDelivery } from '../flow/accept-delivery.ts';
import { BodyBudget } from './body-budget.ts';
import { readDeliveryFacts } from '../inbox/delivery-facts.ts';
import { readBody } from './read-body.ts';

/** GitHub's own limit for a payload, in bytes; exactly this much is accepted (handbook A9). */
const maxBodyBytes = 25 * 1024 * 1024;

/** GitHub gives up after 10 s (handbook A5); by then the sender must know that nothing was kept. Milliseconds. */
const defaultCommitDeadlineMs = 8_000;

/** What the intake works with. */
export interface IntakeOptions {
  /** The current webhook secret first, then the previous one while it is being rotated. */
  secrets: string[];
  accept: AcceptDelivery;
  log: Log;
  /** True where deliveries are read from GitHub's record instead: then nothing is taken here. */
  off?: boolean;
  /** The App's id: a delivery addressed to another App is worth a warning (handbook A1). */
  appId?: string;
  /** Counts answers by their code. */
  answers?: Counter<'code'>;
  /** How long a commit may take until the answer is 503. Milliseconds. */
  commitDeadlineMs?: number;
}

/**
 * The door for GitHub's deliveries: limits, headers, signature over the raw bytes, then one commit, then 2xx. Nothing
 * else happens before the answer, and no 2xx is ever sent without the commit (threat model D1, D2).
 */
export function createIntake(options: IntakeOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const budget = new BodyBudget();
  return (request, response) => {
    void serve({ ...options, budget }, request)
      .then((answer) => send(response, answer))
      .catch((error: unknown) => send(response, refusal(options.log, error)))
      .then((code) => options.answers?.inc({ code }))
      .finally(() => drain(request, response));
  };
}

/** What a sender is told where INTAKE is poll. */
const intakeOff = "This server takes no webhooks: INTAKE is poll, and deliveries are read from GitHub's record of them.";

interface Answer {
  status: number;
  code: string;
  body: Record<string, unknown>;
}

async function serve(options: IntakeOptions & { budget: BodyBudget }, request: IncomingMessage): Promise<Answer> {
  if (options.off === true) throw new RepoWatchError('intake_off', intakeOff);
  const headers = checkHeaders(request);
  const hmacs = options.secrets.map((secret) => createHmac('sha256', secret));
  const digest = createHash('sha256');
  const body = await readBody(request, {
    maxBytes: maxBodyBytes,
    budget: options.budget,
    onChunk(chunk) {
      for (const hmac of hmacs) hmac.update(chunk);
      digest.update(chunk);
    },
    onEnd() {
      if (signatureFits(hmacs, headers.signature)) return;
      throw new RepoWatchError(
        'signature_invalid',
        'The signature does not fit the body. Check that the webhook secret here and on GitHub are the same.',
      );
    },
  });
  let accepting: ReturnType<AcceptDelivery> | undefined;
  try {
    const facts = readDeliveryFacts(headers, body.bytes);
    if (options.appId !== undefined && facts.targetAppId !== undefined && facts.targetAppId !== options.appId) {
      options.log.warn(
        { guid: facts.delivery.guid, target: facts.targetAppId },
        'A delivery is addressed to another App: its webhook address points here by mistake',
      );
    }
    accepting = options.accept({ ...facts.delivery, digest: digest.digest('hex') });
    const acceptance = await withDeadline(accepting, options.commitDeadlineMs ?? defaultCommitDeadlineMs);
    return { status: 202, code: acceptance.result, body: { result: acceptance.result, guid: facts.delivery.guid } };
  } finally {
    // The answer may come before the end of the commit, and the body stays in memory as long as that takes.
    if (accepting === undefined) body.release();
    else void accepting.catch(() => undefined).finally(() => body.release());
  }
}

/** The headers of a delivery, checked before a byte of the body is read. */
interface IntakeHeaders {
  signature: Buffer;
  event: string;
  guid: string;
  all: IncomingMessage['headers'];
}

function checkHeaders(request: IncomingMessage): IntakeHeaders {
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
  const event = requiredHeader(request, 'x-github-event');
  const guid = requiredHeader(request, 'x-github-delivery');
  const signature = request.headers['x-hub-signature-256'];
  if (typeof signature !== 'string')
    throw new RepoWatchError('signature_missing', 'The header X-Hub-Signature-256 is missing. Set a webhook secret on GitHub.');
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1];
  if (hex === undefined) throw new RepoWatchError('signature_invalid', 'The header X-Hub-Signature-256 is not sha256= and 64 hex digits.');
  return { signature: Buffer.from(hex, 'hex'), event, guid, all: request.headers };
}

function requiredHeader(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  if (typeof value !== 'string' || value === '') throw new RepoWatchError('header_missing', `The header ${name} is missing.`);
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(value))
    throw new RepoWatchError('header_invalid', `The header ${name} has a value that is not allowed.`);
  return value;
}

/** Compares with every secret, always all of them and in constant time, so that the time tells nothing (handbook A2, A4). */
function signatureFits(hmacs: Hmac[], signature: Buffer): boolean {
  let fits = false;
  for (const hmac of hmacs) if (timingSafeEqual(hmac.digest(), signature)) fits = true;
  return fits;
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
