import { RepoWatchError } from '../core/errors.ts';
import type { Db } from '../db/connect.ts';
import {
  deleteAction,
  findAction,
  insertAction,
  listActions,
  updateAction,
  type ActionDefinition,
  type ActionWords,
  type BranchParameter,
  type ProjectAction,
} from '../projects/actions.ts';
import type { Project } from '../projects/projects.ts';
import { actionKey } from '../watches/project-gate.ts';
import type { Context } from './context.ts';
import { editProject, noteProject, type AskedBy, type ProjectPlace } from './edit-project.ts';

/** Which action of which project, the version that it must have, and who asks for it. */
export interface ActionPlace {
  projectId: string;
  actionId: string;
  ifVersion?: number | undefined;
  asked: AskedBy;
}

/** What is said of an action; without a name a new one is called after its kind. */
export type ActionUpdate = Partial<Omit<ActionWords, 'definition'>> & { definition?: Partial<ActionDefinition> };

/** Adds an action to a project, in force at once for every repository that it follows. Answers its id. */
export async function addAction(
  context: Context,
  { id: projectId, asked }: ProjectPlace,
  words: Omit<ActionWords, 'name'> & { name?: string | undefined },
): Promise<string> {
  return await editProject(context, { id: projectId }, async (trx, project) => {
    judgeDefinition(context, words.definition);
    const named = { ...words, name: words.name ?? (await findFreeName(trx, projectId, words.definition.uses)) };
    const id = await insertAction(trx, { projectId, installationId: project.installationId }, named);
    if (id === undefined) throw nameTaken(named.name, project);
    await note(trx, asked, { action: 'action.created', project, id, after: named });
    return id;
  });
}

/** Changes an action; what is left out stays, of its definition, too. */
export async function changeAction(context: Context, place: ActionPlace, update: ActionUpdate): Promise<void> {
  await editAction(context, place, async (trx, { project, action }) => {
    const { name = action.name, enabled = action.enabled } = update;
    const definition = { ...action.definition, ...update.definition };
    judgeDefinition(context, definition);
    if (!(await updateAction(trx, action.id, { name, enabled, definition }))) throw nameTaken(name, project);
    await note(trx, place.asked, {
      action: 'action.changed',
      project,
      id: action.id,
      before: action,
      after: { name, enabled, definition },
    });
  });
}

/** Puts another action in the place of one, under its id; its secrets stay. */
export async function replaceAction(
  context: Context,
  place: ActionPlace,
  words: ActionUpdate & { definition: ActionDefinition },
): Promise<void> {
  await editAction(context, place, async (trx, { project, action }) => {
    const { name = action.name, enabled = true, definition } = words;
    judgeDefinition(context, definition);
    if (!(await updateAction(trx, action.id, { name, enabled, definition }))) throw nameTaken(name, project);
    await note(trx, place.asked, {
      action: 'action.replaced',
      project,
      id: action.id,
      before: action,
      after: { name, enabled, definition },
    });
  });
}

/** Removes an action with its secrets and parameters; its runs stay. */
export async function removeAction(context: Context, place: ActionPlace): Promise<{ secrets: number; parameters: number }> {
  return await editAction(context, place, async (trx, { project, action }) => {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `delete from secrets where scope = 'watch' and project_id = ? and watch_key = ?`,
      [project.id, actionKey(project.id, action.id)],
    );
    await deleteAction(trx, action.id);
    await note(trx, place.asked, { action: 'action.deleted', project, id: action.id, before: action });
    return { secrets: rowCount, parameters: action.definition.parameters.length };
  });
}

/** Sets a value that arrives only for some branches. Throws `conflict` when the action has one of this name for them. */
export async function addParameter(context: Context, place: ActionPlace, parameter: BranchParameter): Promise<void> {
  await changeParameters(context, place, (known) => {
    if (known.some((one) => isSame(one, parameter)))
      throw new RepoWatchError(
        'conflict',
        `The action has a parameter ${parameter.name} for ${parameter.branch} already. Change it with PUT.`,
      );
    return [...known, parameter];
  });
}

