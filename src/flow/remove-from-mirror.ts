import type { Departure } from '../changes/project-change.ts';
import type { Actor } from '../changes/ref-change.ts';
import type { ChangeOrigin } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { lockDeparting, lockElsewhere, removeRepositories, type Departing, type Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import type { ParsedDelivery } from './parse-delivery.ts';
import { recordChange } from './record-change.ts';

/** From where it is known that something happened to an installation or a repository. */
export interface Source {
  deliveryId: string | null;
  /** Tells this happening from every other: a delivery's GUID, the time of a listing. */
  key: string;
  origin: ChangeOrigin;
  at: Date;
  actor: Actor | null;
  /** The raw payload, for the `event` context. */
  event: Record<string, unknown>;
}

/** A delivery as the place where something is known from. */
export function sourceOf({ delivery, payload }: ParsedDelivery, actor: Actor | null): Source {
  const { id, guid, source, sentAt, receivedAt } = delivery;
  return { deliveryId: id, key: guid, origin: source, at: sentAt ?? receivedAt, actor, event: payload };
}

/** A listing as the place where something is known from; its moment tells it from every other. */
export function sourceOfListing(at: Date): Source {
  return { deliveryId: null, key: `listing:${at.toISOString()}`, origin: 'reconcile', at, actor: null, event: {} };
}

/** Repositories that leave an installation, and why. */
interface Leaving {
  installationId: string;
  which: Departing;
  departure: Departure;
  /** Why, for people. */
  reason: string;
  source: Source;
}

/** How many repositories leave in one transaction. */
const atOnce = 100;

/**
 * Removes repositories from the mirror, softly, and asks their watches before: afterwards nobody would be there to be asked
 * (R070). What was removed before is left alone, so a removal that is told twice happens once. Answers how many went.
 */
export async function removeFromMirror(context: Context, leaving: Leaving): Promise<number> {
  for (let removed = 0; ;) {
    const count = await transaction(context.db, (trx) => removeSome(context, trx, leaving));
    removed += count;
    if (count < atOnce) return removed;
  }
}

async function removeSome(context: Context, trx: Db, leaving: Leaving): Promise<number> {
  const repositories = await lockDeparting(trx, leaving, atOnce);
  for (const repository of repositories) await recordDeparture(context, trx, { ...leaving, repository });
  await removeRepositories(
    trx,
    repositories.map((repository) => repository.id),
    leaving.reason,
  );
  return repositories.length;
}

/**
 * For repositories that another living installation had until now: they leave it, whatever comes first, its own event about the
 * removal or the new owner's about the arrival (handbook B7). To be called before they are written to the new one.
 */
export async function recordMoves(
  context: Context,
  trx: Db,
  arrival: { installationId: string; githubIds: string[]; askedAt?: Date; source: Source },
): Promise<void> {
  for (const repository of await lockElsewhere(trx, context.host, arrival))
    await recordDeparture(context, trx, { repository, departure: 'removed_from_installation', source: arrival.source });
}

async function recordDeparture(
  context: Context,
  trx: Db,
  { repository, departure, source }: { repository: Repository; departure: Departure; source: Source },
): Promise<void> {
  const { actor, origin, deliveryId, at, event } = source;
  const data = { reason: departure };
  const meaning = `project.deleted:${source.key}`;
  await recordChange(context, trx, { repository, type: 'project.deleted', data, actor, meaning, origin, deliveryId, at, event });
}
