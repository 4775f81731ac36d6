import type { ChangeType } from '../changes/change.ts';
import type { Actor } from '../changes/ref-change.ts';
import type { ChangeOrigin } from '../core/statuses.ts';
import { toStorableJson } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';

/** Why a watch ran for a change or did not. */
export interface Consideration {
  watch: string;
  matched: boolean;
  /** The first clause that said no, e.g. `on.push.branches`. */
  clause?: string;
  reason?: string;
  /** The version of the configuration that the clause, or the watch, stands in. */
  config?: string;
}

/** The clause of a change that no watch could be asked about, because the configuration could not be loaded. */
export const unaskedClause = 'config';

/** A change before it has a row; its id is taken beforehand, so that expressions can name it. */
export interface NewChange {
  id: string;
  repositoryId: string;
  installationId: string;
  refId: string | null;
  refName: string | null;
  deliveryId: string | null;
  type: ChangeType;
  origin: ChangeOrigin;
  before: string | null;
  after: string | null;
  position: number;
  observed: boolean;
  /** Its identity within the repository; null for a change to a ref, which its pair of heads and position identify. */
  meaning: string | null;
  actor: Actor | null;
  data: unknown;
  considered: Consideration[];
  happenedAt: Date;
}

/** Takes so many ids for changes, in order. */
export async function takeChangeIds(trx: Db, count: number): Promise<string[]> {
  if (count === 0) return [];
  const { rows } = await prepared<{ rows: { id: string }[] }>(trx, `select nextval('changes_id_seq') as id from generate_series(1, ?)`, [
    count,
  ]);
  return rows.map((row) => row.id);
}

/** Inserts changes and answers the ids of those that are new by meaning. */
export async function insertChanges(trx: Db, changes: NewChange[]): Promise<Set<string>> {
  if (changes.length === 0) return new Set();
  const { rows } = await prepared<{ rows: { id: string }[] }>(
    trx,
    `insert into changes (id, repository_id, installation_id, ref_id, ref_name, delivery_id, type, origin, before, after, position, observed,
       meaning, actor, data, considered, happened_at)
     overriding system value
     select item.id, item."repositoryId", item."installationId", item."refId", item."refName", item."deliveryId", item.type, item.origin,
       item.before, item.after, item.position, item.observed, item.meaning, item.actor, item.data, item.considered, item."happenedAt"
     from json_to_recordset(?::json) as item (id bigint, "repositoryId" bigint, "installationId" bigint, "refId" bigint, "refName" text,
       "deliveryId" bigint, type text, origin text, before text, after text, position int, observed boolean, meaning text,
       actor jsonb, data jsonb, considered jsonb, "happenedAt" timestamptz)
     order by item.id
     on conflict do nothing
     returning id`,
    [toStorableJson(changes)],
  );
  return new Set(rows.map((row) => row.id));
}

/** Locks and lists the changes of a repository that no watch could be asked about, oldest first; their ids. */
export async function listUnaskedChanges(trx: Db, repositoryId: string, limit: number): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select id from changes where repository_id = ? and considered @> '[{"clause": "${unaskedClause}"}]' order by id limit ? for update`,
    [repositoryId, limit],
  );
  return rows.map((row) => row.id);
}

/** Writes down what the watches said after all. */
export async function updateConsidered(trx: Db, answers: { id: string; considered: Consideration[] }[]): Promise<void> {
  await trx.raw(
    `update changes c set considered = item.considered from json_to_recordset(?::json) as item (id bigint, considered jsonb) where c.id = item.id`,
    [toStorableJson(answers)],
  );
}

/** Finds a change by its identity within the repository; its id. */
export async function findChangeByMeaning(db: Db, repositoryId: string, meaning: string): Promise<string | undefined> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>('select id from changes where repository_id = ? and meaning = ?', [
    repositoryId,
    meaning,
  ]);
  return rows[0]?.id;
}
