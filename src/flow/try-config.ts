import { isRefChange, type Change } from '../changes/change.ts';
import { describeChange } from '../changes/sentence.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { redactPayload } from '../core/redact-payload.ts';
import { ok, type Outcome } from '../core/outcome.ts';
import type { Consideration } from '../mirror/changes.ts';
import { listChangeIds, listOwnChangeIds } from '../mirror/list-change-ids.ts';
import type { Repository } from '../mirror/repository.ts';
import { createClauseLocator } from '../watches/clause-places.ts';
import { compileConfig, type CompiledWatch } from '../watches/compile-config.ts';
import { listConfigOrigins, type ConfigOrigin } from '../watches/config-origins.ts';
import { findConfigs } from '../watches/configs.ts';
import { changeOfEvent, type TrialEvent } from './change-of-event.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { judgeTrial, type JudgedTrial, type TrialFile } from './judge-trial.ts';
import { layerTrial } from './layer-trial.ts';
import { previewSteps, type StepPreview } from './preview-steps.ts';
import {
  fewChanges,
  simulateChange,
  simulateConfig,
  trialConfigId,
  type SimulatedChange,
  type Simulation,
  type TrialConfig,
} from './simulate-config.ts';

/** What a file is tried on: the last changes of its repository, some of them, or an event that is not there yet. */
export type TrialSubject = { last: number } | { ids: readonly string[] } | { event: TrialEvent };

/** What a watch said about a change, with the place of what decided. */
interface TrialVerdict {
  watch: string;
  key: string;
  matched: boolean;
  clause: string | null;
  reason: string | null;
  repository: string | null;
  path: string | null;
  line: number | null;
  column: number | null;
  origin: string | null;
  /** What makes its runs wait for each other; null when it said no. */
  concurrency_key: string | null;
}

/** One change, and what the file makes of it. */
export interface TriedChange {
  /** Null for an event that is not a stored change. */
  id: string | null;
  type: Change['type'];
  origin: Change['origin'];
  sentence: string;
  ref: string | null;
  happened_at: string;
  url: string | null;
  compare_url: string | null;
  would_run: string[];
  considered: TrialVerdict[];
  /** By watch that would run, what its steps would do; only for few changes. */
  steps: Record<string, StepPreview[]> | null;
}

/** What a file would do. */
export interface TriedConfig extends Omit<JudgedTrial, 'watches' | 'config'> {
  repository: string | null;
  summary: string;
  /** False when the time was over before the last change. */
  complete: boolean;
  watches: {
    id: string;
    name: string | null;
    line: number;
    layer: string;
    mode: CompiledWatch['mode'];
    runs: number;
    refused: Record<string, number>;
  }[];
  changes: TriedChange[];
  /** Ids that are no changes of the repository. */
  missing: string[];
}

/** How long one trial may take. Milliseconds. */
const trialMs = 10_000;

type Tools = Pick<Context, 'db' | 'githubUrl' | 'configs' | 'actions'>;

/**
 * Says what a file would do, on changes that were recorded or on an event, with the very code that decides when they arrive.
 * Writes nothing, sends nothing, looks at no secret. `request_invalid` for an event that makes no change.
 */
export async function tryConfig(context: Tools, file: TrialFile, subject: TrialSubject): Promise<Outcome<TriedConfig, ErrorCode>> {
  const judged = await judgeTrial(context, file);
  const { status, problems, config: parsed } = judged;
  const fullName = file.repository?.fullName ?? null;
  const told = { status, problems, repository: fullName };
  const nothing = { ...told, complete: true, watches: [], changes: [], missing: [] };
  if (!parsed) return ok({ ...nothing, summary: 'The file has errors; it would not come into force.' });
  const config = file.repository ? await layerTrial(context, file.repository, parsed) : compileConfig(parsed);
  const simulated =
    'event' in subject
      ? simulateEvent(context, { config, event: subject.event, known: file.repository })
      : await simulateStored(context, { config, file, subject });
  if (!simulated.ok) return simulated;
  const { simulation, missing, event } = simulated.value;
  const show = await createShow(context, { file, config });
  const few = simulation.changes.length <= fewChanges;
  const changes = simulation.changes.map((entry) => ({
    ...describe(entry, 'event' in subject),
    considered: entry.verdicts.map((verdict) => ({ ...show.verdict(verdict), concurrency_key: entry.keys[verdict.watch] ?? null })),
    steps: few ? show.steps(entry, entry.event ?? event) : null,
  }));
  const watches = listWatches(config, simulation);
  return ok({ ...told, complete: simulation.complete, watches, changes, missing, summary: summarize(simulation, fullName) });
}

interface Simulated {
  simulation: Simulation;
  missing: string[];
  event: Record<string, unknown>;
}

function simulateEvent(
  context: Tools,
  trial: { config: TrialConfig; event: TrialEvent; known: Repository | undefined },
): Outcome<Simulated, ErrorCode> {
  const made = changeOfEvent(trial.event, trial.known);
  if (!made.ok) return made;
  const { change, repository } = made.value;
  const { config, event } = trial;
  const entry = simulateChange(context, { repository, config, change, event: event.payload });
  const runs = (id: string) => (entry.verdicts.some(({ watch, matched }) => matched && watch === id) ? 1 : 0);
  const watches = config.watches.map(({ id, name, line, mode }) => ({ id, name: name ?? null, line, mode, runs: runs(id) }));
  return ok({ simulation: { changes: [entry], watches, complete: true }, missing: [], event: redactPayload(event.payload) });
}

