import { z } from 'zod';
import { repositorySchema } from '../facts.ts';
import { ignored, type Translation } from '../translation.ts';
import { findInstallation, isRefName, longRefName, quote, readPayload, withoutInstallation } from './read-payload.ts';

const hintSchema = z.object({ ref: z.string().min(1), ref_type: z.string(), repository: repositorySchema });

/** What `create` and `delete` have in common: a ref's short name and no object id, so only a reason to look (handbook C10). */
export function translateRefHint(event: 'create' | 'delete', payload: Record<string, unknown>): Translation {
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation(event);
  const type = payload['ref_type'];
  if (typeof type === 'string' && type !== 'branch' && type !== 'tag') {
    return ignored('ref_not_tracked', `RepoWatch tracks branches and tags, and this ${event} delivery is about a ${quote(type)}`);
  }
  const result = readPayload(event, hintSchema, payload);
  if (!result.read) return result.refusal;
  const { ref, ref_type: kind, repository } = result.read;
  if (!isRefName(ref)) return longRefName(ref);
  return {
    result: 'ref_hint',
    repository,
    installation,
    hint: { kind: kind === 'tag' ? 'tag' : 'branch', name: ref, gone: event === 'delete' },
  };
}
