import type { RefKind } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { prepared } from '../db/prepared.ts';
import { normalSha, pairKey, type RefHistory } from './judge-move.ts';
import { isZeroSha } from '../changes/ref-change.ts';
import type { MirroredRef } from './diff-refs.ts';

/** Which ref of which repository. */
export interface RefKey {
  repositoryId: string;
  installationId: string;
  kind: RefKind;
  name: string;
}

/** A locked ref with everything that judging its moves needs. */
export interface LockedRef extends RefKey {
  id: string;
  history: RefHistory;
}

/** The text that joins a ref's key to its row. */
export function refText(key: Pick<RefKey, 'repositoryId' | 'kind' | 'name'>): string {
  return `${key.repositoryId} ${key.kind} ${key.name}`;
}

interface RefRow {
  id: string;
  repository_id: string;
  installation_id: string;
  kind: RefKind;
  name: string;
  sha: string | null;
  baseline_sha: string | null;
  event_at: Date | null;
  written_at: Date | null;
  has_gaps: boolean;
}

/**
 * Locks the rows of these refs until the transaction ends, making those that are missing, and reads what judging the given
 * pairs of heads needs. Rows are locked in the order of their ids, so that two transactions never wait for each other.
 */
export async function lockRefs(
  trx: Db,
  keys: RefKey[],
  pairs: { key: RefKey; before: string; after: string }[],
): Promise<Map<string, LockedRef>> {
  const distinct = [...new Map(keys.map((key) => [refText(key), key])).values()];
  let rows = await selectForUpdate(trx, distinct);
  if (rows.length < distinct.length) {
    await insertMissing(trx, distinct);
    rows = await selectForUpdate(trx, distinct);
  }
  const locked = new Map<string, LockedRef>();
  for (const row of rows) locked.set(refText({ repositoryId: row.repository_id, kind: row.kind, name: row.name }), toLocked(row));
  await readPairs(trx, locked, pairs);
  const withGaps = rows.filter((row) => row.has_gaps).map((row) => row.id);
  await readLateness(trx, locked, [...new Set([...withGaps, ...findUnclear(locked, pairs)])]);
  return locked;
}

/** The refs with a pair that does not go on where the one before it ended. */
function findUnclear(locked: Map<string, LockedRef>, pairs: { key: RefKey; before: string; after: string }[]): string[] {
  const heads = new Map<string, string>();
  const unclear = new Set<string>();
  for (const pair of pairs) {
    const ref = locked.get(refText(pair.key))!;
    if ((heads.get(ref.id) ?? ref.history.head) !== normalSha(pair.before)) unclear.add(ref.id);
    heads.set(ref.id, normalSha(pair.after));
  }
  return [...unclear];
}

async function selectForUpdate(trx: Db, keys: RefKey[]): Promise<RefRow[]> {
  const { rows } = await prepared<{ rows: RefRow[] }>(
    trx,
    `select r.id, r.repository_id, r.installation_id, r.kind, r.name, r.sha, r.baseline_sha, r.event_at,
       case when r.event_at is not null then r.observed_at end as written_at,
       exists (select 1 from ref_gaps g where g.ref_id = r.id) as has_gaps
     from refs r where r.id = any(array(
       select found.id from json_to_recordset(?::json) as item ("repositoryId" bigint, kind text, name text)
       cross join lateral (
         select k.id from refs k where k.repository_id = item."repositoryId" and k.kind = item.kind and k.name = item.name limit 1
       ) found
     ))
     order by r.id for update of r`,
    [JSON.stringify(keys)],
  );
  return rows;
}

async function insertMissing(trx: Db, keys: RefKey[]): Promise<void> {
  await trx.raw(
    `insert into refs (repository_id, installation_id, kind, name)
     select item."repositoryId", item."installationId", item.kind, item.name
     from json_to_recordset(?::json) as item ("repositoryId" bigint, "installationId" bigint, kind text, name text)
     order by item."repositoryId", item.kind, item.name
     on conflict (repository_id, kind, name) do nothing`,
    [JSON.stringify(keys)],
  );
}

function toLocked(row: RefRow): LockedRef {
  return {
    id: row.id,
    repositoryId: row.repository_id,
    installationId: row.installation_id,
    kind: row.kind,
    name: row.name,
    history: {
      head: normalSha(row.sha),
      baseline: row.baseline_sha ?? undefined,
      headAt: row.event_at ?? undefined,
      writtenAt: row.written_at ?? undefined,
      gaps: [],
      pairs: new Map(),
      observed: [],
    },
  };
}

async function readPairs(trx: Db, locked: Map<string, LockedRef>, pairs: { key: RefKey; before: string; after: string }[]): Promise<void> {
  const byId = new Map([...locked.values()].map((ref) => [ref.id, ref]));
  const wanted = pairs.map((pair) => ({
    ref: locked.get(refText(pair.key))!.id,
    before: normalSha(pair.before),
    after: normalSha(pair.after),
  }));
  const { rows } = await prepared<{ rows: { ref_id: string; before: string; after: string; times: number; rebuilt: Date[] | null }[] }>(
    trx,
    `select item.ref as ref_id, item.before, item.after, seen.times, seen.rebuilt
     from (select distinct ref, before, after from json_to_recordset(?::json) as pair (ref bigint, before text, after text)) item
     cross join lateral (
       select count(*)::int as times, array_agg(c.happened_at) filter (where c.origin = 'reconcile' and not c.observed) as rebuilt
       from changes c where c.ref_id = item.ref and c.before = item.before and c.after = item.after
     ) seen
     where seen.times > 0`,
    [JSON.stringify(wanted)],
  );
  for (const { ref_id: id, before, after, times, rebuilt } of rows) {
    const { history } = byId.get(id)!;
    history.pairs.set(pairKey(before, after), times);
    if (rebuilt) history.rebuilt = [...(history.rebuilt ?? []), ...rebuilt.map((at) => ({ before, after, at }))];
  }
}

