import { z } from 'zod';
import { memberChangeTypes, type MemberChangeType } from '../../changes/member-change.ts';
import { repositorySchema } from '../facts.ts';
import type { Translation } from '../translation.ts';
import { toggled, type Meaning } from '../meaning.ts';
import { identity, person } from './payload-parts.ts';
import { findInstallation, readPayload, unhandledAction, withoutInstallation } from './read-payload.ts';

const types = new Map<unknown, MemberChangeType>(memberChangeTypes.map((type) => [type.slice('member.'.length), type]));

const fromTo = z
  .object({ from: z.string().max(200).nullish(), to: z.string().max(200).nullish() })
  .optional()
  .catch(undefined);

const payloadSchema = z.object({
  repository: repositorySchema,
  sender: person,
  member: person,
  changes: z.object({ role_name: fromTo, permission: fromTo, old_permission: fromTo }).nullish().catch(null),
});
type Payload = z.output<typeof payloadSchema>;

/**
 * Nothing in the payload says when: added and removed take turns, so that the same fact is news after its opposite; an edit
 * has only its GUID.
 */
function toMeaning(type: MemberChangeType, member: string): Meaning {
  return type === 'member.edited' ? { fact: `${type}:${member}`, byGuid: true } : toggled(type, member);
}

function readRoles(changes: Payload['changes']): { role: string | null; from: { role?: string | null } } {
  // Custom roles only show in `role_name`; `old_permission` is what older servers call it (handbook F9, F10).
  const { role_name: roleName, permission, old_permission: oldPermission } = changes ?? {};
  const before = roleName?.from ?? permission?.from ?? oldPermission?.from;
  return {
    role: roleName?.to ?? permission?.to ?? null,
    from: before === undefined || before === null ? {} : { role: before },
  };
}

/** A direct collaborator came, went or got another role; access through teams has other events (handbook F10). */
export function translateMember(payload: Record<string, unknown>): Translation {
  const type = types.get(payload['action']);
  if (!type) return unhandledAction('member', payload['action']);
  const installation = findInstallation(payload);
  if (!installation) return withoutInstallation('member');
  const result = readPayload('member', payloadSchema, payload);
  if (!result.read) return result.refusal;
  const { repository, sender, changes } = result.read;
  const { role, from } = readRoles(changes);
  return {
    result: 'noun',
    repository,
    installation,
    actor: sender,
    change: {
      type,
      data: { member: result.read.member ?? { id: null, login: 'ghost', type: 'User' }, role, from: type === 'member.edited' ? from : {} },
    },
    meaning: toMeaning(type, identity.parse(payload['member'])),
  };
}
