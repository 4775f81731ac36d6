import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';
import type { DeliverySource } from '../core/statuses.ts';

/** An inbound message exactly as received, before it has a row. */
export interface NewDelivery {
  source: DeliverySource;
  /** Which hook sent it: GUIDs are only unique together with it (handbook A11). */
  sender: string;
  guid: string;
  event: string;
  action: string | null;
  headers: Record<string, string>;
  body: Buffer;
  /** SHA-256 of the body, hex: tells a replayed body under a new GUID from a new event. */
  digest: string;
  /** Whose sequence it belongs to: a repository, an installation or an event. */
  lane: string;
  installationGithubId: string | null;
  repositoryGithubId: string | null;
  repositoryFullName: string | null;
  /** When GitHub sent it first, where its record says so: a delivery that was recovered arrives long after. */
  sentAt?: Date | null;
}

/**
 * Inserts a group of deliveries in one statement and answers, in order, the id of each, or undefined for one whose
 * (sender, guid) is known already. The bodies travel as one binary value and are cut apart by Postgres: one parameter a
 * body would cost a statement text per group size.
 */
export async function insertDeliveries(db: Db, deliveries: NewDelivery[]): Promise<(string | undefined)[]> {
  let offset = 1;
  const rows = deliveries.map((delivery, ordinal) => {
    const row = { ordinal, ...delivery, body: undefined, body_offset: offset, body_size: delivery.body.length };
    offset += delivery.body.length;
    return row;
  });
  const bodies = deliveries.length === 1 ? deliveries[0]!.body : Buffer.concat(deliveries.map((delivery) => delivery.body));
  const { rows: inserted } = await prepared<{ rows: { id: string; sender: string; guid: string }[] }>(
    db,
    `insert into deliveries (source, sender, guid, event, action, headers, body, body_size, body_digest, lane,
       installation_github_id, repository_github_id, repository_full_name, sent_at)
     select item.source, item.sender, item.guid, item.event, item.action, item.headers,
       substring(?::bytea from item.body_offset for item.body_size), item.body_size, decode(item.digest, 'hex'), item.lane,
       item."installationGithubId", item."repositoryGithubId", item."repositoryFullName", item."sentAt"
     from json_to_recordset(?::json) as item (ordinal int, source text, sender text, guid text, event text, action text, headers jsonb,
       body_offset int, body_size int, digest text, lane text,
       "installationGithubId" bigint, "repositoryGithubId" bigint, "repositoryFullName" text, "sentAt" timestamptz)
     order by item.ordinal
     on conflict (sender, guid) do nothing
     returning id, sender, guid`,
    [bodies, JSON.stringify(rows)],
  );
  const ids = new Map(inserted.map((row) => [`${row.sender} ${row.guid}`, row.id]));
  return deliveries.map((delivery) => {
    const key = `${delivery.sender} ${delivery.guid}`;
    const id = ids.get(key);
    // The same GUID twice in one group: only the first made the row.
    ids.delete(key);
    return id;
  });
}
