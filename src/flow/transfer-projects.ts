import { RepoWatchError } from '../core/errors.ts';
import type { ProjectRole } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { deleteAction, insertAction, listActions, updateAction, type ActionWords } from '../projects/actions.ts';
import { deleteMember, listMembers, upsertMember } from '../projects/members.ts';
import { findProject, findProjectByName, listFollowed, listLeftOut, type Project, type ProjectWords } from '../projects/projects.ts';
import { actionKey } from '../watches/project-gate.ts';
import type { Context } from './context.ts';
import { editProject, noteProject, type AskedBy } from './edit-project.ts';
import { judgeDefinition } from './project-actions.ts';
import { createProject, followAllBut, followExactly, removeProject } from './projects.ts';

/** The name of a secret, and of the action that it belongs to; null for one of the project. */
interface SecretName {
  name: string;
  action: string | null;
}

/** A project with everything but the values of its secrets. */
export interface PortableProject {
  words: ProjectWords;
  /** Those that were chosen; empty when it follows all. */
  repositories: string[];
  /** Those that were taken out of all. */
  leftOut: string[];
  actions: ActionWords[];
  secrets: SecretName[];
  members: { login: string; role: ProjectRole }[];
}

/** Reads a project so that it can be made again elsewhere; undefined for an unknown one. */
export async function exportProject(context: Context, id: string): Promise<PortableProject | undefined> {
  const { db } = context;
  const project = await findProject(db, id);
  if (!project) return undefined;
  const { name, enabled, branches, checkInterval, follow } = project;
  const actions = await listActions(db, id);
  return {
    words: { name, enabled, branches, checkInterval, follow },
    repositories: follow === 'all' ? [] : (await listFollowed(db, id)).map(({ fullName }) => fullName),
    leftOut: (await listLeftOut(db, id)).map(({ fullName }) => fullName),
    actions: actions.map((action) => ({ name: action.name, enabled: action.enabled, definition: action.definition })),
    secrets: await listSecretNames(db, id),
    members: (await listMembers(db, id)).map(({ login, role }) => ({ login, role })),
  };
}

async function listSecretNames(db: Db, projectId: string): Promise<SecretName[]> {
  const actions = await listActions(db, projectId);
  const { rows } = await db.raw<{ rows: { name: string; watch: string | null }[] }>(
    'select s.name, s.watch_key as watch from secrets s where s.project_id = ? order by s.watch_key nulls first, s.name',
    [projectId],
  );
  return rows.map(({ name, watch }) => ({
    name,
    action: watch === null ? null : (actions.find(({ id }) => actionKey(projectId, id) === watch)?.name ?? watch),
  }));
}

/** What becomes of a project whose name is there already. */
export type OnConflict = 'skip' | 'update' | 'fail';

/** A project to be taken over, its repositories by our ids; of repositories and members of which nothing is said, nothing changes. */
export interface ProjectImport {
  installationId: string;
  words: ProjectWords;
  repositoryIds: readonly string[] | undefined;
  leftOutIds: readonly string[];
  actions: readonly ActionWords[];
  secrets: readonly SecretName[];
  members: readonly { login: string; role: ProjectRole }[] | undefined;
  onConflict: OnConflict;
}

/** How one went. */
export interface Imported {
  status: 'created' | 'updated' | 'skipped';
  id: string;
  /** Those of the import that have no value here yet. */
  secretsToSet: SecretName[];
}

/** Takes over a project by its name: the same import twice changes nothing. A project is taken over whole or not at all. */
export async function importProject(context: Context, wish: ProjectImport, asked: AskedBy): Promise<Imported> {
  const { installationId, words, repositoryIds, onConflict } = wish;
  const known = await findProjectByName(context.db, installationId, words.name);
  if (known && onConflict === 'fail')
    throw new RepoWatchError(
      'conflict',
      `There is a project called ${words.name} already. Import with on_conflict skip or update, or rename it.`,
    );
  if (known && onConflict === 'skip') return { status: 'skipped', id: known.id, secretsToSet: [] };
  const id = known?.id ?? (await createProject(context, { installationId, words, repositoryIds: repositoryIds ?? [] }, asked));
  try {
    await makeEqual(context, id, { wish, asked });
  } catch (error) {
    if (!known) await removeProject(context, { id, asked });
    throw error;
  }
  const set = await listSecretNames(context.db, id);
  const isSet = (secret: SecretName) => set.some((one) => one.name === secret.name && one.action === secret.action);
  return { status: known ? 'updated' : 'created', id, secretsToSet: wish.secrets.filter((secret) => !isSet(secret)) };
}

async function makeEqual(context: Context, id: string, { wish, asked }: { wish: ProjectImport; asked: AskedBy }): Promise<void> {
  const { words, actions } = wish;
  await editProject(context, { id }, async (trx, project) => {
    const { name, enabled, branches, checkInterval, follow } = words;
    await trx('projects')
      .where({ id })
      .update({ name, enabled, branches: JSON.stringify(branches), check_interval: checkInterval, follow });
    await followAsSaid(trx, project, { wish, asked });
    const known = await listActions(trx, id);
    const find = (wanted: string) => known.find((action) => action.name.toLowerCase() === wanted.toLowerCase());
    for (const action of actions) {
      judgeDefinition(context, action.definition);
      const same = find(action.name);
      if (same) await updateAction(trx, same.id, action);
      else if ((await insertAction(trx, { projectId: id, installationId: project.installationId }, action)) === undefined)
        throw new RepoWatchError('request_invalid', `The action ${action.name} is there twice. Give each a name of its own.`);
    }
    const isKept = ({ name: of }: ActionWords) => actions.some((action) => action.name.toLowerCase() === of.toLowerCase());
    for (const gone of known.filter((action) => !isKept(action))) {
      await trx('secrets')
        .where({ scope: 'watch', project_id: id, watch_key: actionKey(id, gone.id) })
        .delete();
      await deleteAction(trx, gone.id);
    }
    await nameMembers(trx, id, { members: wish.members, by: asked.by?.login ?? 'repowatch' });
    await noteProject(trx, asked, {
      action: 'project.imported',
      project,
      after: { ...words, actions: actions.map((action) => action.name) },
    });
  });
}

async function followAsSaid(trx: Db, project: Project, { wish, asked }: { wish: ProjectImport; asked: AskedBy }): Promise<void> {
  const { words, repositoryIds, leftOutIds } = wish;
  if (words.follow === 'all') await followAllBut(trx, { project, leftOutIds, by: asked });
  else if (repositoryIds) await followExactly(trx, { project, repositoryIds, by: asked });
}

async function nameMembers(trx: Db, projectId: string, { members, by }: { members: ProjectImport['members']; by: string }): Promise<void> {
  if (!members) return;
  const isNamed = (login: string) => members.some((member) => member.login.toLowerCase() === login.toLowerCase());
  const gone = (await listMembers(trx, projectId)).filter(({ login }) => !isNamed(login));
  for (const { login } of gone) await deleteMember(trx, projectId, login);
  for (const { login, role } of members) await upsertMember(trx, { projectId, login, role, by });
}
