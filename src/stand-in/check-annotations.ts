import type { Json } from './world.ts';

/** Kept outside the run, as GitHub shows them at an address of their own. */
const annotations = new WeakMap<Json, Json[]>();

/** What was said at lines in a check run, in the order in which it came. */
export function annotationsOf(run: Json): Json[] {
  return annotations.get(run) ?? [];
}

/** Adds to what was said: GitHub takes nothing away (handbook G1). */
export function addAnnotations(run: Json, added: unknown): void {
  if (Array.isArray(added)) annotations.set(run, [...annotationsOf(run), ...(added as Json[])]);
}
