import { z } from 'zod';
import { actorSchema, installationSchema, repositoryStubSchema } from '../facts.ts';
import type { InstallationAction, Translation } from '../translation.ts';
import { readPayload, unhandledAction } from './read-payload.ts';

const actions = new Map<unknown, InstallationAction>([
  ['added', 'repositories_added'],
  ['removed', 'repositories_removed'],
]);

const payloadSchema = z.object({
  installation: installationSchema,
  repository_selection: z.enum(['all', 'selected']).optional().catch(undefined),
  repositories_added: z.array(repositoryStubSchema).nullish(),
  repositories_removed: z.array(repositoryStubSchema).nullish(),
  requester: actorSchema,
  sender: actorSchema,
});

/** Repositories joined or left an installation. The lists are hints: they are empty when the selection flips from all (handbook B4). */
export function translateInstallationRepositories(payload: Record<string, unknown>): Translation {
  const action = actions.get(payload['action']);
  if (!action) return unhandledAction('installation_repositories', payload['action']);
  const result = readPayload('installation_repositories', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { read } = result;
  return {
    result: 'installation',
    action,
    // The event's own word is the newer one.
    installation: { ...read.installation, repository_selection: read.repository_selection ?? read.installation.repository_selection },
    actor: read.sender,
    requester: read.requester,
    repositories: [],
    added: read.repositories_added ?? [],
    removed: read.repositories_removed ?? [],
  };
}
