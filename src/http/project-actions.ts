import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { ProjectRole } from '../core/statuses.ts';
import type { AskedBy, ProjectPlace } from '../flow/edit-project.ts';
import type { ActionPlace, ActionUpdate } from '../flow/project-actions.ts';
import type { NewProject, ProjectUpdate, RemovedProject } from '../flow/projects.ts';
import type { Imported, PortableProject, ProjectImport } from '../flow/transfer-projects.ts';
import type { ProjectTrigger, TriggeredAction } from '../flow/trigger-project.ts';
import type { ActionDefinition, ActionWords, BranchParameter } from '../projects/actions.ts';

/** Projects, their actions and members. Refusals are thrown with their codes: nothing is changed then. */
export interface ProjectActions {
  /** Which repository a text names: `owner/name`, or an address over https or ssh. */
  readAddress(text: string): Outcome<string, ErrorCode>;
  create(wish: NewProject, asked: AskedBy): Promise<string>;
  change(place: ProjectPlace, update: ProjectUpdate): Promise<void>;
  remove(place: ProjectPlace): Promise<RemovedProject>;
  /** Lets a project follow a repository, or no more; answers whether that is news. */
  follow(place: ProjectPlace, wish: { repositoryId: string; following: boolean }): Promise<boolean>;
  /** Makes a project the one of its installation; null takes that back. */
  link(wish: { installationId: string; projectId: string | null }, asked: AskedBy): Promise<void>;
  setMember(place: ProjectPlace, member: { login: string; role: ProjectRole | null }): Promise<boolean>;
  addAction(place: ProjectPlace, words: Omit<ActionWords, 'name'> & { name?: string | undefined }): Promise<string>;
  changeAction(place: ActionPlace, update: ActionUpdate): Promise<void>;
  replaceAction(place: ActionPlace, words: ActionUpdate & { definition: ActionDefinition }): Promise<void>;
  removeAction(place: ActionPlace): Promise<{ secrets: number; parameters: number }>;
  addParameter(place: ActionPlace, parameter: BranchParameter): Promise<void>;
  setParameter(
    place: ActionPlace,
    parameter: Pick<BranchParameter, 'branch' | 'name'> & { value?: BranchParameter['value'] },
  ): Promise<void>;
  trigger(wish: ProjectTrigger): Promise<TriggeredAction[]>;
  /** Undefined for an unknown one. */
  export(id: string): Promise<PortableProject | undefined>;
  import(wish: ProjectImport, asked: AskedBy): Promise<Imported>;
}
