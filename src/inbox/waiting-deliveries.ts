import type { DeliverySource, DeliveryStatus } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/** A delivery that has not been settled yet. */
export interface WaitingDelivery {
  id: string;
  lane: string;
  source: DeliverySource;
  /** Which hook sent it; a trigger's has its number (trigger-sender.ts). */
  sender: string;
  guid: string;
  event: string;
  body: Buffer;
  digest: string;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: Date | null;
  receivedAt: Date;
  /** When GitHub sent it first, where that is known: use it before `receivedAt` to tell what is older. */
  sentAt: Date | null;
  installationGithubId: string | null;
  repositoryGithubId: string | null;
  /** Whether the sender's signature covers the GUID, as in Standard Webhooks. */
  hasSignedGuid: boolean;
}

/** So many bytes of bodies of one lane are read in one go, or one body that is larger. */
export const laneBytes = 4 * 1024 * 1024;

/**
 * Lists the waiting deliveries of these lanes in order of arrival, at most `perLane` and about `laneBytes` of each lane. A
 * delivery that waits for its next try holds those behind it; their bodies are not even read, because that can be much and is often.
 */
export async function listWaitingDeliveries(db: Db, lanes: string[], perLane: number): Promise<WaitingDelivery[]> {
  const { rows } = await prepared<{ rows: WaitingDelivery[] }>(
    db,
    `select d.id, d.lane, d.source, d.sender, d.guid, d.event, d.body, encode(d.body_digest, 'hex') as digest, d.status, d.attempts,
       d.next_attempt_at as "nextAttemptAt", d.received_at as "receivedAt", d.sent_at as "sentAt", d.installation_github_id as "installationGithubId",
       d.repository_github_id as "repositoryGithubId", d.headers->>'webhook-id' is not null as "hasSignedGuid"
     from unnest(?::text[]) as wanted (lane) cross join lateral (
       select line.id, bool_or(line.waits) over sofar as held, sum(line.body_size) over sofar - line.body_size as bytes_before
       from (
         select w.id, w.body_size, coalesce(w.next_attempt_at > now(), false) as waits from deliveries w
         where w.lane = wanted.lane and w.status in ('unprocessed', 'processing', 'reprocessing')
         order by w.id limit ?
       ) line
       window sofar as (order by line.id)
     ) ready join deliveries d on d.id = ready.id
     where not ready.held and ready.bytes_before < ${laneBytes}
     order by d.id`,
    [lanes, perLane],
  );
  return rows;
}

/** Lists lanes with deliveries that nobody seems to work on: due for longer than `graceSeconds`. */
export async function listStalledDeliveryLanes(db: Db, graceSeconds: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { lane: string }[] }>(
    `select distinct lane from deliveries
     where status in ('unprocessed', 'processing', 'reprocessing')
       and coalesce(next_attempt_at, received_at + make_interval(secs => ?)) <= now()
     limit 2000`,
    [graceSeconds],
  );
  return rows.map((row) => row.lane);
}

/** True when the same body arrived before in another delivery of this repository: a replay under a new GUID (threat model D5). */
export async function isRepeatedBody(db: Db, delivery: Pick<WaitingDelivery, 'id' | 'digest' | 'repositoryGithubId'>): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `select 1 from deliveries where repository_github_id = ? and id < ? and body_digest = decode(?, 'hex') limit 1`,
    [delivery.repositoryGithubId, delivery.id, delivery.digest],
  );
  return rows.length > 0;
}

/** Reads the body of a delivery as it was received; undefined when it is gone. */
export async function findDeliveryBody(db: Db, id: string): Promise<Buffer | undefined> {
  const { rows } = await db.raw<{ rows: { body: Buffer }[] }>('select body from deliveries where id = ?', [id]);
  return rows[0]?.body;
}

/** Reads what came with a delivery and who sent it; undefined when it is gone. */
export async function findDeliveryPayload(
  db: Db,
  id: string,
): Promise<Pick<WaitingDelivery, 'source' | 'sender' | 'guid' | 'event' | 'body'> | undefined> {
  const { rows } = await db.raw<{ rows: Pick<WaitingDelivery, 'source' | 'sender' | 'guid' | 'event' | 'body'>[] }>(
    'select source, sender, guid, event, body from deliveries where id = ?',
    [id],
  );
  return rows[0];
}

/** Reads the bodies of deliveries by their ids, in their order, until together they have about so many bytes; the rest is left out. */
export async function listDeliveryBodies(db: Db, ids: string[], maxBytes: number): Promise<Map<string, Buffer>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.raw<{ rows: { id: string; body: Buffer }[] }>(
    `select d.id, d.body from (
       select b.id, sum(b.body_size) over (order by b.id) as bytes from deliveries b where b.id = any(?::bigint[])
     ) fitting join deliveries d on d.id = fitting.id where fitting.bytes <= ?`,
    [ids, maxBytes],
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
}
