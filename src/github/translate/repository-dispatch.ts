import { z } from 'zod';
import { ignored, type Translation } from '../translation.ts';
import { quote, readPayload } from './read-payload.ts';

const payloadSchema = z.object({
  action: z.string(),
  sender: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
  client_payload: z.record(z.string(), z.unknown()).nullish().catch(null),
});

/**
 * A dispatch comes back to the App that sent it (handbook G4). It stays among the deliveries, where a step whose answer was lost finds
 * it (flow/hear-of.ts), and nothing else comes of it: a watch that heard its own dispatch could go round for ever.
 */
export function translateRepositoryDispatch(payload: Record<string, unknown>): Translation {
  const parsed = readPayload('repository_dispatch', payloadSchema, payload);
  if (!parsed.read) return parsed.refusal;
  const { action, sender, client_payload: given } = parsed.read;
  const isOurs = sender?.type === 'Bot' && typeof given?.['repowatch'] === 'object';
  if (isOurs) return ignored('own_effect', `RepoWatch sent the dispatch ${quote(action)} itself: this is GitHub telling of it`);
  return ignored('unhandled_event', `Watches cannot ask for repository_dispatch; ${quote(action)} is for workflows`);
}
