import { createHash } from 'node:crypto';
import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { refreshProjectPace } from '../mirror/project-pace.ts';
import { findRepositories } from '../mirror/repository.ts';
import { recordAudit, type AuditEntry } from '../people/audit.ts';
import { listActions, type ProjectAction } from '../projects/actions.ts';
import { findProject, listFollowed, lockProject, useProjectConfig, type Project } from '../projects/projects.ts';
import type { Allowance } from '../watches/allowance.ts';
import { upsertConfig } from '../watches/configs.ts';
import { parseConfig } from '../watches/parse-config.ts';
import { actionKey } from '../watches/project-gate.ts';
import { askForSchedules } from '../watches/schedules.ts';
import { compileProject } from './compile-project.ts';
import type { Context } from './context.ts';

/** Who asks for it, for the audit log. */
export type AskedBy = Pick<AuditEntry, 'by' | 'requestId'>;

/** Which project is edited, the version that it must have, and who asks for it. */
export interface ProjectPlace {
  id: string;
  ifVersion?: number | undefined;
  asked: AskedBy;
}

/** Actions of one project at most: a version has to stay a file of sensible size. */
const maxActions = 100;

/**
 * Edits one project, its actions or what it follows, and takes it into force for the repositories that it follows, before and after. Edits of
 * one go one after the other. Throws `not_found`, `changed_meanwhile`, and whatever `change` throws: then nothing is changed.
 */
export async function editProject<T>(
  context: Context,
  place: Omit<ProjectPlace, 'asked'>,
  change: (trx: Db, project: Project) => Promise<T>,
): Promise<T> {
  const before = await listFollowed(context.db, place.id);
  // Read before the row is locked: whoever waits for it holds a connection, and this takes another.
  const allowances = await readAllowances(context, place.id);
  const done = await transaction(context.db, async (trx) => {
    const project = await lockProject(trx, place.id);
    if (!project) throw new RepoWatchError('not_found', `There is no project ${place.id}. Look at the list for what there is.`);
    if (place.ifVersion !== undefined && place.ifVersion !== project.version)
      throw new RepoWatchError(
        'changed_meanwhile',
        `Project ${project.name} is not what If-Match names. Read it again and repeat the request with its ETag.`,
      );
    const result = await change(trx, project);
    const current = await lockProject(trx, place.id);
    if (current) await takeIntoForce(context, trx, { project: current, allowances });
    return result;
  });
  const after = await listFollowed(context.db, place.id);
  await renew(context, [...before, ...after]);
  return done;
}

async function readAllowances(context: Context, id: string): Promise<Allowance[]> {
  const project = await findProject(context.db, id);
  if (!project) return [];
  const allowances = await context.configs.listAllowances({ installationId: project.installationId, baseConfigId: null });
  // Which repository may use which secret is judged when a step runs: here are several.
  return allowances.map((allowance) => Object.assign({}, allowance, { secrets: {} }));
}

/** Compiles the actions as they stand now, keeps the version, and lets repositories be compared as often as it says. */
async function takeIntoForce(
  context: Context,
  trx: Db,
  { project, allowances }: { project: Project; allowances: Allowance[] },
): Promise<void> {
  const actions = await listActions(trx, project.id);
  if (actions.length > maxActions)
    throw new RepoWatchError('conflict', `Project ${project.name} has ${maxActions} actions, the most there can be. Remove one first.`);
  const content = compileProject(project, actions);
  let configId: string | null = null;
  if (content !== undefined) {
    judge(context, { project, actions, allowances, content });
    configId = await upsertConfig(trx, {
      repositoryId: null,
      installationId: project.installationId,
      managedBy: 'project',
      projectId: project.id,
      path: `project ${project.name}`,
      blobSha: createHash('sha256').update(content).digest('hex'),
      content,
      problems: [],
    });
  }
  await useProjectConfig(trx, project.id, configId);
  await refreshProjectPace(trx, { installationId: project.installationId });
  await askForSchedules(trx, { installationId: project.installationId });
}

/** Refuses actions that no file could have; each complaint names the field of the action. */
function judge(
  context: Context,
  { project, actions, allowances, content }: { project: Project; actions: ProjectAction[]; allowances: Allowance[]; content: string },
): void {
  const parsed = parseConfig(content, { kinds: context.actions.list(), path: project.name, limits: { allowances, repository: '' } });
  if (parsed.status === 'ok') return;
  const errors = parsed.problems.map(({ path, message }) => {
    const action = actions.find(({ id }) => path.startsWith(`watches.${actionKey(project.id, id)}`));
    const prefix = action ? `watches.${actionKey(project.id, action.id)}` : '';
    const place = (text: string) => text.replaceAll(`${prefix}.steps[0].`, '').replaceAll(`${prefix}.`, '');
    return { path: place(path), message: place(message) };
  });
  throw new RepoWatchError('request_invalid', `The action has errors: ${errors[0]?.message ?? ''}`, { details: errors });
}

/** Takes what is in force now to heart in this process; the others see it by the versions' ids. */
async function renew(context: Context, followed: readonly { githubId: string }[]): Promise<void> {
  const repositories = await findRepositories(context.db, context.host, [...new Set(followed.map(({ githubId }) => githubId))]);
  for (const repository of repositories.values()) await context.configs.renew(repository);
}

/** Writes down what somebody did to a project or something of it. */
export async function noteProject(
  trx: Db,
  asked: AskedBy,
  done: {
    action: string;
    project: Pick<Project, 'id' | 'name' | 'installationId'>;
    repositoryId?: string;
    before?: unknown;
    after?: unknown;
  },
): Promise<void> {
  const { action, project, repositoryId, before, after } = done;
  const target = { kind: 'project', id: project.id, name: project.name };
  await recordAudit(trx, { ...asked, action, target, installationId: project.installationId, repositoryId, before, after });
}
