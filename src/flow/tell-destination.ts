import type { DestinationChangeType } from '../changes/destination-change.ts';
import { describeError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import type { Sender } from '../destinations/judge-health.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import type { Context } from './context.ts';
import type { DestinationNews } from './destination-book.ts';
import { recordChange } from './record-change.ts';

interface Told {
  type: DestinationChangeType;
  id: string;
  origin: string;
  code: string | null;
  message: string | null;
  opensAt: Date | null;
  /** What makes this rest another one than the last. */
  since: string;
  sender: Sender | undefined;
}

/**
 * Tells once that a destination rests, works again, or is gone: in the log, and as a change of the repository whose run found it out, for
 * watches with `on: repowatch`. Not of what such a watch itself runs into, or two destinations could tell of each other for ever.
 */
export async function tellDestination(context: Context, trx: Db, news: DestinationNews): Promise<void> {
  const told = describe(news);
  const { type, id, origin, code, message, opensAt, sender } = told;
  const level = type === 'destination.recovered' ? 'info' : 'warn';
  context.log[level]({ destination: id, origin, code, until: opensAt?.toISOString() }, `Told of a destination: ${type}`);
  if (sender === undefined || sender.changeType.startsWith('destination.')) return;
  const repository = await findRepositoryById(trx, sender.repositoryId);
  if (repository === undefined || repository.removedAt !== null) return;
  await transaction(trx, (inner) =>
    recordChange(context, inner, {
      type,
      data: { destination: { id, origin, code, message, opens_at: opensAt?.toISOString() ?? null, run_id: sender.runId } },
      repository,
      actor: null,
      meaning: `${type}:${id}:${told.since}`,
      origin: 'trigger',
      deliveryId: null,
      at: context.clock.now(),
      event: {},
    }),
  ).catch((error: unknown) => {
    // The state counts more than the news of it.
    context.log.warn({ destination: id, error: describeError(error) }, 'News of a destination could not be told to the watches');
  });
}

function describe(news: DestinationNews): Told {
  if (news.what === 'disabled') {
    const { id, gone } = news;
    const { origin, message, sender } = gone;
    return { type: 'destination.disabled', id, origin, code: 'webhook_gone', message, opensAt: null, since: sender.runId, sender };
  }
  const { id, origin, opensAt, failure, since, observed } = news.destination;
  return {
    type: `destination.${news.what}`,
    id,
    origin,
    code: failure?.code ?? null,
    message: failure?.message ?? null,
    opensAt,
    since: since.toISOString(),
    sender: observed.sender,
  };
}
