import type { DestinationState } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import type { Sender } from './judge-health.ts';

/** A destination that not every attempt may go to at this moment. */
export interface UnwellDestination {
  id: string;
  installationId: string;
  origin: string;
  /** The hash of the one endpoint that is gone; empty for the whole origin. */
  endpoint: string;
  state: Exclude<DestinationState, 'ok'>;
  /** How long until the next probe may go, and until one that is under way counts as lost. Milliseconds by the database's clock, never negative. */
  opensInMs: number;
  probeInMs: number;
}

const columns = `d.id, d.installation_id as "installationId", d.origin, d.endpoint, d.state,
  greatest(0, extract(epoch from d.opens_at - clock_timestamp()) * 1000)::float8 as "opensInMs",
  greatest(0, extract(epoch from d.probe_until - clock_timestamp()) * 1000)::float8 as "probeInMs"`;

/** Lists what is resting, being probed or disabled: what a worker has to know before it sends anything. */
export async function listUnwellDestinations(db: Db): Promise<UnwellDestination[]> {
  const { rows } = await db.raw<{ rows: UnwellDestination[] }>(
    `select ${columns} from destinations d where d.state in ('resting', 'probing', 'disabled')`,
  );
  return rows;
}

/** Takes the one probe of a destination whose rest is over; false when somebody else has it, or the rest goes on. */
export async function claimProbe(db: Db, id: string, forMs: number): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `update destinations set state = 'probing', state_since = clock_timestamp(), probe_until = clock_timestamp() + make_interval(secs => ?)
     where id = ? and (state = 'resting' and opens_at <= clock_timestamp() or state = 'probing' and probe_until <= clock_timestamp())
     returning 1`,
    [forMs / 1000, id],
  );
  return rows.length > 0;
}

/** Gives a probe back that was never answered, because the process stops or nothing was sent: the next one may go at once. */
export async function releaseProbe(db: Db, id: string): Promise<void> {
  await db.raw(
    `update destinations set state = 'resting', state_since = clock_timestamp(), probe_until = null where id = ? and state = 'probing'`,
    [id],
  );
}

/** An endpoint that answered that it is gone. */
export interface GoneEndpoint {
  installationId: string;
  origin: string;
  /** The hash of its address: the address itself can be a secret. */
  endpoint: string;
  message: string;
  sender: Sender;
}

/** Switches an endpoint off; answers its id when that is news, undefined when it was off before. */
export async function disableEndpoint(trx: Db, gone: GoneEndpoint): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into destinations as d (installation_id, origin, endpoint, state, code, message, attempts, failures, last_failure_at, last_run_id)
     values (?, ?, ?, 'disabled', 'webhook_gone', ?, 1, 1, clock_timestamp(), ?)
     on conflict (installation_id, origin, endpoint) do update set state = 'disabled', state_since = clock_timestamp(), code = excluded.code,
       message = excluded.message, attempts = d.attempts + 1, failures = d.failures + 1, last_failure_at = clock_timestamp(),
       last_run_id = excluded.last_run_id, updated_at = clock_timestamp()
       where d.state <> 'disabled'
     returning d.id`,
    [gone.installationId, gone.origin, gone.endpoint, gone.message, gone.sender.runId],
  );
  return rows[0]?.id;
}

/** A destination that was let go to again, and what it was before. */
export interface EnabledDestination {
  installationId: string;
  origin: string;
  before: DestinationState;
}

/** Lets everything go to a destination again, whatever it said before; undefined when there is none with this id. */
export async function enableDestination(trx: Db, id: string): Promise<EnabledDestination | undefined> {
  const { rows } = await trx.raw<{ rows: EnabledDestination[] }>(
    `update destinations d set state = 'ok', state_since = case when d.state = 'ok' then d.state_since else clock_timestamp() end,
       consecutive_failures = 0, rests = 0, opens_at = null, probe_until = null, updated_at = clock_timestamp()
     from (select id, state from destinations where id = ? for update) b where d.id = b.id
     returning d.installation_id as "installationId", d.origin, b.state as before`,
    [id],
  );
  return rows[0];
}

/** How long what nobody sends to any more is remembered, and how many of them one installation has at most. */
const kept = { days: 30, disabledDays: 180, perInstallation: 1_000 };

/** Forgets destinations that nobody has sent to for long, and those beyond what one installation may have. Answers how many. */
export async function pruneDestinations(db: Db): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from destinations where id in (
       select id from destinations where updated_at < now() - make_interval(days => case when state = 'disabled' then ${kept.disabledDays} else ${kept.days} end)
       union all
       select id from (select id, row_number() over (partition by installation_id order by updated_at desc) as place from destinations
         where installation_id in (select installation_id from destinations group by 1 having count(*) > ${kept.perInstallation})) ranked
       where place > ${kept.perInstallation})`,
  );
  return rowCount;
}
