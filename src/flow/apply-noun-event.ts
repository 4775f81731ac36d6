import { transaction } from '../db/transaction.ts';
import type { Translation } from '../github/translation.ts';
import { settleDeliveries, type Settlement } from '../inbox/settle-deliveries.ts';
import { settleMeaning } from '../mirror/settle-meaning.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { admitRepository, readAgain, type Unseen } from './ensure-repository.ts';
import type { ParsedDelivery } from './parse-delivery.ts';
import { recordChange } from './record-change.ts';
import { requestValidationOfPull } from './request-validation.ts';
import { toSettlement } from './settlement.ts';
import { followMember } from './sync-members.ts';
import { syncConfig } from './sync-config.ts';

type NounTranslation = Extract<Translation, { result: 'noun' }>;

/**
 * Records what happened to a pull request, an issue, a comment, a release or a collaborator, once for all deliveries that
 * tell it, and settles the delivery in the same transaction. Answers why not, when its repository cannot be worked on.
 */
export async function applyNounEvent(context: Context, parsed: ParsedDelivery, translation: NounTranslation): Promise<Unseen | undefined> {
  const admitted = await admitRepository(context, parsed, translation);
  if (admitted.result !== 'repository') return admitted;
  let { repository } = admitted;
  if (repository.configStatus === 'unknown') {
    // When it cannot be loaded, the change waits for its watches, not the delivery for the configuration (match-missed.ts).
    await syncConfig(context, repository);
    repository = await readAgain(context, repository);
  }
  await transaction(context.db, async (trx) => {
    const settlement = await record(context, trx, { parsed, translation, repository });
    await settleDeliveries(trx, [settlement]);
  });
  return undefined;
}

async function record(
  context: Context,
  trx: Context['db'],
  event: { parsed: ParsedDelivery; translation: NounTranslation; repository: Repository },
): Promise<Settlement> {
  const { parsed, translation, repository } = event;
  const { delivery } = parsed;
  const { fact, opposite, byGuid } = translation.meaning;
  const text = byGuid ? `${fact}:${delivery.guid}` : fact;
  const meaning =
    opposite === undefined
      ? text
      : await settleMeaning(trx, { repositoryId: repository.id, fact: text, opposite, deliveryId: delivery.id });
  const recorded =
    meaning === undefined
      ? undefined
      : await recordChange(context, trx, {
          ...translation.change,
          repository,
          actor: translation.actor,
          meaning,
          origin: delivery.source,
          deliveryId: delivery.id,
          at: delivery.sentAt ?? delivery.receivedAt,
          event: parsed.payload,
        });
  const { type, data } = translation.change;
  if (recorded) await followMember(context, trx, { repository, change: translation.change, at: delivery.sentAt ?? delivery.receivedAt });
  if (recorded) await requestValidationOfPull(context, trx, { repository, type, data, at: delivery.sentAt ?? delivery.receivedAt });
  return toSettlement(
    delivery.id,
    recorded
      ? { result: 'change', ...recorded }
      : { result: 'ignored', code: 'already_known', reason: `${translation.change.type} of this was recorded before: it counts once` },
  )!;
}
