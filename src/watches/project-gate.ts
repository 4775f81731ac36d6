import type { Change } from '../changes/change.ts';
import type { PatternMatcher } from '../core/globs.ts';
import { branchOf } from './change-facts.ts';

/** What a version of a project says beside the watches of its actions; it lies below `x-project` in the version's text. */
export interface ProjectWords {
  id: string;
  name: string;
  enabled: boolean;
  branches: readonly string[];
  /** By the key of the watch. */
  actions: Readonly<Record<string, { id: string; name: string; enabled: boolean }>>;
}

/** What a project says about one of its actions whenever something changes. */
export interface ProjectGate {
  /** For expressions and messages: `project`. */
  facts: { id: string; name: string; action: { id: string; name: string } };
  /** The switch that is off, in words; undefined while all are on. */
  off: { clause: string; reason: string } | undefined;
  branches: PatternMatcher;
}

/** The key of the watch that an action of a project stands for. */
export function actionKey(projectId: string, actionId: string): string {
  return `project-${projectId}-${actionId}`;
}

/** Why the project of a watch wants nothing done about a change: a switch, or a branch that is none of its own. Pure. */
export function refuseByProject({ facts, off, branches }: ProjectGate, change: Change): { clause: string; reason: string } | undefined {
  if (off) return off;
  const branch = branchOf(change);
  if (branch === undefined || branches(branch).matched) return undefined;
  return { clause: 'project.branches', reason: `\`${branch}\` is none of the branches of project ${facts.name}` };
}
