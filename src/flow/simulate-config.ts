import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Change } from '../changes/change.ts';
import { redactPayload } from '../core/redact-payload.ts';
import { findDeliveryBody, listDeliveryBodies } from '../inbox/waiting-deliveries.ts';
import type { Consideration } from '../mirror/changes.ts';
import { listSuperseded } from '../mirror/list-change-ids.ts';
import { readChanges, type StoredChange } from '../mirror/read-changes.ts';
import type { Repository } from '../mirror/repository.ts';
import type { CompiledConfig, CompiledWatch } from '../watches/compile-config.ts';
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
  /** The raw payload, when it was read and there are few changes. */
  event?: Record<string, unknown>;
}

/** A configuration that is tried out: of one file alone, or with watches of the layers below it. */
export type TrialConfig = Omit<CompiledConfig, 'watches'> & { watches: readonly (CompiledWatch | LayeredWatch)[] };

/** The version that a file has as long as it is only tried out. */
export const trialConfigId = '0';

/** What a configuration would have done, on changes that really happened. */
export interface Simulation {
  changes: SimulatedChange[];
  /** False when its time was over before the last change. */
  complete: boolean;
  /** How often each watch would have run, in the order of the file. */
  watches: { id: string; name: string | null; line: number; mode: CompiledConfig['watches'][number]['mode']; runs: number }[];
}

/** Changes after which others get their turn: one takes a millisecond as a rule. */
const inOneGo = 10;

/** So many changes can keep their payloads, for looking at them more closely. */
export const fewChanges = 10;

/** Payloads that are held in memory at once. Bytes. */
const payloadBytes = 4 * 1024 * 1024;

/** Changes that are held in memory at once; each can carry 2,048 commits. */
const atOnce = 100;

/**
 * Asks the watches of a configuration about changes as they were recorded, oldest first, with the very function that decides
 * about them when they arrive. Writes nothing, sends nothing, looks at no secret; raw payloads are read when a watch looks at them.
 * With `deadline`, a moment of performance.now(), it ends then with what it has.
 */
export async function simulateConfig(
  context: Pick<Context, 'db' | 'githubUrl'>,
  subject: { repository: Repository; config: TrialConfig; changeIds: readonly string[]; deadline?: number },
): Promise<Simulation> {
  const { repository, config, changeIds, deadline = Infinity } = subject;
  const usesEvent = config.watches.some((watch) => watch.usesEvent);
  const prepared = prepareTrial(config);
  const counts = new Map<string, number>();
  const changes: SimulatedChange[] = [];
  let complete = true;
  for (let start = 0; start < changeIds.length && complete; start += atOnce) {
    const ids = changeIds.slice(start, start + atOnce);
    const stored = await readChanges(context.db, ids);
    const superseded = config.reconcile.catchUp === 'latest' ? await listSuperseded(context.db, ids) : new Set<string>();
    const payloads = usesEvent ? await readPayloads(context, [...stored.values()]) : undefined;
    for (const id of ids) {
      const found = stored.get(id);
      if (!found) continue;
      if (performance.now() > deadline) {
        complete = false;
        break;
      }
      const event = (await payloads?.(found.deliveryId)) ?? {};
      const entry = judge(context, prepared, { repository, change: found.change, event, superseded: superseded.has(id) });
      for (const { watch, matched } of entry.verdicts) if (matched) counts.set(watch, (counts.get(watch) ?? 0) + 1);
      changes.push(usesEvent && changeIds.length <= fewChanges ? { ...entry, event: redactPayload(event) } : entry);
      if (changes.length % inOneGo === 0) await yieldToOthers();
    }
  }
  const watches = config.watches.map(({ id, name, line, mode }) => ({ id, name: name ?? null, line, mode, runs: counts.get(id) ?? 0 }));
  return { changes, watches, complete };
}

/** Asks the watches of a configuration about one change. Pure. */
export function simulateChange(
  context: Pick<Context, 'githubUrl'>,
  subject: { repository: Repository; config: TrialConfig; change: Change; event: Record<string, unknown> },
): SimulatedChange {
  const { config, ...about } = subject;
  return judge(context, prepareTrial(config), { ...about, superseded: false });
}

/** A configuration as it would be in force, without rows. */
function prepareTrial(config: TrialConfig): LoadedConfig {
  const watches = config.watches.map((watch): LayeredWatch => ({ layer: 'file', configId: trialConfigId, ...watch }));
  const watchIds = new Map(watches.map(({ id }) => [id, id]));
  return { compiled: { ...config, watches }, watchIds, baseConfigId: null, refusals: [], allowances: [] };
}

function judge(
  context: Pick<Context, 'githubUrl'>,
  loaded: LoadedConfig,
  subject: { repository: Repository; change: Change; event: Record<string, unknown>; superseded: boolean },
): SimulatedChange {
  const { repository, change } = subject;
  const { considered, runs } = matchChange(
    { githubUrl: context.githubUrl, configs: { inForce: () => loaded } },
    // Whatever is in force, this configuration is asked.
    { ...subject, repository: { ...repository, configId: trialConfigId, configStatus: 'ok', organizationConfigStatus: null } },
  );
  const prefix = `i${repository.installationId}:`;
  return { change, verdicts: considered, keys: Object.fromEntries(runs.map((run) => [run.watchKey, run.lane.slice(prefix.length)])) };
}

/** Reads the payloads of changes, many small ones in one go; a large one waits until it is asked for. */
async function readPayloads(
  context: Pick<Context, 'db'>,
  stored: readonly StoredChange[],
): Promise<(deliveryId: string | null) => Promise<Record<string, unknown> | undefined>> {
  const ids = stored.flatMap(({ deliveryId }) => deliveryId ?? []);
  const bodies = await listDeliveryBodies(context.db, ids, payloadBytes);
  return async (deliveryId) => {
    if (deliveryId === null) return undefined;
    const body = bodies.get(deliveryId) ?? (await findDeliveryBody(context.db, deliveryId));
    return body === undefined ? undefined : parsePayload(body);
  };
}
