import { z } from 'zod';
import { failed, ok } from '../../../core/outcome.ts';
import type { GitHubAnswer, GitHubPermissions, GitHubRepository } from '../../github-access.ts';
import type { Dropped } from '../../github-compare.ts';

/** What can be done about who has access. */
const accessActions = ['add_collaborator', 'remove_collaborator', 'add_team', 'remove_team'] as const;

/** A change of access, for steps and for people. */
export const accessShape = {
  action: z.enum(accessActions),
  identifier: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'Write a login, or the slug of a team.')
    .describe('The login of a person, or the slug of a team.'),
  permission: z
    .string()
    .regex(/^[\w -]{1,100}$/)
    .default('push')
    .describe('pull, triage, push, maintain, admin, or the name of a role that the organisation has made.'),
};
const accessWish = z.object(accessShape);
export type AccessWish = z.output<typeof accessWish>;

/** What came of it. `invited`: they have no access until they accept; `member`: they have it now. */
type ChangedAccess = {
  action: AccessWish['action'];
  identifier: string;
  state: 'invited' | 'member' | 'removed';
  /** What GitHub says they may do now, where it says so. */
  permission: string | null;
  invitation_url: string | null;
  changed: boolean;
  dropped: Dropped[];
};

const isTeam = ({ action }: Pick<AccessWish, 'action'>) => action.endsWith('_team');

/** What the installation has to grant for a change of access (handbook G6). */
export function permissionsFor(wish: Pick<AccessWish, 'action'>): GitHubPermissions {
  return isTeam(wish) ? { administration: 'write', members: 'read' } : { administration: 'write' };
}

/** Gives or takes access. Whoever has it already is not invited again: GitHub allows 50 invitations a day. */
export async function changeAccess(
  repository: GitHubRepository,
  wish: AccessWish,
  ownerType: unknown,
): Promise<GitHubAnswer<ChangedAccess>> {
  if (isTeam(wish)) {
    if (ownerType !== 'User') return await changeTeam(repository, wish);
    const message = `${repository.owner} is a person's account and has no teams: name people for ${repository.owner}/${repository.name} instead.`;
    return failed('team_needs_organization', message);
  }
  return wish.action === 'add_collaborator' ? await addPerson(repository, wish) : await removePerson(repository, wish);
}

const invitationSchema = z.object({
  id: z.union([z.int(), z.bigint()]).transform(String),
  invitee: z.object({ login: z.string() }).nullish(),
  permissions: z.string(),
  html_url: z.string().nullish(),
});
type Invitation = z.output<typeof invitationSchema>;
const permissionSchema = z.object({ permission: z.string(), role_name: z.string().nullish() });

/** GitHub's older words for the same (handbook F9). */
const sameAs: Readonly<Record<string, string>> = { pull: 'read', push: 'write' };
const roleOf = (permission: string) => sameAs[permission] ?? permission;

const dropUnless = (permission: string, got: string | null): Dropped[] =>
  got === null || got === roleOf(permission) ? [] : [{ field: 'permission', value: permission }];

async function findInvitation(repository: GitHubRepository, login: string): Promise<GitHubAnswer<Invitation | undefined>> {
  const listed = await repository.list('/invitations', invitationSchema);
  if (!listed.ok) return listed;
  return ok(listed.value.find(({ invitee }) => invitee?.login.toLowerCase() === login.toLowerCase()));
}

/** The role of somebody in the repository; null without one. */
async function readRole(repository: GitHubRepository, login: string): Promise<GitHubAnswer<string | null>> {
  const read = await repository.read(`/collaborators/${login}/permission`, permissionSchema);
  if (!read.ok) return read;
  const { permission, role_name: role } = read.value;
  return ok(permission === 'none' ? null : (role ?? permission));
}

async function addPerson(
  repository: GitHubRepository,
  { action, identifier, permission }: AccessWish,
): Promise<GitHubAnswer<ChangedAccess>> {
  const done = { action, identifier, invitation_url: null, changed: true, dropped: [] };
  const role = await readRole(repository, identifier);
  if (!role.ok) return role;
  if (role.value === roleOf(permission)) return ok({ ...done, state: 'member', permission: role.value, changed: false });
  const pending = await findInvitation(repository, identifier);
  if (!pending.ok) return pending;
  const told = (invitation: Invitation, changed: boolean): GitHubAnswer<ChangedAccess> => {
    const { permissions: got, html_url: url } = invitation;
    return ok({ ...done, state: 'invited', permission: got, invitation_url: url ?? null, changed, dropped: dropUnless(permission, got) });
  };
  if (pending.value?.permissions === roleOf(permission)) return told(pending.value, false);
  const put = await repository.write({ method: 'PUT', path: `/collaborators/${identifier}`, body: { permission }, answer: z.unknown() });
  if (!put.ok) return put;
  const invitation = invitationSchema.safeParse(put.value);
  if (invitation.success) return told(invitation.data, true);
  const now = await readRole(repository, identifier);
  return now.ok ? ok({ ...done, state: 'member', permission: now.value, dropped: dropUnless(permission, now.value) }) : now;
}

async function removePerson(repository: GitHubRepository, { action, identifier }: AccessWish): Promise<GitHubAnswer<ChangedAccess>> {
  const pending = await findInvitation(repository, identifier);
  if (!pending.ok) return pending;
  const path = pending.value ? `/invitations/${pending.value.id}` : `/collaborators/${identifier}`;
  const removed = await repository.write({ method: 'DELETE', path, answer: z.unknown() });
  if (!removed.ok) return removed;
  const now = await readRole(repository, identifier);
  if (!now.ok) return now;
  // Whoever is an owner, or in a team with access, still gets in.
  const dropped = now.value === null ? [] : [{ field: 'identifier', value: identifier }];
  return ok({
    action,
    identifier,
    state: now.value === null ? 'removed' : 'member',
    permission: now.value,
    invitation_url: null,
    changed: true,
    dropped,
  });
}

async function changeTeam(
  repository: GitHubRepository,
  { action, identifier, permission }: AccessWish,
): Promise<GitHubAnswer<ChangedAccess>> {
  const adds = action === 'add_team';
  const written = await repository.write({
    method: adds ? 'PUT' : 'DELETE',
    at: 'organization',
    path: `/teams/${identifier}/repos/${repository.owner}/${repository.name}`,
    ...(adds && { body: { permission } }),
    answer: z.unknown(),
  });
  if (!written.ok) return written;
  const state = adds ? ('member' as const) : ('removed' as const);
  return ok({ action, identifier, state, permission: adds ? roleOf(permission) : null, invitation_url: null, changed: true, dropped: [] });
}