async function simulateStored(
  context: Tools,
  trial: { config: TrialConfig; file: TrialFile; subject: Exclude<TrialSubject, { event: TrialEvent }> },
): Promise<Outcome<Simulated, ErrorCode>> {
  const { config, file, subject } = trial;
  const repository = file.repository!;
  const changeIds =
    'ids' in subject
      ? await listOwnChangeIds(context.db, repository.id, [...subject.ids])
      : await listChangeIds(context.db, { repositoryId: repository.id, limit: subject.last });
  const missing = 'ids' in subject ? subject.ids.filter((id) => !changeIds.includes(id)) : [];
  const deadline = performance.now() + trialMs;
  return ok({ simulation: await simulateConfig(context, { repository, config, changeIds, deadline }), missing, event: {} });
}

/** Makes what shows verdicts with their places, and steps. */
async function createShow(context: Tools, trial: { file: TrialFile; config: TrialConfig }) {
  const { file, config } = trial;
  const watches = new Map(config.watches.map((watch) => [watch.id, watch]));
  const ids = config.watches.flatMap((watch) =>
    'configId' in watch ? [watch.configId, watch.switchedOffAt?.configId ?? watch.configId] : [],
  );
  const below = [...new Set(ids)].filter((id) => id !== trialConfigId);
  const origins = await listConfigOrigins(context.db, below);
  const own: ConfigOrigin = { managedBy: 'file', repository: file.repository?.fullName ?? null, path: file.path ?? configPath };
  origins.set(trialConfigId, own);
  const locators = new Map((await findConfigs(context.db, below)).map(({ id, content }) => [id, createClauseLocator(content)]));
  locators.set(trialConfigId, createClauseLocator(file.content));
  return {
    verdict({ watch, matched, clause, reason, config: id }: Consideration): Omit<TrialVerdict, 'concurrency_key'> {
      const origin = id === undefined ? undefined : origins.get(id);
      const place = id === undefined ? undefined : locators.get(id)?.(watch, clause);
      const said = { watch, key: watch, matched, clause: clause ?? null, reason: reason ?? null };
      if (!origin || !place) return { ...said, repository: null, path: null, line: null, column: null, origin: null };
      const elsewhere = origin.repository !== null && origin.repository !== own.repository ? `${origin.repository}:` : '';
      return {
        ...said,
        ...place,
        repository: origin.repository,
        path: origin.path,
        origin: `${elsewhere}${origin.path}:${place.line}:${place.column}`,
      };
    },
    steps({ change, verdicts }: SimulatedChange, event: Record<string, unknown>): Record<string, StepPreview[]> {
      const wanted = verdicts.flatMap(({ watch, matched }) => (matched ? (watches.get(watch) ?? []) : []));
      const matchSubject = { change, event: () => event, githubUrl: context.githubUrl, isSelf: false };
      return Object.fromEntries(wanted.map((watch) => [watch.id, previewSteps(watch, matchSubject, context.actions.list())]));
    },
  };
}

function describe({ change, verdicts }: SimulatedChange, isNew: boolean): Omit<TriedChange, 'considered' | 'steps'> {
  const ref = isRefChange(change) ? change.data : undefined;
  return {
    id: isNew ? null : change.id,
    type: change.type,
    origin: change.origin,
    sentence: describeChange(change),
    ref: ref?.ref.full ?? null,
    happened_at: change.happened_at,
    url: isNew ? null : `/api/changes/${change.id}`,
    compare_url: ref?.compare_url ?? null,
    would_run: verdicts.flatMap(({ watch, matched }) => (matched ? [watch] : [])),
  };
}

function listWatches(config: TrialConfig, simulation: Simulation): TriedConfig['watches'] {
  const refused = new Map<string, Record<string, number>>();
  for (const { verdicts } of simulation.changes) {
    for (const { watch, matched, clause } of verdicts) {
      if (matched || clause === undefined) continue;
      const counts = refused.get(watch) ?? {};
      counts[clause] = (counts[clause] ?? 0) + 1;
      refused.set(watch, counts);
    }
  }
  const layers = new Map(config.watches.map((watch) => [watch.id, 'layer' in watch ? watch.layer : 'file']));
  return simulation.watches.map((watch) => ({ ...watch, layer: layers.get(watch.id) ?? 'file', refused: refused.get(watch.id) ?? {} }));
}

function summarize({ changes, watches, complete }: Simulation, repository: string | null): string {
  const total = watches.reduce((sum, { runs }) => sum + runs, 0);
  const where = repository === null ? '' : ` of ${repository}`;
  const on = changes.length === 1 ? 'this change' : `${complete ? 'these' : 'the first'} ${changes.length} changes`;
  if (total === 0) return `It would not have run on ${on}${where}.`;
  const parts = watches.filter(({ runs }) => runs > 0).map(({ id, runs }) => `${id} ${runs}`);
  return `It would have run ${total} ${total === 1 ? 'time' : 'times'} on ${on}${where}: ${parts.join(', ')}.`;
}
