import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome } from './action.ts';

/** The action kinds of this process, by the word after `uses:`. */
export interface ActionRegistry {
  find(name: string): ActionKind | undefined;
  /** In the order in which they were given. */
  list(): readonly ActionKind[];
  /** Lets a kind make one try with the tools of this process. */
  attempt(kind: ActionKind, context: AttemptContext<unknown>): Promise<AttemptOutcome>;
}

/** Puts kinds under their names. Two kinds with one name are a bug of whoever lists them. */
export function createRegistry(kinds: readonly ActionKind[], tools: ActionTools): ActionRegistry {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  if (byName.size !== kinds.length) throw new Error('Two action kinds have the same name');
  return { find: (name) => byName.get(name), list: () => kinds, attempt: (kind, context) => kind.run(context, tools) };
}
