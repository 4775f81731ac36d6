import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';

/** Whose state it is. The repository's present installation only: what moves to another owner starts with nothing. */
export interface StatePlace {
  installationId: string;
  repositoryId: string;
  watchKey: string;
}

/** What a watch may keep. Bytes of JSON text. */
export const stateLimits = { keys: 64, valueBytes: 8 * 1024, totalBytes: 128 * 1024 } as const;

/** One key as it stands. */
export interface StateRow {
  key: string;
  value: string;
  version: string;
  updatedAt: Date;
}

/** Why a write was not made: another version is there, there is nothing to remove, or no room. */
export type StateVerdict = 'written' | 'other_version' | 'absent' | 'value_too_large' | 'too_many_keys' | 'too_large';

const ofPlace = 's.repository_id = :repositoryId and s.installation_id = :installationId and s.watch_key = :watchKey';
const columns = 's.key, s.value, s.version::text as version, s.updated_at as "updatedAt"';

/** Finds whose state a run works with. */
export async function findStatePlace(db: Db, runId: string): Promise<StatePlace | undefined> {
  const { rows } = await db.raw<{ rows: StatePlace[] }>(
    `select installation_id as "installationId", repository_id as "repositoryId", watch_key as "watchKey" from runs where id = ?`,
    [runId],
  );
  return rows[0];
}

/** Finds one key. */
export async function findState(db: Db, place: StatePlace, key: string): Promise<StateRow | undefined> {
  const { rows } = await db.raw<{ rows: StateRow[] }>(`select ${columns} from watch_state s where ${ofPlace} and s.key = :key`, {
    ...place,
    key,
  });
  return rows[0];
}

/** Everything that a watch keeps, by key. */
export async function listState(db: Db, place: StatePlace): Promise<StateRow[]> {
  const { rows } = await db.raw<{ rows: StateRow[] }>(`select ${columns} from watch_state s where ${ofPlace} order by s.key`, { ...place });
  return rows;
}

/** Writes or, without a value, removes one key. With a version it counts only while the key still has it (`0`: is not there). */
export async function writeState(
  db: Db,
  place: StatePlace,
  write: { key: string; value: string | undefined; version?: string | undefined },
): Promise<StateVerdict> {
  const { key, value, version } = write;
  if (value !== undefined && Buffer.byteLength(value) > stateLimits.valueBytes) return 'value_too_large';
  return await transaction(db, async (trx) => {
    // One write of a watch at a time, or two could pass the same last version, or fill the same last room.
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(:text, 11))', { text: Object.values(place).join(' ') });
    const present = await findState(trx, place, key);
    if (version !== undefined && version !== (present?.version ?? '0')) return 'other_version';
    if (value === undefined) return present && (await deleteState(trx, place, key)) > 0 ? 'written' : 'absent';
    const full = await findLackOfRoom(trx, place, { key, value });
    if (full) return full;
    await trx.raw(
      `insert into watch_state (installation_id, repository_id, watch_key, key, value, version)
       values (:installationId, :repositoryId, :watchKey, :key, :value, pg_current_xact_id()::text::bigint)
       on conflict (repository_id, installation_id, watch_key, key) do update set value = excluded.value, version = excluded.version, updated_at = now()`,
      { ...place, key, value },
    );
    return 'written';
  });
}

async function findLackOfRoom(
  db: Db,
  place: StatePlace,
  { key, value }: { key: string; value: string },
): Promise<'too_many_keys' | 'too_large' | undefined> {
  const { rows } = await db.raw<{ rows: [{ keys: number; bytes: number }] }>(
    `select count(*)::int as keys, coalesce(sum(octet_length(s.value) + octet_length(s.key)), 0)::int as bytes
     from watch_state s where ${ofPlace} and s.key <> :key`,
    { ...place, key },
  );
  if (rows[0].keys >= stateLimits.keys) return 'too_many_keys';
  return rows[0].bytes + Buffer.byteLength(value) + Buffer.byteLength(key) > stateLimits.totalBytes ? 'too_large' : undefined;
}

/** Removes one key, or all of them; answers how many went. */
export async function deleteState(db: Db, place: StatePlace, key?: string): Promise<number> {
  const one = key === undefined ? '' : ' and s.key = :key';
  const { rows } = await db.raw<{ rows: unknown[] }>(`delete from watch_state s where ${ofPlace}${one} returning s.key`, {
    ...place,
    ...(key === undefined ? {} : { key }),
  });
  return rows.length;
}
