import { randomUUID } from 'node:crypto';
import { firstDeliveryId, headersFor } from './webhook-sender.ts';
import type { Delivery, Json, World } from './world.ts';

/** A delivery of the past, for GitHub's record only: nothing is sent. */
export interface SeededDelivery {
  event: string;
  /** As an object, or as the text that was sent, for bytes that an object cannot show. */
  payload: Json | string;
  /** When it was sent; now when absent. */
  at?: string | Date;
  guid?: string;
  redelivery?: boolean;
  /** `OK` (by default) or what went wrong, in GitHub's words. */
  status?: string;
  statusCode?: number;
}

/** Far below those of deliveries that are really sent, which are newer. */
const seedDistance = 10n ** 17n;

/**
 * Puts deliveries into the record at their times, among those that are there. Those of one moment keep the order in which
 * they are given. Answers their GUIDs.
 */
export function seedDeliveries(world: World, seeds: SeededDelivery[]): string[] {
  const made = seeds.map((seed) => toDelivery(world, seed));
  world.deliveries.push(...made);
  world.deliveries.sort((one, other) => (one.id < other.id ? -1 : 1));
  return made.map(({ guid }) => guid);
}

let seeded = 0n;

function toDelivery(world: World, seed: SeededDelivery): Delivery {
  const { event, payload, redelivery = false, status = 'OK', guid = randomUUID() } = seed;
  const object = typeof payload === 'string' ? (JSON.parse(payload) as Json) : payload;
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const deliveredAt = seed.at === undefined ? world.now() : new Date(seed.at);
  seeded += 1n;
  return {
    // In the order of their times, as GitHub's are, and then of seeding.
    id: firstDeliveryId - seedDistance + BigInt(deliveredAt.getTime()) * 10_000n + (seeded % 10_000n),
    guid,
    event,
    action: typeof object['action'] === 'string' ? object['action'] : null,
    installationId: idOf(object['installation']),
    repositoryId: idOf(object['repository']),
    deliveredAt,
    redelivery,
    state: status === 'OK' ? 'answered' : 'failed',
    status,
    statusCode: seed.statusCode ?? (status === 'OK' ? 202 : 0),
    duration: 0.1,
    request: { headers: headersFor(world, { event, guid, body }), body },
    response: status === 'OK' ? { headers: {}, body: '{}' } : null,
  };
}

function idOf(object: unknown): number | null {
  const id = typeof object === 'object' && object !== null ? (object as Json)['id'] : undefined;
  return typeof id === 'number' ? id : null;
}
