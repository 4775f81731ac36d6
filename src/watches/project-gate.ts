import type { Change } from '../changes/change.ts';
import { compilePatterns, type PatternMatcher } from '../core/globs.ts';
import { branchOf } from './change-facts.ts';
import type { CompiledConfig } from './compile-config.ts';

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

/** Gives the watches of a version what its project says. */
export function addProjectGates(compiled: CompiledConfig, content: string): CompiledConfig {
  const words = (JSON.parse(content) as { 'x-project'?: ProjectWords })['x-project'];
  if (!words) return compiled;
  const branches = compilePatterns([...words.branches]);
  const watches = compiled.watches.map((watch) => {
    const action = words.actions[watch.id];
    if (!action) return watch;
    const facts = { id: words.id, name: words.name, action: { id: action.id, name: action.name } };
    const off = describeOff(words, action);
    return { ...watch, mode: off ? ('off' as const) : watch.mode, project: { facts, branches, off } };
  });
  return { ...compiled, watches };
}

function describeOff(words: ProjectWords, action: { name: string; enabled: boolean }): ProjectGate['off'] {
  if (!words.enabled) return { clause: 'project.enabled', reason: `project ${words.name} is switched off` };
  if (!action.enabled) return { clause: 'action.enabled', reason: `the action ${action.name} of project ${words.name} is switched off` };
  return undefined;
}
