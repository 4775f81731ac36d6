import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';

/** A value that arrives only for the branches of a pattern. */
export interface BranchParameter {
  branch: string;
  name: string;
  value: string | number | boolean;
}

/** What an action does and when: one step of a watch, and what the watch says around it. */
export interface ActionDefinition {
  /** The kind of action. */
  uses: string;
  with: Record<string, unknown>;
  /** As in a file; pushes when it is not said. */
  on?: unknown;
  if?: string | boolean;
  env?: Record<string, string | number | boolean>;
  retry?: unknown;
  timeout?: string;
  parameters: BranchParameter[];
}

/** What people say of an action. */
export interface ActionWords {
  name: string;
  enabled: boolean;
  definition: ActionDefinition;
}

/** An action of a project. */
export interface ProjectAction extends ActionWords {
  id: string;
  projectId: string;
  installationId: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const columns = `a.id, a.project_id as "projectId", a.installation_id as "installationId", a.name, a.enabled, a.definition, a.version,
  a.created_at as "createdAt", a.updated_at as "updatedAt"`;

/** Lists the actions of a project in the order in which they were made. */
export async function listActions(db: Db, projectId: string): Promise<ProjectAction[]> {
  const { rows } = await db.raw<{ rows: ProjectAction[] }>(
    `select ${columns} from project_actions a where a.project_id = ? order by a.id`,
    [projectId],
  );
  return rows;
}

/** Finds an action by its id. */
export async function findAction(db: Db, id: string): Promise<ProjectAction | undefined> {
  const { rows } = await db.raw<{ rows: ProjectAction[] }>(`select ${columns} from project_actions a where a.id = ?`, [id]);
  return rows[0];
}

/** Inserts an action and answers its id; undefined when the project has one of this name. */
export async function insertAction(
  trx: Db,
  owner: { projectId: string; installationId: string },
  { name, enabled, definition }: ActionWords,
): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into project_actions (project_id, installation_id, name, enabled, definition) values (?, ?, ?, ?, ?)
     on conflict (project_id, lower(name)) do nothing returning id`,
    [owner.projectId, owner.installationId, name, enabled, toStorableJson(definition)],
  );
  return rows[0]?.id;
}

/** Writes what people say of an action; answers false when another one of its project has the name. */
export async function updateAction(trx: Db, id: string, { name, enabled, definition }: ActionWords): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update project_actions a set name = :name, enabled = :enabled, definition = :definition, version = a.version + 1, updated_at = now()
     where a.id = :id and not exists (select 1 from project_actions o
       where o.project_id = a.project_id and lower(o.name) = lower(:name) and o.id <> a.id)`,
    { id, name, enabled, definition: toStorableJson(definition) } as unknown as Record<string, string>,
  );
  return rowCount > 0;
}

/** Deletes an action. */
export async function deleteAction(trx: Db, id: string): Promise<void> {
  await trx.raw('delete from project_actions where id = ?', [id]);
}
