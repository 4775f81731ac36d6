import type { ProjectFollow } from '../core/statuses.ts';
import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import { followsSql } from '../db/follows.ts';

/** What people say of a project. */
export interface ProjectWords {
  name: string;
  enabled: boolean;
  /** Names of branches, and GitHub's patterns; at least one. */
  branches: readonly string[];
  /** How old what is known of its repositories may become. Minutes, 1 to 1440. */
  checkInterval: number;
  follow: ProjectFollow;
}

/** A project: a named group inside one installation that follows repositories. */
export interface Project extends ProjectWords {
  id: string;
  installationId: string;
  /** Counts up with each edit of the project, its actions or what it follows. */
  version: number;
}

/** A repository that a project follows, or that was taken out of it. */
export interface FollowedRepository {
  id: string;
  githubId: string;
  fullName: string;
}

const columns = `p.id, p.installation_id as "installationId", p.name, p.enabled, p.branches, p.check_interval as "checkInterval", p.follow, p.version`;

/** Inserts a project and answers its id; undefined when its installation has one of this name. */
export async function insertProject(
  trx: Db,
  project: ProjectWords & { installationId: string; createdBy: string },
): Promise<string | undefined> {
  const { installationId, name, enabled, branches, checkInterval, follow, createdBy } = project;
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into projects (installation_id, name, enabled, branches, check_interval, follow, created_by) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (installation_id, lower(name)) do nothing returning id`,
    [installationId, name, enabled, toStorableJson(branches), checkInterval, follow, createdBy],
  );
  return rows[0]?.id;
}

/** Finds a project by its id. */
export async function findProject(db: Db, id: string): Promise<Project | undefined> {
  const { rows } = await db.raw<{ rows: Project[] }>(`select ${columns} from projects p where p.id = ?`, [id]);
  return rows[0];
}

/** Locks a project until the transaction ends: edits of one go one after the other. Undefined when there is none. */
export async function lockProject(trx: Db, id: string): Promise<Project | undefined> {
  const { rows } = await trx.raw<{ rows: Project[] }>(`select ${columns} from projects p where p.id = ? for update`, [id]);
  return rows[0];
}

/** Finds a project of an installation by its name, in any case. */
export async function findProjectByName(db: Db, installationId: string, name: string): Promise<Project | undefined> {
  const { rows } = await db.raw<{ rows: Project[] }>(
    `select ${columns} from projects p where p.installation_id = ? and lower(p.name) = lower(?)`,
    [installationId, name],
  );
  return rows[0];
}

/** Writes what people say of a project; answers false when another one of its installation has the name. */
export async function updateProject(trx: Db, id: string, words: ProjectWords): Promise<boolean> {
  const { name, enabled, branches, checkInterval, follow } = words;
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update projects p set name = :name, enabled = :enabled, branches = :branches, check_interval = :checkInterval, follow = :follow, updated_at = now()
     where p.id = :id and not exists (select 1 from projects o
       where o.installation_id = p.installation_id and lower(o.name) = lower(:name) and o.id <> p.id)`,
    { id, name, enabled, branches: toStorableJson(branches), checkInterval, follow } as unknown as Record<string, string>,
  );
  return rowCount > 0;
}

/** Makes a version the one that holds the actions of a project, null for none, and counts the edit. */
export async function useProjectConfig(trx: Db, id: string, configId: string | null): Promise<void> {
  await trx.raw('update projects set config_id = ?, version = version + 1, updated_at = now() where id = ?', [configId, id]);
}

/** Deletes a project with its members, actions and what it follows; answers false when there was none. */
export async function deleteProject(trx: Db, id: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>('delete from projects where id = ?', [id]);
  return rowCount > 0;
}

/** Lets a project follow a repository, or no more; answers whether that is news. */
export async function setFollowing(
  trx: Db,
  follow: { projectId: string; repositoryId: string; following: boolean; by: string },
): Promise<boolean> {
  const { projectId, repositoryId, following, by } = follow;
  const { rows } = await trx.raw<{ rows: { before: boolean }[] }>(
    `select ${followsSql('p', 'r')} as before from projects p join repositories r on r.id = ? where p.id = ?`,
    [repositoryId, projectId],
  );
  await trx.raw(
    `insert into project_repositories (project_id, repository_id, following, changed_by) values (?, ?, ?, ?)
     on conflict (project_id, repository_id) do update set following = excluded.following, changed_by = excluded.changed_by, changed_at = now()
     where project_repositories.following <> excluded.following`,
    [projectId, repositoryId, following, by],
  );
  return rows[0]?.before !== following;
}

/** Lists the repositories that a project follows and that are part of the installation, by their names. */
export async function listFollowed(db: Db, projectId: string): Promise<FollowedRepository[]> {
  const { rows } = await db.raw<{ rows: FollowedRepository[] }>(
    `select r.id, r.github_id as "githubId", r.full_name as "fullName" from projects p join repositories r on ${followsSql('p', 'r')}
     where p.id = ? and r.removed_at is null order by lower(r.full_name), r.id`,
    [projectId],
  );
  return rows;
}

/** Lists the repositories that a project which follows all does not follow because they were taken out of it, by their names. */
export async function listLeftOut(db: Db, projectId: string): Promise<FollowedRepository[]> {
  const { rows } = await db.raw<{ rows: FollowedRepository[] }>(
    `select r.id, r.github_id as "githubId", r.full_name as "fullName" from projects p
     join project_repositories f on f.project_id = p.id and not f.following
     join repositories r on r.id = f.repository_id and r.installation_id = p.installation_id
     where p.id = ? and p.follow = 'all' and r.removed_at is null order by lower(r.full_name), r.id`,
    [projectId],
  );
  return rows;
}
