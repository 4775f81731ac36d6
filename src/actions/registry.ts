import type { ActionKind, ActionTools, AttemptContext, AttemptOutcome } from './action.ts';
import type { Door } from './door.ts';

/** The action kinds of this process, by the word after `uses:`. */
export interface ActionRegistry {
  find(name: string): ActionKind | undefined;
  /** In the order in which they were given. */
  list(): readonly ActionKind[];
  /** Lets a kind make one try with the tools of this process, behind what the caller puts in front of the door. */
  attempt(kind: ActionKind, context: AttemptContext<unknown>, guard?: (door: Door) => Door): Promise<AttemptOutcome>;
}

/** Puts kinds under their names. Two kinds with one name are a bug of whoever lists them. */
export function createRegistry(kinds: readonly ActionKind[], tools: ActionTools): ActionRegistry {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  if (byName.size !== kinds.length) throw new Error('Two action kinds have the same name');
  return {
    find: (name) => byName.get(name),
    list: () => kinds,
    attempt: (kind, context, guard) => kind.run(context, guard ? { ...tools, door: guard(tools.door) } : tools),
  };
}
