import { z } from 'zod';
import { repositoryChangeTypes } from '../../changes/repository-change.ts';
import { actorSchema, githubIdSchema, repositorySchema } from '../facts.ts';
import type { RepositoryAction, Translation } from '../translation.ts';
import { findInstallation, readPayload, unhandledAction, withoutInstallation } from './read-payload.ts';

const actions = new Map<unknown, RepositoryAction>(
  repositoryChangeTypes.map((type) => {
    const action = type.slice('repository.'.length) as RepositoryAction;
    return [action, action];
  }),
);

const fromText = z.object({ from: z.string().nullish() }).optional().catch(undefined);
const ownerSchema = z.object({ id: githubIdSchema, login: z.string(), type: z.string().optional() }).optional();

const payloadSchema = z.object({
  repository: repositorySchema,
  sender: actorSchema,
  changes: z
    .object({
      repository: z.object({ name: fromText }).optional().catch(undefined),
      owner: z
        .object({ from: z.object({ user: ownerSchema, organization: ownerSchema }) })
        .optional()
        .catch(undefined),
      default_branch: fromText,
      description: fromText,
      homepage: fromText,
    })
    .nullish()
    .catch(null),
});

function readFrom(changes: z.output<typeof payloadSchema>['changes']): Record<string, unknown> {
  const from: Record<string, unknown> = {};
  if (!changes) return from;
  // The old owner is either a user or an organisation (handbook B7).
  const owner = changes.owner?.from.user ?? changes.owner?.from.organization;
  if (owner) {
    const type = owner.type ?? (changes.owner?.from.organization ? 'Organization' : 'User');
    from['owner'] = { github_id: owner.id, login: owner.login, type };
  }
  if (changes.repository?.name) from['name'] = changes.repository.name.from ?? null;
  for (const key of ['default_branch', 'description', 'homepage'] as const) {
    const before = changes[key];
    if (before) from[key] = before.from ?? null;
  }
  return from;
}

/** A change to a repository itself: made, deleted, archived, renamed, given away, shown, hidden (handbook B6). */
export function translateRepository(payload: Record<string, unknown>): Translation {
  const action = actions.get(payload['action']);
  if (!action) return unhandledAction('repository', payload['action']);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('repository');
  const result = readPayload('repository', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { repository, sender, changes } = result.read;
  return { result: 'repository', action, repository, installation, actor: sender, from: readFrom(changes) };
}
