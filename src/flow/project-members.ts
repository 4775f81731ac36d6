import { RepoWatchError } from '../core/errors.ts';
import type { ProjectRole } from '../core/statuses.ts';
import { transaction } from '../db/transaction.ts';
import { deleteMember, findMember, upsertMember } from '../projects/members.ts';
import { lockProject } from '../projects/projects.ts';
import type { Context } from './context.ts';
import { noteProject, type ProjectPlace } from './edit-project.ts';

/**
 * Names somebody in a project, gives them another role, or with null takes them out. Answers whether they were in it before. Throws
 * `not_found` for whom it does not name.
 */
export async function setProjectMember(
  context: Context,
  place: ProjectPlace,
  { login, role }: { login: string; role: ProjectRole | null },
): Promise<boolean> {
  const { asked } = place;
  return await transaction(context.db, async (trx) => {
    const project = await lockProject(trx, place.id);
    if (!project) throw new RepoWatchError('not_found', `There is no project ${place.id}. Look at the list for what there is.`);
    const before = await findMember(trx, project.id, login);
    if (role === null) {
      if (!(await deleteMember(trx, project.id, login)))
        throw new RepoWatchError('not_found', `There is no member ${login}. Look at the list for what there is.`);
    } else await upsertMember(trx, { projectId: project.id, login, role, by: asked.by?.login ?? 'repowatch' });
    const action = role === null ? 'member.removed' : before ? 'member.changed' : 'member.added';
    await noteProject(trx, asked, { action, project, before: before && { login, role: before.role }, after: role && { login, role } });
    return before !== undefined;
  });
}
