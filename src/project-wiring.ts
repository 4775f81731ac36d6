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
    change: (place, update, asked) => changeProject(context, place, update, asked),
    remove: (place, asked) => removeProject(context, place, asked),
    follow: (place, wish, asked) => followRepository(context, place, wish, asked),
    link: (wish, asked) => linkInstallation(context, wish, asked),
    setMember: (place, member, asked) => setProjectMember(context, place, member, asked),
    addAction: (projectId, words, asked) => addAction(context, projectId, words, asked),
    changeAction: (place, update, asked) => changeAction(context, place, update, asked),
    replaceAction: (place, words, asked) => replaceAction(context, place, words, asked),
    removeAction: (place, asked) => removeAction(context, place, asked),
    addParameter: (place, parameter, asked) => addParameter(context, place, parameter, asked),
    setParameter: (place, parameter, asked) => setParameter(context, place, parameter, asked),
    export: (id) => exportProject(context, id),
    import: (wish, asked) => importProject(context, wish, asked),
    trigger: (wish) => triggerProject(context, wish),
  };
}
