import type { DeliverySource, DeliveryStatus } from '../../core/statuses.ts';
import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import type { Page } from '../paging.ts';
import { PageQuery } from './page-query.ts';
import type { DeliveryDetail, DeliveryQuery, DeliverySummary, PayloadPart } from '../schemas/delivery.ts';
import { listChangesOfDelivery } from './changes.ts';
import { idsOfTime } from './id-at-time.ts';
import { listRepositoryGithubIds } from './repositories.ts';
import { isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { listRunsOfChanges } from './runs.ts';
import { listTicketResults } from './tickets.ts';
import { ofRepositories, visibleDeliveries } from './visible-to.ts';

/** A delivery without its headers and its body. */
export interface DeliveryRow {
  id: string;
  guid: string;
  event: string;
  action: string | null;
  source: DeliverySource;
  sender: string;
  status: DeliveryStatus;
  code: string | null;
  reason: string | null;
  attempts: number;
  next_attempt_at: Date | null;
  repository_github_id: string | null;
  repository_full_name: string | null;
  installation_github_id: string | null;
  installation_id: string | null;
  repository_id: string | null;
  body_size: number;
  received_at: Date;
  sent_at: Date | null;
  settled_at: Date | null;
}

/** What every reader of deliveries selects: the body stays where it is. */
export const deliveryColumns = `d.id, d.guid, d.event, d.action, d.source, d.sender, d.status, d.code, d.reason, d.attempts, d.next_attempt_at,
  d.repository_github_id, d.repository_full_name, d.installation_github_id, d.body_size, d.received_at, d.sent_at, d.settled_at,
  (select min(i.id) from installations i where i.github_id = d.installation_github_id) as installation_id,
  (select min(r.id) from repositories r where r.github_id = d.repository_github_id) as repository_id`;

/** The delivery as lists show it. */
export function deliveryItem(row: DeliveryRow): DeliverySummary {
  const { repository_github_id: githubId, repository_full_name: fullName } = row;
  return {
    id: row.id,
    guid: row.guid,
    event: row.event,
    action: row.action,
    source: row.source,
    sender: row.sender,
    status: row.status,
    code: row.code,
    reason: row.reason,
    attempts: row.attempts,
    next_attempt_at: isoTimeOrNull(row.next_attempt_at),
    repository: githubId === null && fullName === null ? null : { id: row.repository_id, github_id: githubId, full_name: fullName },
    installation_id: row.installation_id,
    installation_github_id: row.installation_github_id,
    body_size: row.body_size,
    received_at: isoTime(row.received_at),
    sent_at: isoTimeOrNull(row.sent_at),
    settled_at: isoTimeOrNull(row.settled_at),
  };
}

/** A page of deliveries, newest first. */
export async function listDeliveries(db: Db, query: DeliveryQuery, requester: Requester): Promise<Page<DeliverySummary>> {
  const list = new PageQuery<DeliveryRow>('d.id', query);
  list.add(visibleDeliveries(requester));
  list.whereEqual('d.guid', query.guid);
  list.whereEqual('d.event', query.event);
  list.whereEqual('d.action', query.action);
  list.whereAny('d.status', query.status);
  list.whereEqual('d.source', query.source);
  if (query.installation !== undefined) {
    list.where('d.installation_github_id = (select i.github_id from installations i where i.id = :installation)', {
      installation: query.installation,
    });
  }
  if (query.trigger !== undefined)
    list.where(
      "d.source = 'trigger' and d.sender = (select 'trigger:' || t.provider || ':' || t.id from triggers t where t.id = :trigger)",
      {
        trigger: query.trigger,
      },
    );
  if (query.repository !== undefined) {
    list.add(ofRepositories('d.repository_github_id', await listRepositoryGithubIds(db, query.repository)));
  }
  list.add(await idsOfTime(db, { table: 'deliveries', id: 'd.id' }, query));
  list.whereTime('d.received_at', query);
  return await list.read(db, `select ${deliveryColumns} from deliveries d`, {
    item: deliveryItem,
    counted: 'select d.id from deliveries d',
  });
}

/** The body as JSON when it is that, else its bytes: what cannot be shown exactly is not shown half. */
function readPayload(body: Buffer): Pick<DeliveryDetail, 'payload' | 'payload_encoding'> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    if (depthOf(text) <= maxShownDepth) return { payload_encoding: 'json', payload: parseExactly(text) };
  } catch {
    // Neither UTF-8 nor JSON: below.
  }
  return { payload_encoding: 'base64', payload: body.toString('base64') };
}

