import { z } from 'zod';
import { repositorySchema } from '../facts.ts';
import type { Translation } from '../translation.ts';
import { findInstallation, readPayload, withoutInstallation } from './read-payload.ts';

/** A private repository was made public. `repository.publicized` says the same and makes the change; this only shows the repository (handbook B6). */
export function translatePublic(payload: Record<string, unknown>): Translation {
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('public');
  const result = readPayload('public', z.object({ repository: repositorySchema }), payload);
  if (!result.read) return result.refusal;
  const { repository } = result.read;
  return { result: 'sighting', repository, installation, reason: `${repository.full_name} is public now` };
}
