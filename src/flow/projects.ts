import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { refreshProjectPace } from '../mirror/project-pace.ts';
import {
  deleteProject,
  insertProject,
  listFollowed,
  listLeftOut,
  lockProject,
  setFollowing,
  updateProject,
  type Project,
  type ProjectWords,
} from '../projects/projects.ts';
import type { Context } from './context.ts';
import { editProject, noteProject, type AskedBy, type ProjectPlace } from './edit-project.ts';

/** A project to be made, with our ids of the repositories that it follows. */
export interface NewProject {
  installationId: string;
  words: ProjectWords;
  repositoryIds: readonly string[];
}

/** Makes a project and answers its id. Throws `conflict` when its installation has one of this name. */
export async function createProject(context: Context, wish: NewProject, asked: AskedBy): Promise<string> {
  const { installationId, words, repositoryIds } = wish;
  const by = asked.by?.login ?? 'repowatch';
  return await transaction(context.db, async (trx) => {
    const made = await insertProject(trx, { ...words, installationId, createdBy: by });
    if (made === undefined) throw nameTaken(words.name);
    const project = (await lockProject(trx, made))!;
    await followAll(trx, { project, repositoryIds, by: asked });
    await refreshProjectPace(trx, { installationId });
    await noteProject(trx, asked, { action: 'project.created', project, after: words });
    return made;
  });
}

/** What is changed of a project; what is left out stays. */
export interface ProjectUpdate {
  words: Partial<ProjectWords>;
  /** Exactly these are followed from now on; undefined leaves it. */
  repositoryIds?: readonly string[] | undefined;
}

/** Changes a project. What is known of its branches is the mirror's and stays as it is: nothing fires anew. */
export async function changeProject(context: Context, place: ProjectPlace, update: ProjectUpdate): Promise<void> {
  const { asked } = place;
  await editProject(context, place, async (trx, project) => {
    const { id, installationId, version: _version, ...before } = project;
    const words = { ...before, ...update.words };
    if (!(await updateProject(trx, id, words))) throw nameTaken(words.name);
    const { repositoryIds } = update;
    if (repositoryIds) await followExactly(trx, { project, repositoryIds, by: asked });
    await noteProject(trx, asked, { action: 'project.changed', project: { id, installationId, name: words.name }, before, after: words });
  });
}

/** What went with a project. */
export interface RemovedProject {
  actions: number;
  parameters: number;
  secrets: number;
  members: number;
  repositories_unfollowed: number;
}

/** Deletes a project with everything that belongs to it; repositories, changes and runs stay. Answers what went. */
export async function removeProject(context: Context, place: ProjectPlace): Promise<RemovedProject> {
  return await editProject(context, place, async (trx, project) => {
    const { rows } = await trx.raw<{ rows: Omit<RemovedProject, 'repositories_unfollowed'>[] }>(
      `select (select count(*)::int from project_actions a where a.project_id = :id) as actions,
         (select coalesce(sum(jsonb_array_length(a.definition -> 'parameters')), 0)::int from project_actions a where a.project_id = :id) as parameters,
         (select count(*)::int from secrets s where s.project_id = :id) as secrets,
         (select count(*)::int from project_members m where m.project_id = :id) as members`,
      { id: project.id },
    );
    const followed = await listFollowed(trx, project.id);
    const removed = { ...rows[0]!, repositories_unfollowed: followed.length };
    await deleteProject(trx, project.id);
    await noteProject(trx, place.asked, { action: 'project.deleted', project, before: removed });
    return removed;
  });
}

/** Lets a project follow a repository, or no more; answers whether that is news. */
export async function followRepository(
  context: Context,
  place: ProjectPlace,
  wish: { repositoryId: string; following: boolean },
): Promise<boolean> {
  return await editProject(context, place, (trx, project) => setOne(trx, { project, ...wish, asked: place.asked }));
}

/** Makes a project the one that an installation belongs to, or takes that back. */
export async function linkInstallation(
  context: Context,
  wish: { installationId: string; projectId: string | null },
  asked: AskedBy,
): Promise<void> {
  const { installationId, projectId } = wish;
  await transaction(context.db, async (trx) => {
    const project = projectId === null ? undefined : await lockProject(trx, projectId);
    if (projectId !== null && project?.installationId !== installationId)
      throw new RepoWatchError('request_invalid', `Project ${projectId} lies in another installation. A project is linked where it lies.`, {
        details: [{ path: 'project_id', message: 'names no project of this installation' }],
      });
    const { rows } = await trx.raw<{ rows: { before: string | null }[] }>(
      `update installations i set project_id = ? from (select id, project_id from installations where id = ? for update) b
       where i.id = b.id returning b.project_id as before`,
      [projectId, installationId],
    );
    const id = projectId ?? rows[0]?.before;
    if (id === null || id === undefined) return;
    const named = project ?? { id, name: id, installationId };
    await noteProject(trx, asked, { action: projectId === null ? 'installation.unlinked' : 'installation.linked', project: named });
  });
}

function nameTaken(name: string): RepoWatchError {
  return new RepoWatchError('conflict', `There is a project called ${name} already in this installation. Give another name.`, {
    details: [{ path: 'name', message: 'is taken' }],
  });
}

/** Lets a project follow these repositories beside what it follows. */
async function followAll(trx: Db, wish: { project: Project; repositoryIds: readonly string[]; by: AskedBy }): Promise<void> {
  const { project, repositoryIds, by } = wish;
  for (const repositoryId of repositoryIds) await setOne(trx, { project, repositoryId, following: true, asked: by });
}

/** Lets a project follow exactly these repositories. */
export async function followExactly(trx: Db, wish: { project: Project; repositoryIds: readonly string[]; by: AskedBy }): Promise<void> {
  const { project, repositoryIds, by } = wish;
  const gone = (await listFollowed(trx, project.id)).filter(({ id }) => !repositoryIds.includes(id));
  for (const { id: repositoryId } of gone) await setOne(trx, { project, repositoryId, following: false, asked: by });
  await followAll(trx, { project, repositoryIds, by });
}

/** Lets a project that follows all follow every repository but these. */
export async function followAllBut(trx: Db, wish: { project: Project; leftOutIds: readonly string[]; by: AskedBy }): Promise<void> {
  const { project, leftOutIds, by } = wish;
  const back = (await listLeftOut(trx, project.id)).filter(({ id }) => !leftOutIds.includes(id));
  await followAll(trx, { project, repositoryIds: back.map(({ id }) => id), by });
  for (const repositoryId of leftOutIds) await setOne(trx, { project, repositoryId, following: false, asked: by });
}

async function setOne(trx: Db, wish: { project: Project; repositoryId: string; following: boolean; asked: AskedBy }): Promise<boolean> {
  const { project, repositoryId, following, asked } = wish;
  const repository = await findRepositoryById(trx, repositoryId);
  if (repository?.installationId !== project.installationId || (following && repository.removedAt !== null))
    throw new RepoWatchError(
      'request_invalid',
      `${repository?.fullName ?? 'The repository'} is not part of the installation that project ${project.name} lies in.`,
      { details: [{ path: 'repository', message: 'belongs to another installation, or was removed' }] },
    );
  const isNews = await setFollowing(trx, { projectId: project.id, repositoryId, following, by: asked.by?.login ?? 'repowatch' });
  if (isNews)
    await noteProject(trx, asked, {
      action: following ? 'repo.followed' : 'repo.unfollowed',
      project,
      repositoryId,
      after: { repository: repository.fullName },
    });
  return isNews;
}
