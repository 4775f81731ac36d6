import { cleanJsonText } from '../core/storable.ts';
import type { Translation } from '../github/translation.ts';
import { ignored } from '../github/translation.ts';
import type { WaitingDelivery } from '../inbox/waiting-deliveries.ts';
import { readTriggerSender } from '../inbox/trigger-sender.ts';
import type { Context } from './context.ts';
import { translateInbound, translateTriggered, type InboundTranslation } from './translate-inbound.ts';

/** A delivery with its payload and what its sender's words mean in ours. */
export interface ParsedDelivery {
  delivery: WaitingDelivery;
  payload: Record<string, unknown>;
  translation: Translation | InboundTranslation;
}

/**
 * The payload in a stored body. What Postgres cannot hold as text is U+FFFD in it, because everything that is made of it
 * ends up there; the bytes themselves are kept as they came (threat model D4). Throws for what is not JSON.
 */
export function parsePayload(body: Buffer): Record<string, unknown> {
  return JSON.parse(cleanJsonText(body.toString('utf8'))) as Record<string, unknown>;
}

/** Reads the stored bytes and hands them to the Probot app, whose handlers translate. */
export async function parseDelivery(context: Pick<Context, 'receive'>, delivery: WaitingDelivery): Promise<ParsedDelivery> {
  let payload: Record<string, unknown>;
  try {
    payload = parsePayload(delivery.body);
  } catch {
    return { delivery, payload: {}, translation: ignored('unexpected_payload', 'the stored body is not JSON') };
  }
  const sender = delivery.source === 'trigger' ? readTriggerSender(delivery.sender) : undefined;
  if (sender === undefined)
    return { delivery, payload, translation: await context.receive({ id: delivery.guid, name: delivery.event, payload }) };
  const translation =
    sender.provider === 'github' ? await translateTriggered(context, delivery, payload) : translateInbound(sender, delivery, payload);
  return { delivery, payload, translation };
}
