import type { ProjectRole } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** Somebody whom a project names; without a number until they sign in for the first time. */
export interface ProjectMember {
  githubId: string | null;
  login: string;
  role: ProjectRole;
  addedBy: string;
  addedAt: Date;
}

const listSql = `select m.github_id as "githubId", coalesce(u.login, m.login) as login, m.role, m.added_by as "addedBy", m.added_at as "addedAt"
  from project_members m join projects p on p.id = m.project_id join installations i on i.id = p.installation_id
  left join github_users u on u.github_id = m.github_id and u.host = i.host where m.project_id = :projectId`;

/** Lists whom a project names, by login. */
export async function listMembers(db: Db, projectId: string): Promise<ProjectMember[]> {
  const { rows } = await db.raw<{ rows: ProjectMember[] }>(`${listSql} order by lower(coalesce(u.login, m.login))`, { projectId });
  return rows;
}

/** Finds whom a project names by this login, in any case. */
export async function findMember(db: Db, projectId: string, login: string): Promise<ProjectMember | undefined> {
  const { rows } = await db.raw<{ rows: ProjectMember[] }>(`${listSql} and lower(coalesce(u.login, m.login)) = lower(:login)`, {
    projectId,
    login,
  });
  return rows[0];
}

/** Names somebody in a project, or gives them another role. Whom RepoWatch knows is kept by their number: a login can pass to somebody else. */
export async function upsertMember(trx: Db, member: { projectId: string; login: string; role: ProjectRole; by: string }): Promise<void> {
  await trx.raw(
    `with known as (
       select u.github_id from github_users u join projects p on p.id = :projectId join installations i on i.id = p.installation_id and i.host = u.host
       where lower(u.login) = lower(:login) and u.revoked_at is null order by u.updated_at desc limit 1
     ), changed as (
       update project_members m set role = :role where m.project_id = :projectId
         and (m.github_id = (select k.github_id from known k) or (m.github_id is null and lower(m.login) = lower(:login))) returning 1
     )
     insert into project_members (project_id, github_id, login, role, added_by)
     select :projectId, (select k.github_id from known k), :login, :role, :by where not exists (select 1 from changed)
     on conflict (project_id, lower(login)) do update set role = excluded.role, github_id = excluded.github_id`,
    member,
  );
}

/** Takes somebody out of a project; answers whether they were in it. */
export async function deleteMember(trx: Db, projectId: string, login: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `delete from project_members m where m.project_id = :projectId and (lower(m.login) = lower(:login)
       or m.github_id in (select u.github_id from github_users u where lower(u.login) = lower(:login)))`,
    { projectId, login },
  );
  return rowCount > 0;
}