// In Node since 22; the type library does not have them yet.
const exact = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/** Parses JSON for writing it out again: whole numbers above 2^53 keep their digits (handbook A18). */
function parseExactly(text: string): unknown {
  // Few bodies have such numbers, and asking about every value is slow.
  if (!/\d{16}/.test(text)) return JSON.parse(text) as unknown;
  return exact.parse(text, (_key, value, { source }) => {
    const isLong = typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source);
    return isLong ? exact.rawJSON(source) : value;
  });
}

/** JSON that is nested deeper than this is shown as bytes: writing it needs more stack than there is (threat model A5). */
const maxShownDepth = 500;

/** How deep a JSON text is nested. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/[[\]{}]|"(?:[^"\\]|\\.)*"/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, (depth += 1));
    else if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}

/** A part of the body with the headers; the rest stays where it is, whatever its size. */
export async function findPayloadPart(
  db: Db,
  id: string,
  { from, bytes }: { from: number; bytes: number },
): Promise<PayloadPart | undefined> {
  // Three bytes more: the rest of a character that begins inside the part.
  const [row] = await queryRows<{ headers: Record<string, unknown>; size: number; part: Buffer }>(
    db,
    `select d.headers, octet_length(d.body) as size, substring(d.body from cast(:start as int) for cast(:length as int)) as part
     from deliveries d where d.id = :id`,
    { id, start: from + 1, length: bytes + 3 },
  );
  if (row === undefined) return undefined;
  const { headers, size, part } = row;
  const end = from + part.length >= size && part.length <= bytes ? part.length : endOfCharacter(part, Math.min(bytes, part.length));
  const shown = part.subarray(0, end);
  const next = from + end < size ? from + end : null;
  return {
    headers,
    size,
    next,
    ...(isText(shown) ? { encoding: 'text', text: shown.toString() } : { encoding: 'base64', text: shown.toString('base64') }),
  };
}

/** The first place at or after `at` where a character of UTF-8 begins. */
function endOfCharacter(part: Buffer, at: number): number {
  let end = at;
  while (end < part.length && end < at + 3 && (part[end]! & 0xc0) === 0x80) end += 1;
  return end;
}

function isText(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The body of a delivery exactly as received, under a name for its file. */
export async function findBody(db: Db, id: string): Promise<{ name: string; body: Buffer } | undefined> {
  const [row] = await queryRows<{ guid: string; event: string; body: Buffer }>(
    db,
    'select d.guid, d.event, d.body from deliveries d where d.id = :id',
    { id },
  );
  if (row === undefined) return undefined;
  return { name: `${`${row.event}-${row.guid}`.replaceAll(/[^\w.-]+/g, '_').slice(0, 100)}.json`, body: row.body };
}

/** A delivery with headers, body, its changes and their runs. */
export async function findDelivery(db: Db, id: string): Promise<DeliveryDetail | undefined> {
  const [row] = await queryRows<DeliveryRow & { headers: Record<string, unknown>; body: Buffer }>(
    db,
    `select ${deliveryColumns}, d.headers, d.body from deliveries d where d.id = :id`,
    { id },
  );
  if (row === undefined) return undefined;
  const changes = await listChangesOfDelivery(db, id);
  const changeIds = changes.map((change) => change.id);
  const runs = await listRunsOfChanges(db, changeIds);
  const tickets = await listTicketResults(db, changeIds);
  return { ...deliveryItem(row), headers: row.headers, ...readPayload(row.body), changes, runs, tickets };
}