/** Changes the value of a parameter, or takes it away. Throws `not_found` when there is none of this name for these branches. */
export async function setParameter(
  context: Context,
  place: ActionPlace,
  parameter: Pick<BranchParameter, 'branch' | 'name'> & { value?: BranchParameter['value'] },
): Promise<void> {
  await changeParameters(context, place, (known) => {
    if (!known.some((one) => isSame(one, parameter)))
      throw new RepoWatchError(
        'not_found',
        `There is no parameter ${parameter.name} for ${parameter.branch}. Look at the list for what there is.`,
      );
    const { value } = parameter;
    return known.flatMap((one) => (!isSame(one, parameter) ? [one] : value === undefined ? [] : [{ ...one, value }]));
  });
}

/** Two values of the same branches whose names differ in nothing but case are one: expressions read them so. */
function isSame(one: Pick<BranchParameter, 'branch' | 'name'>, other: Pick<BranchParameter, 'branch' | 'name'>): boolean {
  return one.branch === other.branch && one.name.toLowerCase() === other.name.toLowerCase();
}

async function changeParameters(
  context: Context,
  place: ActionPlace,
  change: (known: BranchParameter[]) => BranchParameter[],
): Promise<void> {
  await editAction(context, place, async (trx, { project, action }) => {
    const definition = { ...action.definition, parameters: change(action.definition.parameters) };
    await updateAction(trx, action.id, { ...action, definition });
    await note(trx, place.asked, { action: 'action.changed', project, id: action.id, before: action, after: { ...action, definition } });
  });
}

async function editAction<T>(
  context: Context,
  place: ActionPlace,
  change: (trx: Db, at: { project: Project; action: ProjectAction }) => Promise<T>,
): Promise<T> {
  const { projectId, actionId, ifVersion } = place;
  return await editProject(context, { id: projectId }, async (trx, project) => {
    const action = await findAction(trx, actionId);
    if (action?.projectId !== project.id)
      throw new RepoWatchError('not_found', `There is no action ${actionId}. Look at the list for what there is.`);
    if (ifVersion !== undefined && ifVersion !== action.version)
      throw new RepoWatchError(
        'changed_meanwhile',
        `The action ${action.name} is not what If-Match names. Read it again and repeat the request.`,
      );
    return await change(trx, { project, action });
  });
}

/** Judges what is known before anything is sent: the address of a webhook, and parameters that are given twice. Throws `request_invalid`. */
export function judgeDefinition(context: Context, { uses, with: input, parameters }: ActionDefinition): void {
  const twice = parameters.findIndex((one, index) => parameters.findIndex((other) => isSame(one, other)) !== index);
  if (twice !== -1)
    throw new RepoWatchError(
      'request_invalid',
      `The parameter ${parameters[twice]!.name} is given twice for ${parameters[twice]!.branch}.`,
      {
        details: [{ path: `parameters.${twice}`, message: 'is given twice for these branches' }],
      },
    );
  const { url } = input;
  if (uses !== 'webhook' || typeof url !== 'string' || url.includes('${{')) return;
  const judged = context.judgeAddress(url);
  if (!judged.ok)
    throw new RepoWatchError('request_invalid', `The url is refused: ${judged.message}`, {
      details: [{ path: 'with.url', message: judged.message }],
    });
}

async function findFreeName(trx: Db, projectId: string, kind: string): Promise<string> {
  const taken = new Set((await listActions(trx, projectId)).map(({ name }) => name.toLowerCase()));
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? kind : `${kind} ${count}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

function nameTaken(name: string, project: Project): RepoWatchError {
  return new RepoWatchError('conflict', `Project ${project.name} has an action called ${name} already. Give another name.`);
}

async function note(
  trx: Db,
  asked: AskedBy,
  done: { action: string; project: Project; id: string; before?: ActionWords; after?: ActionWords },
): Promise<void> {
  const { action, project, id, before, after } = done;
  const shown = (words: ActionWords | undefined) => (words ? { id, ...describeWords(words) } : undefined);
  await noteProject(trx, asked, { action, project, before: shown(before), after: shown(after) });
}

/** What is written down of an action: never its inputs, which can hold an address with a token. */
function describeWords({ name, enabled, definition }: ActionWords): Record<string, unknown> {
  const { uses, on = 'push', parameters } = definition;
  const host = typeof definition.with['url'] === 'string' ? (URL.parse(definition.with['url'])?.host ?? null) : null;
  return { name, enabled, uses, on, host, parameters: parameters.map(({ branch, name: of }) => `${branch}: ${of}`) };
}
