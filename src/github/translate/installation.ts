import { z } from 'zod';
import { actorSchema, installationSchema, repositoryStubSchema } from '../facts.ts';
import type { InstallationAction, Translation } from '../translation.ts';
import { readPayload, unhandledAction } from './read-payload.ts';

const actions: readonly InstallationAction[] = ['created', 'deleted', 'suspend', 'unsuspend', 'new_permissions_accepted'];

const payloadSchema = z.object({
  installation: installationSchema,
  repositories: z.array(repositoryStubSchema).nullish(),
  requester: actorSchema,
  sender: actorSchema,
});

/** The App was installed, removed, suspended, resumed, or got other permissions (handbook B1). */
export function translateInstallation(payload: Record<string, unknown>): Translation {
  const action = actions.find((known) => known === payload['action']);
  if (!action) return unhandledAction('installation', payload['action']);
  const result = readPayload('installation', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { installation, repositories, requester, sender } = result.read;
  return {
    result: 'installation',
    action,
    installation,
    actor: sender,
    requester,
    repositories: repositories ?? [],
    added: [],
    removed: [],
  };
}
