import type { Read } from '../github/ask.ts';
import type { RepositoryPage } from '../github/reader.ts';
import type { Installation } from '../mirror/installation.ts';
import { beginListing, recordListing } from '../mirror/installation-health.ts';
import { failureDelayMs } from '../mirror/reconcile-pace.ts';
import {
  arePresent,
  countListed,
  findSweepPage,
  listUnlisted,
  markUnlisted,
  saveSweepPage,
  trimSweepPages,
  type SweepPage,
} from '../mirror/sweep-pages.ts';
import { endListing, updateSweep, type Sweep } from '../mirror/sweeps.ts';
import type { Context } from './context.ts';
import { removeFromMirror, sourceOfListing } from './remove-from-mirror.ts';
import { stopSweep, stopsSweep } from './stop-sweep.ts';
import { takePage, type ListedPage } from './sweep-page.ts';

/** What came of asking for a page: go on with the next one, the listing is over, or it has to wait. */
export type PageStep = 'page' | 'over' | 'waits';

/** Of so few repositories that a listing lacks, each is asked for; of more, a second listing has to lack them, too. */
const askedEach = 25;

type Failure = Extract<Read<never>, { ok: false }>;

/** Begins the listing of an installation at its first page. What earlier pages meant stays, to be asked about for free. */
export async function beginSweepListing(context: Context, installation: Installation): Promise<Sweep['listingStartedAt']> {
  const startedAt = context.clock.now();
  await updateSweep(context.db, installation.id, { listingStartedAt: startedAt, listingPage: 0, listingRetryAt: null });
  await beginListing(context.db, installation.id);
  return startedAt;
}

/**
 * Reads the next page of the listing that is under way and takes it into the mirror. The last page ends it: complete, it is the
 * master list, and what it lacks is removed; otherwise nothing is (handbook B4, B12, D12).
 */
export async function readListingPage(context: Context, installation: Installation, sweep: Sweep): Promise<PageStep> {
  const startedAt = sweep.listingStartedAt!;
  const number = sweep.listingPage + 1;
  const before = await findSweepPage(context.db, installation.id, number);
  // A page that is the same as before tells nothing of a repository that was removed here meanwhile: its facts are needed to take it back.
  const known = before && (await arePresent(context.db, installation.id, before.githubIds)) ? before : undefined;
  const askedAt = context.clock.now();
  const read = await context.reader.listRepositoryPage(installation.githubId, { number, known: known?.mark ?? null });
  if (!read.ok) return await recordFailure(context, installation, { sweep, failure: read });
  const page = read.value === 'unchanged' ? known! : toSweepPage(number, read.value);
  if (page.more && page.githubIds.length === 0) {
    const message = `page ${number} of the repositories of ${installation.login} is empty and yet not the last one`;
    return await recordFailure(context, installation, { sweep, failure: { ok: false, code: 'listing_incomplete', message } });
  }
  const facts = read.value === 'unchanged' ? undefined : read.value.repositories;
  const listed: ListedPage = { at: read.value === 'unchanged' ? askedAt : read.value.observedAt, githubIds: page.githubIds, facts };
  await takePage(context, installation, listed);
  await saveSweepPage(context.db, installation.id, { ...page, startedAt });
  if (page.more) return 'page';
  return await finish(context, installation, { ...sweep, listingPage: number });
}

function toSweepPage(number: number, page: RepositoryPage): SweepPage {
  const githubIds = page.repositories.map((repository) => repository.github_id);
  return { page: number, githubIds, total: page.total, more: page.more, mark: page.mark };
}

async function finish(context: Context, installation: Installation, sweep: Sweep): Promise<PageStep> {
  const startedAt = sweep.listingStartedAt!;
  const { shown, total, pages } = await countListed(context.db, installation.id, startedAt);
  if (shown !== total || pages !== sweep.listingPage) {
    const message = `GitHub showed ${shown} of the ${total} repositories of ${installation.login}; nothing was removed, and they are listed again`;
    return await recordFailure(context, installation, { sweep, failure: { ok: false, code: 'listing_incomplete', message } });
  }
  const removed = await removeUnlisted(context, installation, startedAt);
  if (removed === undefined) return 'waits';
  await trimSweepPages(context.db, installation.id, startedAt);
  await recordListing(context.db, installation.id, null);
  await endListing(context.db, installation.id, { startedAt, at: context.clock.now() });
  context.log.info({ installation: installation.login, repositories: total, pages, removed }, 'An installation was listed');
  return 'over';
}

/**
 * Removes what a complete listing lacks. A repository can slip from a page that is still to come to one that was read, when
 * another one goes meanwhile: so GitHub is asked for it, or the next listing has to lack it, too. Answers how many went;
 * undefined when GitHub could not be asked.
 */
async function removeUnlisted(context: Context, installation: Installation, startedAt: Date): Promise<number | undefined> {
  const missing = await listUnlisted(context.db, installation.id, { startedAt, limit: 100_000 });
  if (missing.length === 0) return 0;
  const gone = missing.filter(({ unlistedAt }) => unlistedAt !== null);
  const unsure = missing.filter(({ unlistedAt }) => unlistedAt === null);
  const open: string[] = [];
  for (const repository of unsure) {
    if (unsure.length > askedEach) {
      open.push(repository.id);
      continue;
    }
    const read = await context.reader.getRepository(installation.githubId, repository.githubId);
    if (read.ok) open.push(repository.id);
    else if (read.code === 'github_not_found') gone.push(repository);
    else if (stopsSweep(read)) {
      await stopSweep(context, installation, read);
      return undefined;
    } else open.push(repository.id);
  }
  await markUnlisted(context.db, open, startedAt);
  // Somebody can still see them, and this list does not show them: the next one tells.
  if (open.length > 0) await updateSweep(context.db, installation.id, { listingDueAt: context.clock.now() });
  if (gone.length === 0) return 0;
  return await removeFromMirror(context, {
    installationId: installation.id,
    which: { githubIds: gone.map(({ githubId }) => githubId) },
    departure: 'removed_from_installation',
    reason: "not in the installation's listing",
    source: sourceOfListing(startedAt),
  });
}

/** Writes down why a listing could not go on. A page is asked for again where it failed; a listing that does not add up begins anew. */
async function recordFailure(
  context: Context,
  installation: Installation,
  { sweep, failure }: { sweep: Sweep; failure: Failure },
): Promise<PageStep> {
  if (stopsSweep(failure)) await stopSweep(context, installation, failure);
  const now = context.clock.now();
  const own = new Date(now.getTime() + failureDelayMs(sweep.listingFailures));
  const dueAt = failure.retryAt !== undefined && failure.retryAt > own ? failure.retryAt : own;
  const anew = failure.code === 'listing_incomplete';
  await updateSweep(context.db, installation.id, {
    listingRetryAt: dueAt,
    listingFailures: sweep.listingFailures + 1,
    ...(anew ? { listingStartedAt: null, listingPage: 0, listingDueAt: dueAt, listingEndedAt: now } : {}),
  });
  await recordListing(context.db, installation.id, { code: failure.code, message: `${failure.code}: ${failure.message}`, dueAt });
  context.log.warn(
    { installation: installation.login, code: failure.code, reason: failure.message, again: dueAt.toISOString() },
    'An installation could not be listed',
  );
  return 'waits';
}
