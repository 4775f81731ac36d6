import type { Db } from '../db/connect.ts';

/** What one page of an installation's listing meant when it was read last. */
export interface SweepPage {
  page: number;
  githubIds: string[];
  /** How many repositories the installation had in all, as the page said. */
  total: number;
  more: boolean;
  /** What the page is asked for with again; see github/conditional.ts. */
  mark: string | null;
}

/** Finds what a page meant when it was read last, in this listing or an earlier one. */
export async function findSweepPage(db: Db, installationId: string, page: number): Promise<SweepPage | undefined> {
  const { rows } = await db.raw<{ rows: SweepPage[] }>(
    'select page, github_ids as "githubIds", total, more, mark from sweep_pages where installation_id = ? and page = ?',
    [installationId, page],
  );
  return rows[0];
}

/** True when all repositories of a page are active here: then it need not be read again to be taken in. */
export async function arePresent(db: Db, installationId: string, githubIds: string[]): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { present: number }[] }>(
    `select count(*)::int as present from repositories r
     where r.installation_id = ? and r.github_id = any(?::bigint[]) and r.removed_at is null`,
    [installationId, githubIds],
  );
  return rows[0]!.present === githubIds.length;
}

/** Writes down what a page meant, and in the same commit that the listing has come so far. */
export async function saveSweepPage(db: Db, installationId: string, page: SweepPage & { startedAt: Date }): Promise<void> {
  await db.raw(
    `with progress as (
       update sweeps set listing_page = :page, listing_retry_at = null where installation_id = :installation and listing_started_at = :startedAt
     )
     insert into sweep_pages (installation_id, page, listing_started_at, github_ids, total, more, mark)
     values (:installation, :page, :startedAt, :ids::bigint[], :total, :more, :mark)
     on conflict (installation_id, page) do update set listing_started_at = excluded.listing_started_at, github_ids = excluded.github_ids,
       total = excluded.total, more = excluded.more, mark = excluded.mark`,
    {
      installation: installationId,
      page: page.page,
      startedAt: page.startedAt,
      ids: page.githubIds,
      total: page.total,
      more: page.more,
      mark: page.mark,
    } as unknown as Record<string, string>,
  );
}

/** How many different repositories the pages of a listing showed, and how many its last page said there are. */
export async function countListed(
  db: Db,
  installationId: string,
  startedAt: Date,
): Promise<{ shown: number; total: number; pages: number }> {
  const { rows } = await db.raw<{ rows: { shown: number; total: number; pages: number }[] }>(
    `select count(distinct item)::int as shown, count(distinct p.page)::int as pages,
       coalesce((array_agg(p.total order by p.page desc))[1], 0) as total
     from sweep_pages p left join lateral unnest(p.github_ids) item on true
     where p.installation_id = ? and p.listing_started_at = ?`,
    [installationId, startedAt],
  );
  return rows[0]!;
}

/** How many pages the listing had when it was read last; 0 before the first time. */
export async function countPages(db: Db, installationId: string): Promise<number> {
  const { rows } = await db.raw<{ rows: { pages: number }[] }>(
    'select coalesce(max(page), 0)::int as pages from sweep_pages where installation_id = ?',
    [installationId],
  );
  return rows[0]!.pages;
}

/** Forgets the pages behind the last one of a listing. */
export async function trimSweepPages(db: Db, installationId: string, startedAt: Date): Promise<void> {
  await db.raw('delete from sweep_pages where installation_id = ? and listing_started_at <> ?', [installationId, startedAt]);
}

/** Lists the repositories that a listing does not show although they were there when it began, at most `limit`; those missed before come with the time. */
export async function listUnlisted(
  db: Db,
  installationId: string,
  listing: { startedAt: Date; limit: number },
): Promise<{ id: string; githubId: string; unlistedAt: Date | null }[]> {
  const { rows } = await db.raw<{ rows: { id: string; githubId: string; unlistedAt: Date | null }[] }>(
    `select r.id, r.github_id as "githubId", r.unlisted_at as "unlistedAt" from repositories r
     where r.installation_id = :installation and r.removed_at is null and r.installation_since < :startedAt
       and not exists (
         select 1 from (
           select unnest(p.github_ids) as github_id from sweep_pages p
           where p.installation_id = :installation and p.listing_started_at = :startedAt
         ) listed where listed.github_id = r.github_id
       )
     order by r.id limit :limit`,
    { installation: installationId, ...listing } as unknown as Record<string, string>,
  );
  return rows;
}

/** Notes that a complete listing lacked these repositories: missing from the next one too, they are gone. */
export async function markUnlisted(db: Db, repositoryIds: string[], at: Date): Promise<void> {
  await db.raw('update repositories set unlisted_at = coalesce(unlisted_at, ?) where id = any(?::bigint[])', [at, repositoryIds]);
}
