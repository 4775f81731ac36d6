import type { Db } from '../db/connect.ts';
import { toStorableJson } from '../core/storable.ts';
import { comparable } from './reconcile-due.ts';

/** Somebody who may work on a repository. `role` is GitHub's own name of it, custom ones too (handbook F9); null when it was not told. */
export interface Member {
  github_id: string;
  login: string;
  type: string;
  role: string | null;
}

/** Where a repository is listed from: rows of another installation are not its own any more. */
interface Owner {
  id: string;
  installationId: string;
}

const upsertSql = `insert into members (repository_id, installation_id, github_id, login, type, role, observed_at)
  select :repository, :installation, item.github_id, item.login, item.type, item.role, :at
  from json_to_recordset(cast(:members as json)) as item (github_id bigint, login text, type text, role text)
  on conflict (repository_id, github_id) do update set installation_id = excluded.installation_id, login = excluded.login,
    type = excluded.type, role = coalesce(excluded.role, members.role), observed_at = excluded.observed_at
    where members.observed_at <= excluded.observed_at`;

function bindingsOf(repository: Owner, members: Member[], at: Date): Record<string, string> {
  const bindings = { repository: repository.id, installation: repository.installationId, members: toStorableJson(members), at };
  return bindings as unknown as Record<string, string>;
}

/** Takes over what an event says of one person; what is known by a later word stays. */
export async function applyMember(trx: Db, repository: Owner, event: { member: Member; removed: boolean; at: Date }): Promise<void> {
  const { member, removed, at } = event;
  if (!removed) await trx.raw(upsertSql, bindingsOf(repository, [member], at));
  else
    await trx.raw('delete from members where repository_id = ? and github_id = ? and observed_at <= ?', [
      repository.id,
      member.github_id,
      at,
    ]);
}

/** Makes a listing that was begun at `at` the truth: whom it lacks is gone, unless an event told of them since. */
export async function replaceMembers(trx: Db, repository: Owner, listing: { members: Member[]; at: Date; dueAt: Date }): Promise<void> {
  const { members, at, dueAt } = listing;
  await trx.raw(upsertSql, bindingsOf(repository, members, at));
  await trx.raw('delete from members where repository_id = ? and observed_at <= ? and not github_id = any(?::bigint[])', [
    repository.id,
    at,
    members.map((member) => member.github_id),
  ]);
  await trx.raw('update repositories set members_listed_at = ?, members_due_at = ?, members_error = null where id = ?', [
    at,
    dueAt,
    repository.id,
  ]);
}

/** Writes down why the people of a repository could not be listed; who is known stays. */
export async function recordMembersFailure(db: Db, repositoryId: string, failure: { error: string; dueAt: Date }): Promise<void> {
  await db.raw('update repositories set members_error = ?, members_due_at = ? where id = ?', [failure.error, failure.dueAt, repositoryId]);
}

/** Makes sure that the people of a repository are listed at `at` at the latest; answers GitHub's id, or undefined when they cannot be. */
export async function hastenMembers(db: Db, repositoryId: string, at: Date): Promise<string | undefined> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `update repositories r set members_due_at = least(r.members_due_at, ?) from installations i
     where i.id = r.installation_id and r.id = ? and ${comparable} returning r.github_id`,
    [at, repositoryId],
  );
  return rows[0]?.github_id;
}

/** True when the people of a repository are to be listed by now. */
export async function isMembersDue(db: Db, repositoryId: string, now: Date): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>('select 1 from repositories where id = ? and members_due_at <= ?', [
    repositoryId,
    now,
  ]);
  return rows.length > 0;
}

/** Lists repositories whose people are to be listed, the longest waiting first; their GitHub ids. */
export async function listDueMembers(db: Db, now: Date, limit: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select r.github_id from repositories r join installations i on i.id = r.installation_id
     where r.members_due_at <= ? and ${comparable} order by r.members_due_at limit ?`,
    [now, limit],
  );
  return rows.map((row) => row.github_id);
}

/** Plans the first listing of repositories whose installation granted `members` (handbook I3), some at a time, spread over an hour. */
export async function planMembers(db: Db, limit: number): Promise<void> {
  await db.raw(
    `update repositories set members_due_at = now() + random() * interval '1 hour' where id in (
       select r.id from repositories r join installations i on i.id = r.installation_id
       where i.permissions->>'members' is not null and r.members_due_at is null and ${comparable} limit ?)`,
    [limit],
  );
}
