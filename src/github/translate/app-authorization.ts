import { z } from 'zod';
import { githubIdSchema } from '../facts.ts';
import type { Translation } from '../translation.ts';
import { readPayload, unhandledAction } from './read-payload.ts';

const payloadSchema = z.object({ sender: z.object({ id: githubIdSchema, login: z.string() }) });

/** A person took back what they said yes to; the installation stays. It names no installation (handbook I11). */
export function translateAppAuthorization(payload: Record<string, unknown>): Translation {
  if (payload['action'] !== 'revoked') return unhandledAction('github_app_authorization', payload['action']);
  const result = readPayload('github_app_authorization', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { id, login } = result.read.sender;
  return { result: 'person_left', user: { github_id: id, login } };
}
