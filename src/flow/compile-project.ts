import type { ProjectAction } from '../projects/actions.ts';
import type { Project } from '../projects/projects.ts';
import { actionKey, type ProjectWords } from '../watches/project-gate.ts';

/** The version of a project: its actions as watches, and what it says beside them. Undefined without actions. Pure. */
export function compileProject(project: Project, actions: readonly ProjectAction[]): string | undefined {
  if (actions.length === 0) return undefined;
  const keyed = actions.map((action): [string, ProjectAction] => [actionKey(project.id, action.id), action]);
  const words: ProjectWords = {
    id: project.id,
    name: project.name,
    enabled: project.enabled,
    branches: project.branches,
    actions: Object.fromEntries(keyed.map(([key, { id, name, enabled }]) => [key, { id, name, enabled }])),
  };
  const watches = Object.fromEntries(keyed.map(([key, action]) => [key, compileAction(project, action)]));
  return JSON.stringify({ version: 1, 'x-project': words, watches }, null, 2);
}

/** The watch that an action stands for, in the words of a file. It can be started by hand, too. */
function compileAction(project: Project, { name, definition }: ProjectAction): Record<string, unknown> {
  const { uses, with: input, on = 'push', if: condition, env, retry, timeout, parameters } = definition;
  return {
    name: `${project.name}: ${name}`.slice(0, 200),
    on: withManual(on),
    ...(condition !== undefined && { if: condition }),
    ...(parameters.length > 0 && { parameters: byBranch(parameters) }),
    steps: [{ uses, with: input, ...(env && { env }), ...(retry !== undefined && { retry }), ...(timeout !== undefined && { timeout }) }],
  };
}

function withManual(on: unknown): unknown {
  if (typeof on === 'string') return [...new Set([on, 'manual'])];
  if (Array.isArray(on)) return [...new Set<unknown>([...(on as unknown[]), 'manual'])];
  if (typeof on !== 'object' || on === null) return on;
  return { ...on, manual: (on as Record<string, unknown>)['manual'] ?? {} };
}

/** Parameters as files write them: patterns in the order in which they were first named, each with its values. */
function byBranch(parameters: ProjectAction['definition']['parameters']): Record<string, Record<string, unknown>> {
  const patterns = [...new Set(parameters.map(({ branch }) => branch))];
  return Object.fromEntries(
    patterns.map((pattern) => [
      pattern,
      Object.fromEntries(parameters.filter(({ branch }) => branch === pattern).map(({ name, value }) => [name, value])),
    ]),
  );
}
