import type { Db } from '../db/connect.ts';
import { normalSha } from './judge-move.ts';
import type { TimedMove } from './rebuild-moves.ts';

/** What the mirror knows of a branch before its history is asked for. */
export interface BranchState {
  name: string;
  /** The zero id when there is none. */
  head: string;
  headAt: Date | undefined;
  /** When the row was written last; see judge-move.ts. */
  writtenAt: Date | undefined;
  gaps: { from: string; to: string }[];
  /** The latest exact changes. */
  recorded: TimedMove[];
}

/** A gap that nobody could fill for so long stays one: GitHub's record has no answer. Hours. */
const oldestGapHours = 24;

/** How many changes of a branch are compared with GitHub's record. */
const recordedMost = 200;

/** The branches of a repository with stretches of history that were never announced. */
export async function listGapBranches(db: Db, repositoryId: string): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select distinct r.name from refs r join ref_gaps g on g.ref_id = r.id
     where r.repository_id = ? and r.kind = 'branch' and g.created_at > now() - make_interval(hours => ?) limit 100`,
    [repositoryId, oldestGapHours],
  );
  return rows.map((row) => row.name);
}

/** Those of these repositories with such a branch. */
export async function listRepositoriesWithGaps(db: Db, repositoryIds: string[]): Promise<Set<string>> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select distinct r.repository_id as id from ref_gaps g join refs r on r.id = g.ref_id
     where r.repository_id = any(?::bigint[]) and r.kind = 'branch' and g.created_at > now() - make_interval(hours => ?)`,
    [repositoryIds, oldestGapHours],
  );
  return new Set(rows.map((row) => row.id));
}

/** A comparison ends later than its listing was begun. Milliseconds. */
const longestLookMs = 300_000;

/** Since when a branch without a row may have been made: before that, the last comparison would have seen it. */
export async function readUnseenSince(db: Db, repositoryId: string): Promise<Date | undefined> {
  const { rows } = await db.raw<{ rows: { baseline_at: Date | null; reconciled_at: Date | null }[] }>(
    'select baseline_at, reconciled_at from repositories where id = ?',
    [repositoryId],
  );
  const { baseline_at: baselineAt, reconciled_at: reconciledAt } = rows[0] ?? {};
  if (!baselineAt) return undefined;
  return new Date(Math.max(baselineAt.getTime(), (reconciledAt ?? baselineAt).getTime() - longestLookMs));
}

/** What is known of these branches; those without a row are not answered. */
export async function listBranchStates(db: Db, repositoryId: string, names: string[]): Promise<Map<string, BranchState>> {
  if (names.length === 0) return new Map();
  const { rows } = await db.raw<{
    rows: {
      name: string;
      sha: string | null;
      event_at: Date | null;
      observed_at: Date;
      gaps: BranchState['gaps'] | null;
      recorded: StoredMove[] | null;
    }[];
  }>(
    `select r.name, r.sha, r.event_at, r.observed_at,
       (select json_agg(json_build_object('from', g.from_sha, 'to', g.to_sha) order by g.id) from ref_gaps g where g.ref_id = r.id) as gaps,
       (select json_agg(json_build_object('before', c.before, 'after', c.after, 'at', c.happened_at)) from (
         select x.before, x.after, x.happened_at from changes x where x.ref_id = r.id and not x.observed order by x.id desc limit ?
       ) c) as recorded
     from refs r where r.repository_id = ? and r.kind = 'branch' and r.name = any(?::text[])`,
    [recordedMost, repositoryId, names],
  );
  return new Map(
    rows.map((row) => [
      row.name,
      {
        name: row.name,
        head: normalSha(row.sha),
        headAt: row.event_at ?? undefined,
        writtenAt: row.event_at === null ? undefined : row.observed_at,
        gaps: row.gaps ?? [],
        recorded: (row.recorded ?? []).map(({ before, after, at }) => ({ before, after, at: new Date(at) })),
      },
    ]),
  );
}

interface StoredMove {
  before: string;
  after: string;
  at: string;
}
