import { isMapping, valueAt, type ConfigPath } from './problems.ts';

/** Top-level keys that hold watches; `mandatory` can also be a list of ids. */
export const watchKeys: readonly string[] = ['watches', 'mandatory'];

/** A watch as it stands in the file, valid or not. */
export interface FoundWatch {
  path: ConfigPath;
  watch: unknown;
}

/** A step as it stands in the file. */
export interface FoundStep {
  path: ConfigPath;
  step: Record<string, unknown>;
}

/** Every watch of a file that may be anything. */
export function listWatches(file: unknown): FoundWatch[] {
  return watchKeys.flatMap((key) => {
    const watches = valueAt(file, [key]);
    return isMapping(watches) ? Object.entries(watches).map(([id, watch]) => ({ path: [key, id], watch })) : [];
  });
}

/** Every step of a watch that is a mapping at all. */
export function listSteps({ path, watch }: FoundWatch): FoundStep[] {
  const steps = valueAt(watch, ['steps']);
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step, index) => (isMapping(step) ? [{ path: [...path, 'steps', index], step }] : []));
}
