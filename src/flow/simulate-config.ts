import type { Change } from '../changes/change.ts';
import { findDeliveryBody } from '../inbox/waiting-deliveries.ts';
import type { Consideration } from '../mirror/changes.ts';
import { readChanges } from '../mirror/read-changes.ts';
import type { Repository } from '../mirror/repository.ts';
import type { CompiledConfig } from '../watches/compile-config.ts';
import type { LayeredWatch } from '../watches/layers.ts';
import type { LoadedConfig } from './config-cache.ts';
import type { Context } from './context.ts';
import { matchChange } from './match-change.ts';
import { parsePayload } from './parse-delivery.ts';

/** One change and what each watch would have said about it. */
export interface SimulatedChange {
  change: Change;
  verdicts: Consideration[];
  /** The concurrency key of each run, by watch. */
  keys: Record<string, string>;
}

/** What a configuration would have done, on changes that really happened. */
export interface Simulation {
  changes: SimulatedChange[];
  /** How often each watch would have run, in the order of the file. */
  watches: { id: string; name: string | null; line: number; mode: CompiledConfig['watches'][number]['mode']; runs: number }[];
}

/** Changes that are held in memory at once; each can carry 2,048 commits. */
const atOnce = 100;

/**
 * Asks the watches of a configuration about changes as they were recorded, oldest first, with the very function that decides
 * about them when they arrive. Writes nothing, sends nothing, looks at no secret; raw payloads are read when a watch looks at them.
 */
export async function simulateConfig(
  context: Pick<Context, 'db' | 'githubUrl'>,
  subject: { repository: Repository; config: CompiledConfig; changeIds: readonly string[] },
): Promise<Simulation> {
  const { repository, config, changeIds } = subject;
  const usesEvent = config.watches.some((watch) => watch.usesEvent);
  const counts = new Map<string, number>();
  const changes: SimulatedChange[] = [];
  for (let start = 0; start < changeIds.length; start += atOnce) {
    const ids = changeIds.slice(start, start + atOnce);
    const stored = await readChanges(context.db, ids);
    for (const id of ids) {
      const found = stored.get(id);
      if (!found) continue;
      const event = usesEvent && found.deliveryId !== null ? await readPayload(context, found.deliveryId) : {};
      const entry = simulateChange(context, { repository, config, change: found.change, event });
      for (const { watch, matched } of entry.verdicts) if (matched) counts.set(watch, (counts.get(watch) ?? 0) + 1);
      changes.push(entry);
    }
  }
  const watches = config.watches.map(({ id, name, line, mode }) => ({ id, name: name ?? null, line, mode, runs: counts.get(id) ?? 0 }));
  return { changes, watches };
}

/** Asks the watches of a configuration about one change. Pure. */
export function simulateChange(
  context: Pick<Context, 'githubUrl'>,
  subject: { repository: Repository; config: CompiledConfig; change: Change; event: Record<string, unknown> },
): SimulatedChange {
  const { repository, config, change, event } = subject;
  const watches = config.watches.map((watch): LayeredWatch => ({ ...watch, layer: 'file', configId: '0' }));
  const loaded: LoadedConfig = {
    compiled: { ...config, watches },
    watchIds: new Map(watches.map(({ id }) => [id, id])),
    baseConfigId: null,
    refusals: [],
    allowances: [],
  };
  const { considered, runs } = matchChange(
    { githubUrl: context.githubUrl, configs: { inForce: () => loaded } },
    // Whatever is in force, this configuration is asked.
    { repository: { ...repository, configStatus: 'ok', organizationConfigStatus: null }, change, event },
  );
  const prefix = `i${repository.installationId}:`;
  return { change, verdicts: considered, keys: Object.fromEntries(runs.map((run) => [run.watchKey, run.lane.slice(prefix.length)])) };
}

async function readPayload(context: Pick<Context, 'db'>, deliveryId: string): Promise<Record<string, unknown>> {
  const body = await findDeliveryBody(context.db, deliveryId);
  return body === undefined ? {} : parsePayload(body);
}
