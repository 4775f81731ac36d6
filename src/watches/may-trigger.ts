import type { Change } from '../changes/change.ts';
import type { CompiledWatch } from './compile-config.ts';

/** Filters that need nothing but the ref's name. */
const nameFilters: ReadonlySet<string> = new Set(['branches', 'tags']);

/** True when a watch may want this change once its commits are known: what is asked here are only types and names. Pure. */
export function mayTrigger(watch: CompiledWatch, change: Change): boolean {
  return (
    watch.mode !== 'off' &&
    watch.triggers.some(
      (trigger) =>
        trigger.changeTypes.has(change.type) &&
        trigger.clauses.every((clause) => !nameFilters.has(clause.key) || clause.refuse(change) === undefined),
    )
  );
}
