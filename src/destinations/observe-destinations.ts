import { toStorableText } from '../core/storable.ts';
import type { DestinationState } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { judgeHealth, type BreakerPolicy, type Observation } from './judge-health.ts';

/** What was seen of one origin, by one installation, in order. */
export interface Observed {
  installationId: string;
  origin: string;
  observations: Observation[];
}

/** What a destination became by observations. */
export interface ObservedDestination {
  id: string;
  installationId: string;
  origin: string;
  state: DestinationState;
  opensAt: Date | null;
  news: 'resting' | 'recovered' | undefined;
  /** Its last failure, for the notice. */
  failure: Observation | undefined;
  /** What was seen last. */
  observed: Observation;
  /** When it came into its state; with the id it names this rest. */
  since: Date;
}

/** How many attempts the rates and percentiles look back on. */
const recentAttempts = 100;

interface DestinationRow {
  id: string;
  installation_id: string;
  origin: string;
  state: 'ok' | 'resting' | 'probing';
  state_since: Date;
  consecutive_failures: number;
  rests: number;
  opens_at: Date | null;
  recent: [ms: number, fine: 0 | 1][];
}

/**
 * Writes down what was seen of destinations and what their breakers make of it, in the caller's transaction. Rows are locked in the
 * order of their addresses, so that two processes cannot wait for each other.
 */
export async function observeDestinations(trx: Db, seen: Observed[], policy: BreakerPolicy): Promise<ObservedDestination[]> {
  const ordered = seen.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const addresses = JSON.stringify(ordered.map(({ installationId, origin }) => ({ installation_id: installationId, origin })));
  await trx.raw(
    `insert into destinations (installation_id, origin)
     select installation_id, origin from json_to_recordset(?::json) as item (installation_id bigint, origin text)
     on conflict do nothing`,
    [addresses],
  );
  const { rows } = await trx.raw<{ rows: (DestinationRow & { now: Date })[] }>(
    `select d.id, d.installation_id, d.origin, d.state, d.state_since, d.consecutive_failures, d.rests, d.opens_at, d.recent, clock_timestamp() as now
     from destinations d join json_to_recordset(?::json) as item (installation_id bigint, origin text)
       on d.installation_id = item.installation_id and d.origin = item.origin and d.endpoint = ''
     order by d.installation_id, d.origin for update of d`,
    [addresses],
  );
  const judged = rows.flatMap((row) => {
    const { observations } = ordered.find((entry) => entry.installationId === row.installation_id && entry.origin === row.origin) ?? {};
    return observations === undefined ? [] : [judgeRow(row, observations, policy)];
  });
  await updateRows(
    trx,
    judged.map(({ update }) => update),
  );
  return judged.map(({ result }) => result);
}

function keyOf({ installationId, origin }: Observed): string {
  return `${installationId.padStart(20, '0')} ${origin}`;
}

function judgeRow(row: DestinationRow & { now: Date }, observations: Observation[], policy: BreakerPolicy) {
  const { id, installation_id: installationId, origin, state, consecutive_failures: consecutiveFailures, rests, opens_at: opensAt } = row;
  const { health, news } = judgeHealth({ state, consecutiveFailures, rests, opensAt }, observations, { policy, now: row.now });
  const failures = observations.filter(({ sign }) => sign === 'failing');
  const failure = failures.at(-1);
  const success = observations.findLast(({ sign }) => sign === 'fine');
  const recent = [...row.recent, ...observations.map(({ ms, sign }) => [Math.round(ms), sign === 'fine' ? 1 : 0])].slice(-recentAttempts);
  const since = health.state === state ? row.state_since : row.now;
  return {
    result: {
      id,
      installationId,
      origin,
      state: health.state,
      opensAt: health.opensAt,
      news,
      failure,
      observed: observations.at(-1)!,
      since,
    },
    update: {
      id,
      state: health.state,
      since,
      consecutive: health.consecutiveFailures,
      rests: health.rests,
      opens: health.opensAt,
      code: failure?.code ?? null,
      message: failure?.message == null ? null : toStorableText(failure.message).slice(0, 500),
      attempts: observations.length,
      failures: failures.length,
      recent,
      succeeded: success?.at ?? null,
      failed: failure?.at ?? null,
      run: observations.at(-1)?.sender.runId ?? null,
    },
  };
}

async function updateRows(trx: Db, updates: object[]): Promise<void> {
  await trx.raw(
    `update destinations d set state = item.state, state_since = item.since, consecutive_failures = item.consecutive, rests = item.rests,
       opens_at = item.opens, probe_until = case when item.state = 'probing' then d.probe_until end,
       code = coalesce(item.code, d.code), message = case when item.code is null then d.message else item.message end,
       attempts = d.attempts + item.attempts, failures = d.failures + item.failures, recent = item.recent,
       last_success_at = greatest(d.last_success_at, item.succeeded), last_failure_at = greatest(d.last_failure_at, item.failed),
       last_run_id = coalesce(item.run, d.last_run_id), updated_at = clock_timestamp()
     from json_to_recordset(?::json) as item (id bigint, state text, since timestamptz, consecutive int, rests int, opens timestamptz, code text,
       message text, attempts int, failures int, recent jsonb, succeeded timestamptz, failed timestamptz, run bigint)
     where d.id = item.id`,
    [JSON.stringify(updates)],
  );
}
