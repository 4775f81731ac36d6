/** The largest batch of refs: GitHub answers 25 repositories in about two seconds and ends every query after ten (handbook D3). */
export const largestBatch = 25;

/** The largest part of what GitHub allows an installation in an hour that listing its repositories may cost. */
const listingShare = 0.2;

/** However small an installation is, it is not listed more often than this without being asked to. Milliseconds. */
const shortestMs = 10_000;

const hourMs = 3_600_000;
const pageSize = 100;

/**
 * How long after a listing of so many pages the next one may begin, in milliseconds: so that listings cost at most a fifth of
 * what GitHub allows an installation of that size (handbook E1: 5,000 an hour and 50 for each repository above 20, up to 12,500).
 */
export function listingSpacingMs(pages: number): number {
  const limit = Math.min(12_500, 5_000 + 50 * Math.max(0, pages * pageSize - 20));
  return Math.max(shortestMs, Math.ceil((pages * hourMs) / (limit * listingShare)));
}

/** What is known when repositories are due for a look and nobody asked for the listing. */
export interface Due {
  /** How many repositories are due by the time at which the listing could be repeated. */
  soon: number;
  /** How many pages the listing has. */
  pages: number;
  /** When the next listing may begin. */
  listingAt: Date;
  now: Date;
}

/** How to look: by the listing, which clears all at once; by reading the refs of those that are due; or later, and now only those that named a time. */
export type SweepPlan = 'list' | 'read' | 'wait';

/** Chooses what costs fewer requests; for the same price refs tell more. A listing that would be cheaper but comes too soon is waited for. Pure. */
export function planSweep(due: Due): SweepPlan {
  if (due.pages >= Math.ceil(due.soon / largestBatch)) return 'read';
  return due.listingAt <= due.now ? 'list' : 'wait';
}
