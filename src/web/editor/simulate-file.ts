import type { z } from 'zod';
import type { simulation } from '../../http/schemas/trial.ts';
import type { ApiClient } from '../kit/api-client.ts';

/** What the REST side says of a file that is tried out. */
type Simulation = z.output<typeof simulation>;
export type SimulatedChange = Simulation['changes'][number];

/** How often changes are looked at; the REST side takes a thousand. */
export const changeCounts = [20, 100, 500, 1000] as const;
/** How far back they may lie. Days; 0 for any. */
export const changeDays = [0, 1, 7, 30] as const;

/** What is tried, and on what. */
export interface Trial {
  fullName: string;
  content: string;
  /** What is in force; undefined where nothing is. */
  inForce: string | undefined;
  /** The watch that is asked; empty for all of the file. */
  part: string;
  changes: number;
  days: number;
}

/** A watch that said no, for one reason. */
interface Refusals {
  clause: string;
  changes: { change: SimulatedChange; reason: string }[];
}

/** What a trial came to. */
export interface TrialResult {
  summary: string;
  complete: boolean;
  /** The changes that were looked at. */
  looked: number;
  watches: { id: string; name: string | null; runs: number; before: number | undefined; refused: Refusals[]; ran: SimulatedChange[] }[];
  /** Runs by change that only one of the two versions would have had: the change and the watch. */
  added: { watch: string; change: SimulatedChange }[];
  removed: { watch: string; change: SimulatedChange }[];
  /** The newest run with its inputs filled in. */
  example: { watch: string; change: SimulatedChange; steps: NonNullable<SimulatedChange['steps']>[string] } | undefined;
}

async function simulate(api: ApiClient, trial: Trial, content: string): Promise<Simulation | string> {
  const body = { content, repository: trial.fullName, changes: trial.changes, verdicts: 'all' };
  const answer = await api.send<Simulation>({ method: 'POST', path: '/api/config/simulate', body });
  if (!answer.ok) return answer.problem.detail;
  return answer.value.status === 'invalid'
    ? 'The file has errors; it would not come into force. Mend them, and what it would have done shows up here.'
    : answer.value;
}

/** Tries a file on changes that happened, and on what is in force; a text says why it cannot be tried. */
export async function tryFile(api: ApiClient, trial: Trial): Promise<TrialResult | string> {
  const isOther = trial.inForce !== undefined && trial.inForce !== trial.content;
  const [proposed, inForce] = await Promise.all([
    simulate(api, trial, trial.content),
    isOther ? simulate(api, trial, trial.inForce!) : undefined,
  ]);
  if (typeof proposed === 'string') return proposed;
  const since = trial.days === 0 ? '' : new Date(Date.now() - trial.days * 86_400_000).toISOString();
  const pick = (changes: readonly SimulatedChange[]) => changes.filter((change) => change.happened_at >= since).toReversed();
  const changes = pick(proposed.changes);
  const before = typeof inForce === 'object' ? pick(inForce.changes) : undefined;
  const keys = proposed.watches.filter(({ id, layer }) =>
    trial.part === '' ? layer === 'file' || layer === 'organization' : id === trial.part,
  );
  const watches = keys.map(({ id, name }) => judge(id, name, { changes, before }));
  const known = new Map(changes.map((change) => [change.id, change]));
  const isOurs = (watch: string) => trial.part === '' || watch === trial.part;
  const pairs = (list: readonly SimulatedChange[]) =>
    list.flatMap((change) => change.would_run.filter(isOurs).map((watch) => ({ watch, change: known.get(change.id) ?? change })));
  const nameOf = ({ watch, change }: { watch: string; change: SimulatedChange }) => `${watch} ${change.id}`;
  const [now, then] = [pairs(changes), pairs(before ?? changes)];
  const [nowNames, thenNames] = [new Set(now.map(nameOf)), new Set(then.map(nameOf))];
  const newest = now[0];
  return {
    summary: proposed.summary,
    complete: proposed.complete,
    looked: changes.length,
    watches,
    added: now.filter((pair) => !thenNames.has(nameOf(pair))),
    removed: then.filter((pair) => !nowNames.has(nameOf(pair))),
    example: newest && (await fillIn(api, trial, newest)),
  };
}

function judge(
  id: string,
  name: string | null,
  on: { changes: readonly SimulatedChange[]; before: readonly SimulatedChange[] | undefined },
): TrialResult['watches'][number] {
  const refused = new Map<string, Refusals>();
  for (const change of on.changes) {
    const verdict = change.considered.find(({ watch }) => watch === id);
    if (verdict === undefined || verdict.matched) continue;
    const clause = verdict.clause ?? 'on';
    const group = refused.get(clause) ?? { clause, changes: [] };
    group.changes.push({ change, reason: verdict.reason ?? '' });
    refused.set(clause, group);
  }
  const ran = on.changes.filter((change) => change.would_run.includes(id));
  return {
    id,
    name,
    runs: ran.length,
    before: on.before?.filter((change) => change.would_run.includes(id)).length,
    refused: [...refused.values()].sort((one, other) => other.changes.length - one.changes.length),
    ran,
  };
}

/** The steps of one run with their inputs filled in: asked for by itself, because that is only told of few changes. */
async function fillIn(
  api: ApiClient,
  trial: Trial,
  { watch, change }: { watch: string; change: SimulatedChange },
): Promise<TrialResult['example']> {
  if (change.id === null) return undefined;
  const body = { content: trial.content, repository: trial.fullName, changes: { ids: [change.id] } };
  const answer = await api.send<Simulation>({ method: 'POST', path: '/api/config/simulate', body });
  const steps = answer.ok ? answer.value.changes[0]?.steps?.[watch] : undefined;
  return steps && { watch, change, steps };
}
