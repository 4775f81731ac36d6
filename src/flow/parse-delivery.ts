import type { Translation } from '../github/translation.ts';
import { ignored } from '../github/translation.ts';
import type { WaitingDelivery } from '../inbox/waiting-deliveries.ts';
import type { Context } from './context.ts';

/** A delivery with its payload and what GitHub's words mean in ours. */
export interface ParsedDelivery {
  delivery: WaitingDelivery;
  payload: Record<string, unknown>;
  translation: Translation;
}

/** Reads the stored bytes and hands them to the Probot app, whose handlers translate. */
export async function parseDelivery(context: Pick<Context, 'receive'>, delivery: WaitingDelivery): Promise<ParsedDelivery> {
  let payload: unknown;
  try {
    payload = JSON.parse(delivery.body.toString('utf8'));
  } catch {
    return { delivery, payload: {}, translation: ignored('unexpected_payload', 'the stored body is not JSON') };
  }
  const translation = await context.receive({ id: delivery.guid, name: delivery.event, payload });
  return { delivery, payload: payload as Record<string, unknown>, translation };
}
