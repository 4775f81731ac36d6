import { RepoWatchError } from '../core/errors.ts';
import type { Actor } from '../changes/ref-change.ts';
import { compilePatterns } from '../core/globs.ts';
import { findRefHead } from '../mirror/find-ref-head.ts';
import { listActions, type ProjectAction } from '../projects/actions.ts';
import { findProject, listFollowed, type FollowedRepository, type Project } from '../projects/projects.ts';
import { actionKey } from '../watches/project-gate.ts';
import type { Context } from './context.ts';
import { requestManualRun } from './request-manual-run.ts';

/** What somebody wants to run: actions of a project for a branch. */
export interface ProjectTrigger {
  projectId: string;
  branch: string;
  /** Our id of the one repository that is meant; undefined for all that have the branch. */
  repositoryId: string | undefined;
  /** Ids or names of actions; undefined for all that are switched on. */
  actions: readonly string[] | undefined;
  actor: Actor;
  key: string | undefined;
}

/** What became of the wish for one action in one repository. */
export interface TriggeredAction {
  action: { id: string; name: string };
  repository: string;
  watch: string;
  /** The change that it became; null when it was refused. */
  changeId: string | null;
  error: { code: string; message: string } | null;
}

/** Runs the actions of a project for a branch. Throws `request_invalid` for a branch that is none of it, `conflict` for what is switched off. */
export async function triggerProject(context: Context, wish: ProjectTrigger): Promise<TriggeredAction[]> {
  const project = await findProject(context.db, wish.projectId);
  if (!project) throw new RepoWatchError('not_found', `There is no project ${wish.projectId}. Look at the list for what there is.`);
  if (!project.enabled) throw new RepoWatchError('conflict', `Project ${project.name} is switched off. Switch it on first.`);
  const branch = wish.branch.replace(/^refs\/heads\//, '');
  const repositories = await findRepositoriesWith(context, { project, branch, repositoryId: wish.repositoryId });
  const actions = chooseActions(project, await listActions(context.db, project.id), wish.actions);
  const triggered: TriggeredAction[] = [];
  for (const repository of repositories) {
    for (const action of actions) {
      const watch = actionKey(project.id, action.id);
      const key = wish.key === undefined ? undefined : `${wish.key}:${watch}`.slice(0, 255);
      const asked = await requestManualRun(context, {
        repositoryId: repository.id,
        watch,
        ref: branch,
        inputs: {},
        texts: {},
        actor: wish.actor,
        key,
      });
      triggered.push({
        action: { id: action.id, name: action.name },
        repository: repository.fullName,
        watch,
        changeId: asked.ok ? asked.value.changeId : null,
        error: asked.ok ? null : { code: asked.code, message: asked.message },
      });
    }
  }
  return triggered;
}

async function findRepositoriesWith(
  context: Context,
  wish: { project: Project; branch: string; repositoryId: string | undefined },
): Promise<FollowedRepository[]> {
  const { project, branch, repositoryId } = wish;
  const refuse = (message: string, path = 'branch') =>
    new RepoWatchError('request_invalid', `${message} Name a branch that GET /api/repos/OWNER/NAME/branches lists.`, {
      details: [{ path, message: 'is no branch of this project' }],
    });
  if (!compilePatterns([...project.branches])(branch).matched)
    throw refuse(`\`${branch}\` is none of the branches of project ${project.name}: ${project.branches.join(', ')}.`);
  const followed = (await listFollowed(context.db, project.id)).filter(({ id }) => repositoryId === undefined || id === repositoryId);
  if (followed.length === 0) throw refuse(`Project ${project.name} follows no such repository.`, 'repository');
  const heads = await Promise.all(
    followed.map(async (repository) => ({
      repository,
      head: await findRefHead(context.db, { repositoryId: repository.id, kind: 'branch', name: branch }),
    })),
  );
  const having = heads.filter(({ head }) => head !== undefined && head !== null).map(({ repository }) => repository);
  if (having.length === 0) throw refuse(`No repository of project ${project.name} has a branch \`${branch}\`.`);
  return having;
}

function chooseActions(project: Project, known: readonly ProjectAction[], named: readonly string[] | undefined): ProjectAction[] {
  if (named === undefined) {
    const enabled = known.filter((action) => action.enabled);
    if (enabled.length > 0) return enabled;
    throw new RepoWatchError('conflict', `Project ${project.name} has no action that is switched on. Add one, or switch one on.`);
  }
  const chosen = named.map((name, index) => {
    const action = known.find((one) => one.id === name || one.name.toLowerCase() === name.toLowerCase());
    if (action) return action;
    throw new RepoWatchError('request_invalid', `Project ${project.name} has no action \`${name}\`.`, {
      details: [{ path: `actions.${index}`, message: 'is no action of this project' }],
    });
  });
  // Named twice, by name and by number, is meant once.
  return [...new Set(chosen)];
}
