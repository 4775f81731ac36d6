import { z } from 'zod';
import { accountSchema, actorSchema, toAccount } from '../facts.ts';
import type { Translation } from '../translation.ts';
import { findInstallation, readPayload, unhandledAction } from './read-payload.ts';

const fromText = z.object({ from: z.string().nullish() }).optional().catch(undefined);
const changesSchema = z.object({ login: fromText, slug: fromText }).nullish().catch(null);

const targetSchema = z.object({
  account: accountSchema,
  target_type: z.string().optional().catch(undefined),
  changes: changesSchema,
  sender: actorSchema,
});

const organizationSchema = z.object({ organization: accountSchema, changes: changesSchema, sender: actorSchema });

function readFrom(changes: z.output<typeof changesSchema>): string | null {
  return changes?.login?.from ?? changes?.slug?.from ?? null;
}

/** The account of an installation has another login; every App hears of it without asking (handbook A21, B10). */
export function translateInstallationTarget(payload: Record<string, unknown>): Translation {
  if (payload['action'] !== 'renamed') return unhandledAction('installation_target', payload['action']);
  const result = readPayload('installation_target', targetSchema, payload);
  if (!result.read) return result.refusal;
  const { account, target_type: targetType, changes, sender } = result.read;
  return {
    result: 'account',
    action: 'renamed',
    account: toAccount(account, targetType),
    from: readFrom(changes),
    installation: findInstallation(payload) ?? null,
    actor: sender,
  };
}

/** An organisation has another login, or was deleted with all that it had (handbook B10). */
export function translateOrganization(payload: Record<string, unknown>): Translation {
  const { action } = payload;
  if (action !== 'renamed' && action !== 'deleted') return unhandledAction('organization', action);
  const result = readPayload('organization', organizationSchema, payload);
  if (!result.read) return result.refusal;
  const { organization, changes, sender } = result.read;
  return {
    result: 'account',
    action,
    account: toAccount(organization, 'Organization'),
    from: readFrom(changes),
    installation: findInstallation(payload) ?? null,
    actor: sender,
  };
}
