import { createHash } from 'node:crypto';
import type { Door, DoorRequest, DoorResponse } from '../actions/door.ts';
import { standardSign } from '../actions/destination-sign.ts';
import { parseRetryAfter } from '../actions/webhook/judge.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, type Outcome } from '../core/outcome.ts';
import type { Sender } from '../destinations/judge-health.ts';
import type { DestinationBook } from './destination-book.ts';

/** What did not leave, and when to come again. */
export interface Refusal {
  code: 'destination_resting' | 'destination_busy';
  message: string;
  /** Null when it only has to wait for its turn. */
  destinationId: string | null;
  retryAfterSeconds: number;
}

/** The way out of one attempt: the door, behind what is known of the destinations. */
export interface DestinationDoor {
  door: Door;
  /** The first request that was not let through. */
  refusal(): Refusal | undefined;
  /** True when another request has left: making the attempt again would repeat it. */
  hasSent(): boolean;
}

interface Way {
  book: DestinationBook;
  door: Door;
  installationId: string;
  sender: Sender;
  now: () => Date;
}

/** Beyond the time of its request a probe counts as lost after this; the process that had it has died then. Milliseconds. */
const probeGraceMs = 30_000;

/** How soon somebody comes again who found all hands busy, or a probe under way. Seconds. */
const soonSeconds = 2;

/** Failures to reach a place; other codes of the door are about the request. */
const failingCodes = new Set<ErrorCode>(['webhook_timeout', 'webhook_unreachable', 'webhook_failed']);

/** Opens the way out for one attempt. Every kind goes this way, so that none of them hammers on a receiver that is down. */
export function openDestinationDoor(way: Way): DestinationDoor {
  let refusal: Refusal | undefined;
  let sent = false;
  const request = async (asked: DoorRequest): Promise<Outcome<DoorResponse, ErrorCode>> => {
    const url = URL.parse(asked.url);
    // What is no address, or may not be called, is the door's to say.
    if (url === null || asked.signal.aborted) return await way.door.request(asked);
    await way.book.refresh();
    const admitted = await admit(way, url, asked);
    if (!admitted.ok) {
      if (admitted.refusal) refusal ??= admitted.refusal;
      return failed(admitted.code, admitted.message);
    }
    const key = `${way.installationId} ${url.origin}`;
    if (!(await way.book.slots.take(key))) {
      if (admitted.probeOf !== undefined) await way.book.release(admitted.probeOf);
      const message = `Many requests to ${url.origin} are under way; this one waits for its turn.`;
      refusal ??= { code: 'destination_busy', message, destinationId: null, retryAfterSeconds: soonSeconds };
      return failed('destination_busy', message);
    }
    sent = true;
    try {
      return await send(way, { asked, url, probeOf: admitted.probeOf });
    } finally {
      way.book.slots.give(key);
    }
  };
  return { door: { request, close: () => Promise.resolve() }, refusal: () => refusal, hasSent: () => sent };
}

type Admitted = { ok: true; probeOf: string | undefined } | { ok: false; code: ErrorCode; message: string; refusal?: Refusal };

async function admit({ book, installationId }: Way, url: URL, { timeoutMs }: DoorRequest): Promise<Admitted> {
  const isGone = () => book.hasDisabled() && book.find(installationId, url.origin, endpointOf(url)) !== undefined;
  // Nobody is turned away by what this process remembers: the destination may just have recovered, or been switched on.
  if (isGone() || book.find(installationId, url.origin) !== undefined) await book.confirm();
  if (isGone())
    return {
      ok: false,
      code: 'destination_disabled',
      message: `An address of ${url.origin} said that it is gone and is switched off; change the url, or switch it on with POST /api/destinations/ID/enable.`,
    };
  const known = book.find(installationId, url.origin);
  if (known === undefined) return { ok: true, probeOf: undefined };
  const age = performance.now() - known.readAt;
  const leftMs = (known.state === 'resting' ? known.opensInMs : known.probeInMs) - age;
  if (leftMs <= 0 && (await book.claim(known.id, timeoutMs + probeGraceMs))) return { ok: true, probeOf: known.id };
  const now = book.find(installationId, url.origin);
  if (now === undefined) return { ok: true, probeOf: undefined };
  // While a probe is under way its end wakes those who wait; this is for the case that nobody does.
  const seconds = now.state === 'resting' ? now.opensInMs / 1000 : soonSeconds;
  const message = `${url.origin} failed many times in a row and is left alone for a while; nothing was sent.`;
  const refusal = { code: 'destination_resting', message, destinationId: now.id, retryAfterSeconds: Math.max(seconds, 1) } as const;
  return { ok: false, code: refusal.code, message, refusal };
}

interface Sent {
  asked: DoorRequest;
  url: URL;
  probeOf: string | undefined;
}

async function send(way: Way, sent: Sent): Promise<Outcome<DoorResponse, ErrorCode>> {
  const { asked, url, probeOf } = sent;
  const from = performance.now();
  const at = way.now();
  const answer = await way.door.request(asked);
  const sign = answer.ok ? (asked.sign ?? standardSign)(answer.value.status) : failingCodes.has(answer.code) ? 'failing' : undefined;
  if (sign === undefined) {
    if (probeOf !== undefined) await way.book.release(probeOf);
    return answer;
  }
  const { installationId, sender } = way;
  const isFailing = sign === 'failing';
  await way.book.observe(
    { installationId, origin: url.origin },
    {
      at,
      sign: isFailing ? 'failing' : 'fine',
      ms: performance.now() - from,
      ...describe(answer, url, { isFailing }),
      retryAfterSeconds: answer.ok && isFailing ? parseRetryAfter(answer.value.headers['retry-after'], at) : undefined,
      probe: probeOf !== undefined,
      sender,
    },
  );
  if (sign === 'gone')
    await way.book.disable({
      installationId,
      origin: url.origin,
      endpoint: endpointOf(url),
      message: `An address of ${url.origin} answered that it is gone for good.`,
      sender,
    });
  return answer;
}

function describe(answer: Outcome<DoorResponse, ErrorCode>, url: URL, { isFailing }: { isFailing: boolean }) {
  if (!isFailing) return { code: null, message: null };
  return answer.ok
    ? { code: 'webhook_failed', message: `${url.origin} answered ${answer.value.status}.` }
    : { code: answer.code, message: answer.message };
}

/** A place for the whole address that tells nobody what it is. */
function endpointOf(url: URL): string {
  return createHash('sha256').update(`${url.origin}${url.pathname}${url.search}`).digest('hex');
}
