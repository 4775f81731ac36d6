import type { ChangeDetail } from '../http/schemas/change-detail.ts';
import type { ChangeSummary, ConsideredWatch } from '../http/schemas/change.ts';
import type { DeliverySummary } from '../http/schemas/delivery.ts';
import type { RunDetail } from '../http/schemas/run.ts';
import type { ApiClient } from './api-client.ts';
import { formatTime, type Narrator } from './narrator.ts';
import { waitForFact } from './wait-for-fact.ts';

/** What telling needs. */
export interface Telling {
  api: ApiClient;
  narrator: Narrator;
  signal: AbortSignal;
}

type Step = RunDetail['steps'][number];
type Attempt = Step['attempts'][number];

const overStatuses = new Set<RunDetail['status']>(['succeeded', 'failed', 'dead', 'cancelled']);

/** Longest a run may take until the teller gives up on it; the schedule of the demo's file ends long before. Seconds. */
const longestRunSeconds = 60;

/**
 * Tells one change from its delivery to the last attempt of its runs, each as soon as the API shows it.
 * Answers the change and its finished runs.
 */
export async function tellThread(telling: Telling, id: string): Promise<{ change: ChangeDetail; runs: RunDetail[] }> {
  const { api, narrator } = telling;
  const change = await api.readChange(id);
  if (change.delivery === null) narrator.fact('delivery', `none: ${describeOrigin(change.origin)}`);
  else tellDelivery(narrator, await settledDelivery(telling, change.delivery.id));
  narrator.fact('change', `${change.type}: ${change.sentence}`, 'good');
  for (const watch of change.considered) tellConsidered(narrator, watch);
  const runs = await Promise.all(change.runs.map((run) => tellRun(telling, run.id)));
  return { change, runs };
}

/** Tells how a delivery was settled, and why when nothing came of it. */
export function tellDelivery(narrator: Narrator, delivery: DeliverySummary): void {
  const { event, action, guid, status, reason, received_at: received, settled_at: settled } = delivery;
  const name = action === null ? event : `${event}.${action}`;
  const time = settled === null ? '' : ` in ${formatTime(Date.parse(settled) - Date.parse(received))}`;
  const why = reason === null ? '' : `: ${reason}`;
  narrator.fact(
    'delivery',
    `${name} ${guid.slice(0, 8)} ${status}${time}${why}`,
    status === 'errored' ? 'bad' : status === 'processed' ? 'good' : 'plain',
  );
}

/** True when a delivery has got its status for good. */
export function isSettled({ status }: DeliverySummary): boolean {
  return status === 'processed' || status === 'ignored' || status === 'errored';
}

function settledDelivery({ api, signal }: Telling, id: string): Promise<DeliverySummary> {
  return waitForFact({ what: `delivery ${id} is settled`, signal }, async () => {
    const delivery = await api.readDelivery(id);
    return isSettled(delivery) ? delivery : undefined;
  });
}

function describeOrigin(origin: ChangeSummary['origin']): string {
  return origin === 'reconcile' ? 'no webhook came, reconcile found the difference' : `it came by ${origin}`;
}

function tellConsidered(narrator: Narrator, { key, matched, clause, reason }: ConsideredWatch): void {
  if (matched) narrator.fact(key, 'wants it', 'good');
  else narrator.fact(key, `does not want it: ${reason ?? 'no reason was kept'}${clause === null ? '' : ` (${clause})`}`);
}

/** Tells the attempts of a run one by one until the run is over. */
async function tellRun({ api, narrator, signal }: Telling, id: string): Promise<RunDetail> {
  const told = new Set<string>();
  return await waitForFact({ what: `run ${id} comes to its end`, signal, seconds: longestRunSeconds }, async () => {
    const run = await api.readRun(id);
    for (const step of run.steps) {
      for (const attempt of step.attempts) {
        const key = `${step.position}:${attempt.number}`;
        if (attempt.finished_at === null || told.has(key)) continue;
        told.add(key);
        tellAttempt(narrator, { run, step, attempt });
      }
    }
    return overStatuses.has(run.status) ? run : undefined;
  });
}

function tellAttempt(narrator: Narrator, { run, step, attempt }: { run: RunDetail; step: Step; attempt: Attempt }): void {
  const isGood = attempt.status === 'succeeded';
  const { status } = (attempt.response ?? {}) as { status?: number };
  const { method, url } = (attempt.request ?? {}) as { method?: string; url?: string };
  const what = url === undefined ? step.kind : `${step.kind} ${method} ${new URL(url).pathname}`;
  const outputs = step.kind === 'script' && isGood ? ` → ${shorten(JSON.stringify(step.outputs))}` : '';
  const answer = status === undefined ? '' : ` → ${status}`;
  const time = attempt.duration_ms === null ? '' : ` in ${formatTime(attempt.duration_ms)}`;
  const code = isGood || status !== undefined ? '' : ` (${attempt.code}: ${attempt.message})`;
  narrator.fact(
    run.watch.key,
    `attempt ${attempt.number}: ${what}${answer}${outputs}${time}${code}${describeRetry(attempt)}`,
    isGood ? 'good' : 'bad',
  );
  for (const line of Array.isArray(attempt.log) ? attempt.log : []) narrator.detail(`log: ${shorten(String(line))}`);
}

function describeRetry({ retry_at: retry, finished_at: finished }: Attempt): string {
  if (retry === null || finished === null) return '';
  return `, again in ${formatTime(Date.parse(retry) - Date.parse(finished))}`;
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