/** What only refs with gaps and moves that do not fit the head need: open gaps, and what comparisons had found. */
async function readLateness(trx: Db, locked: Map<string, LockedRef>, refIds: string[]): Promise<void> {
  if (refIds.length === 0) return;
  const byId = new Map([...locked.values()].map((ref) => [ref.id, ref]));
  const gaps = await trx.raw<{ rows: { ref_id: string; from_sha: string; to_sha: string }[] }>(
    'select ref_id, from_sha, to_sha from ref_gaps where ref_id = any(?::bigint[]) order by id',
    [refIds],
  );
  for (const row of gaps.rows) byId.get(row.ref_id)!.history.gaps.push({ from: row.from_sha, to: row.to_sha });
  const observed = await trx.raw<{ rows: { ref_id: string; before: string; after: string; happened_at: Date }[] }>(
    `select ref_id, before, after, happened_at from changes where observed and ref_id = any(?::bigint[]) order by id desc limit 1000`,
    [refIds],
  );
  for (const row of observed.rows) {
    byId.get(row.ref_id)!.history.observed.push({ before: row.before, after: row.after, at: row.happened_at });
  }
}

/** Writes the histories of judged refs back. `gapsChanged` names the refs whose open gaps have to be replaced. */
export async function updateRefs(trx: Db, refs: LockedRef[], gapsChanged: Set<string>): Promise<void> {
  if (refs.length === 0) return;
  const rows = refs.map((ref) => ({
    id: ref.id,
    sha: isZeroSha(ref.history.head) ? null : ref.history.head,
    event_at: ref.history.headAt ?? null,
  }));
  await prepared<unknown>(
    trx,
    `update refs r set sha = item.sha, event_at = item.event_at, baseline_sha = null, observed_at = clock_timestamp(), updated_at = now(),
       deleted_at = case when item.sha is null then coalesce(r.deleted_at, now()) end
     from json_to_recordset(?::json) as item (id bigint, sha text, event_at timestamptz) where r.id = item.id and r.id = any(?::bigint[])`,
    [JSON.stringify(rows), rows.map((row) => row.id)],
  );
  const changed = refs.filter((ref) => gapsChanged.has(ref.id));
  if (changed.length === 0) return;
  await trx.raw('delete from ref_gaps where ref_id = any(?::bigint[])', [changed.map((ref) => ref.id)]);
  const gaps = changed.flatMap((ref) => ref.history.gaps.map((gap) => ({ ref_id: ref.id, installation_id: ref.installationId, ...gap })));
  if (gaps.length === 0) return;
  await trx.raw(
    `insert into ref_gaps (ref_id, installation_id, from_sha, to_sha)
     select item.ref_id, item.installation_id, item."from", item."to"
     from json_to_recordset(?::json) as item (ref_id bigint, installation_id bigint, "from" text, "to" text)`,
    [JSON.stringify(gaps)],
  );
}

/** Lists all refs of a repository, those that are gone too. */
export async function listRefs(db: Db, repositoryId: string): Promise<MirroredRef[]> {
  const { rows } = await db.raw<{ rows: MirroredRef[] }>(
    `select kind, name, sha, observed_at as "observedAt" from refs where repository_id = ?`,
    [repositoryId],
  );
  return rows;
}

/** Writes down the heads at first sight, silently (handbook D15). Refs that a push told of meanwhile keep what it said. */
export async function insertBaseline(
  trx: Db,
  owner: { repositoryId: string; installationId: string },
  baseline: { at: Date; refs: { kind: RefKind; name: string; sha: string; protected: boolean | null }[] },
): Promise<void> {
  if (baseline.refs.length === 0) return;
  await trx.raw(
    `insert into refs (repository_id, installation_id, kind, name, sha, baseline_sha, protected, event_at, observed_at)
     select ?, ?, item.kind, item.name, item.sha, item.sha, item.protected, ?, ?
     from json_to_recordset(?::json) as item (kind text, name text, sha text, protected boolean)
     order by item.kind, item.name
     on conflict (repository_id, kind, name) do nothing`,
    [owner.repositoryId, owner.installationId, baseline.at, baseline.at, JSON.stringify(baseline.refs)],
  );
}

/** Lists all refs of several repositories in one statement, those that are gone too; by repository. */
export async function listRefsOf(db: Db, repositoryIds: string[]): Promise<Map<string, MirroredRef[]>> {
  const { rows } = await db.raw<{ rows: (MirroredRef & { repositoryId: string })[] }>(
    `select repository_id as "repositoryId", kind, name, sha, observed_at as "observedAt" from refs where repository_id = any(?::bigint[])`,
    [repositoryIds],
  );
  return Map.groupBy(rows, (row) => row.repositoryId);
}
