import type { Db } from '../db/connect.ts';
import { lateDaily, sweepable } from './sweeps.ts';

/** What the sweeper has to know of a repository that a listing shows. */
export interface SweptRepository {
  id: string;
  githubId: string;
  installationId: string;
  nodeId: string | null;
  fullName: string;
  ownerGithubId: string | null;
  private: boolean;
  defaultBranch: string | null;
  archived: boolean;
  disabled: boolean;
  enabled: boolean;
  removed: boolean;
  unlisted: boolean;
  compared: boolean;
  pushedAt: Date | null;
  comparedPushedAt: Date | null;
  githubUpdatedAt: Date | null;
  refsDueAt: Date;
  failures: number;
  configIntervalSeconds: number | null;
  reconcileIntervalSeconds: number | null;
}

/** Reads what the mirror has of the repositories on one page, in one statement; by GitHub id. */
export async function findSwept(db: Db, host: string, githubIds: string[]): Promise<Map<string, SweptRepository>> {
  const { rows } = await db.raw<{ rows: SweptRepository[] }>(
    `select r.id, r.github_id as "githubId", r.installation_id as "installationId", r.node_id as "nodeId", r.full_name as "fullName",
       r.owner_github_id as "ownerGithubId", r.private, r.default_branch as "defaultBranch", r.archived, r.disabled, r.enabled,
       r.removed_at is not null as removed, r.unlisted_at is not null as unlisted, r.baseline_at is not null as compared,
       r.pushed_at as "pushedAt", r.compared_pushed_at as "comparedPushedAt", r.github_updated_at as "githubUpdatedAt",
       r.refs_due_at as "refsDueAt", r.reconcile_failures as failures, r.config_interval_seconds as "configIntervalSeconds",
       r.reconcile_interval_seconds as "reconcileIntervalSeconds"
     from repositories r where r.host = ? and r.github_id = any(?::bigint[])`,
    [host, githubIds],
  );
  return new Map(rows.map((row) => [row.githubId, row]));
}

/** Writes down for many repositories at once that the listing asked for at `at` shows nothing new of them, and when they are due again. */
export async function clearRepositories(db: Db, cleared: { id: string; dueAt: Date }[], at: Date): Promise<void> {
  if (cleared.length === 0) return;
  await db.raw(
    `update repositories r set reconcile_due_at = item."dueAt", reconciled_at = greatest(r.reconciled_at, ?), reconcile_error = null, unlisted_at = null
     from json_to_recordset(?::json) as item (id bigint, "dueAt" timestamptz)
     where r.id = item.id and r.id = any(?::bigint[]) and r.refs_due_at > ?`,
    [at, JSON.stringify(cleared), cleared.map(({ id }) => id), at],
  );
}

/** Makes sure that the refs of repositories are read next; one that failed keeps waiting for its time. */
export async function requestRefs(db: Db, githubIds: string[], of: { host: string; at: Date }): Promise<void> {
  if (githubIds.length === 0) return;
  await db.raw(
    `update repositories set refs_due_at = least(refs_due_at, ?), reconcile_due_at = least(reconcile_due_at, ?), unlisted_at = null
     where host = ? and github_id = any(?::bigint[]) and reconcile_failures = 0`,
    [of.at, of.at, of.host, githubIds],
  );
}

/** A comparison that found nothing: when the next one is due, when refs have to be read next, and the push that it covers. */
export interface UnchangedRefs {
  id: string;
  dueAt: Date;
  refsDueAt: Date;
  pushedAt: Date | null;
}

/** Writes down for many repositories at once that their refs, asked for at `at`, were those that the mirror has. */
export async function recordUnchanged(db: Db, unchanged: UnchangedRefs[], at: Date): Promise<void> {
  if (unchanged.length === 0) return;
  await db.raw(
    `update repositories r set reconcile_due_at = item."dueAt", refs_due_at = item."refsDueAt", compared_pushed_at = item."pushedAt",
       reconciled_at = greatest(r.reconciled_at, ?), reconcile_failures = 0, reconcile_error = null, unlisted_at = null
     from json_to_recordset(?::json) as item (id bigint, "dueAt" timestamptz, "refsDueAt" timestamptz, "pushedAt" timestamptz)
     where r.id = item.id and r.id = any(?::bigint[])`,
    [at, JSON.stringify(unchanged), unchanged.map(({ id }) => id)],
  );
}

/**
 * Which repositories are looked for: those whose refs have to be read, of these only those with news or whose daily reading is late,
 * those that are due for a look, or of these only those that named a time themselves.
 */
export type Waiting = 'refs' | 'urgent refs' | 'look' | 'own look';

const conditions: Record<Waiting, string> = {
  refs: 'r.refs_due_at <= :at',
  'urgent refs': `r.refs_due_at <= :at and (r.reconcile_due_at <= :at or r.refs_due_at <= ${lateDaily})`,
  look: 'r.reconcile_due_at <= :at',
  'own look': 'r.reconcile_due_at <= :at and coalesce(r.config_interval_seconds, r.reconcile_interval_seconds) is not null',
};

const orders: Record<Waiting, string> = {
  refs: 'r.refs_due_at',
  'urgent refs': 'r.refs_due_at',
  look: 'r.reconcile_due_at',
  'own look': 'r.reconcile_due_at',
};

/** Lists repositories of an installation that wait for the sweeper at `at`, the longest waiting first; their GitHub ids. */
export async function listWaiting(db: Db, installationId: string, wanted: { for: Waiting; at: Date; limit: number }): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { github_id: string }[] }>(
    `select r.github_id from repositories r where r.installation_id = :installation and ${sweepable} and ${conditions[wanted.for]}
     order by ${orders[wanted.for]} limit :limit`,
    { installation: installationId, at: wanted.at, limit: wanted.limit } as unknown as Record<string, string>,
  );
  return rows.map((row) => row.github_id);
}

/** Counts repositories of an installation that will be due for a look by `at`, no further than `limit`. */
export async function countWaiting(db: Db, installationId: string, wanted: { for: Waiting; at: Date; limit: number }): Promise<number> {
  const { rows } = await db.raw<{ rows: { count: number }[] }>(
    `select count(*)::int as count from (
       select 1 from repositories r where r.installation_id = :installation and ${sweepable} and ${conditions[wanted.for]} limit :limit
     ) counted`,
    { installation: installationId, at: wanted.at, limit: wanted.limit } as unknown as Record<string, string>,
  );
  return rows[0]!.count;
}

/** Has the configuration of repositories read that nobody has looked at yet. */
export async function requestConfigs(db: Db, repositoryIds: string[]): Promise<void> {
  await db.raw(
    `update repositories set config_due_at = now() where id = any(?::bigint[]) and config_status = 'unknown' and config_due_at is null`,
    [repositoryIds],
  );
}
