import { transaction } from '../db/transaction.ts';
import { settleDeliveries, type Settlement } from '../inbox/settle-deliveries.ts';
import { findTrigger } from '../inbox/triggers.ts';
import { findRepositories } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { readAgain } from './ensure-repository.ts';
import type { ParsedDelivery } from './parse-delivery.ts';
import { recordChange } from './record-change.ts';
import { refuseRepository } from './refuse.ts';
import { toSettlement } from './settlement.ts';
import { syncConfig } from './sync-config.ts';
import type { InboundTranslation } from './translate-inbound.ts';

/** Records what another system told through a trigger, once for its message, and settles the delivery in the same transaction. */
export async function applyInbound(context: Context, parsed: ParsedDelivery, translation: InboundTranslation): Promise<void> {
  const { delivery } = parsed;
  const trigger = await findTrigger(context.db, translation.triggerId);
  const repository =
    trigger && (await findRepositories(context.db, context.host, [trigger.repositoryGithubId])).get(trigger.repositoryGithubId);
  if (!trigger || !repository) {
    const reason = 'the trigger was deleted, or its repository belongs to another installation now';
    return await settle(context, { id: delivery.id, status: 'ignored', code: 'trigger_unknown', reason });
  }
  const refusal = refuseRepository(repository);
  if (refusal) return await settle(context, { id: delivery.id, status: 'ignored', ...refusal });
  // When it cannot be loaded, the change waits for its watches, not the delivery for the configuration (match-missed.ts).
  if (repository.configStatus === 'unknown') await syncConfig(context, repository);
  const current = repository.configStatus === 'unknown' ? await readAgain(context, repository) : repository;
  const { id, name, provider } = trigger;
  await transaction(context.db, async (trx) => {
    const recorded = await recordChange(context, trx, {
      type: 'inbound.received',
      data: { trigger: { id, name, provider }, ...translation.data },
      repository: current,
      actor: translation.actor,
      // An id that nobody signed is anybody's word: without a signed one the bytes are the message (threat model D5).
      meaning: `inbound:${id}:${provider === 'generic' && !delivery.hasSignedGuid ? delivery.digest : delivery.guid}`,
      origin: 'trigger',
      deliveryId: delivery.id,
      at: delivery.sentAt ?? delivery.receivedAt,
      event: parsed.payload,
      ...(translation.data.ref && { refName: translation.data.ref.name }),
    });
    const known = { result: 'ignored', code: 'already_known', reason: 'this message was recorded before: it counts once' } as const;
    await settleDeliveries(trx, [toSettlement(delivery.id, recorded ? { result: 'change', ...recorded } : known)!]);
  });
}

async function settle(context: Context, settlement: Settlement): Promise<void> {
  await settleDeliveries(context.db, [settlement]);
}
