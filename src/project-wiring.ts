import { readRepositoryAddress } from './core/repository-address.ts';
import type { Context } from './flow/context.ts';
import { addAction, addParameter, changeAction, removeAction, replaceAction, setParameter } from './flow/project-actions.ts';
import { setProjectMember } from './flow/project-members.ts';
import { changeProject, createProject, followRepository, linkInstallation, removeProject } from './flow/projects.ts';
import { exportProject, importProject } from './flow/transfer-projects.ts';
import { triggerProject } from './flow/trigger-project.ts';
import type { ProjectActions } from './http/project-actions.ts';

/** What the REST side does with projects, wired to the stories. */
export function createProjectActions(context: Context): ProjectActions {
  return {
    readAddress: (text) => readRepositoryAddress(text, context.githubUrl),
    create: (wish, asked) => createProject(context, wish, asked),
    change: (place, update) => changeProject(context, place, update),
    remove: (place) => removeProject(context, place),
    follow: (place, wish) => followRepository(context, place, wish),
    link: (wish, asked) => linkInstallation(context, wish, asked),
    setMember: (place, member) => setProjectMember(context, place, member),
    addAction: (place, words) => addAction(context, place, words),
    changeAction: (place, update) => changeAction(context, place, update),
    replaceAction: (place, words) => replaceAction(context, place, words),
    removeAction: (place) => removeAction(context, place),
    addParameter: (place, parameter) => addParameter(context, place, parameter),
    setParameter: (place, parameter) => setParameter(context, place, parameter),
    export: (id) => exportProject(context, id),
    import: (wish, asked) => importProject(context, wish, asked),
    trigger: (wish) => triggerProject(context, wish),
  };
}
