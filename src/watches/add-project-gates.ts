import { compilePatterns } from '../core/globs.ts';
import type { CompiledConfig } from './compile-config.ts';
import type { ProjectGate, ProjectWords } from './project-gate.ts';

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
