import { zeroSha } from '../changes/ref-change.ts';
import { ok } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import type { Read } from '../github/ask.ts';
import type { RefKind } from '../core/statuses.ts';
import type { FoundRef } from '../mirror/check-records.ts';
import { diffRefs, type ListedRef, type RefDifference } from '../mirror/diff-refs.ts';
import { listGapBranches } from '../mirror/ref-states.ts';
import { listRefs } from '../mirror/refs.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { applyChanges, type Applied } from './apply-changes.ts';
import type { Arrival } from './arrival.ts';
import type { Context } from './context.ts';
import { fillCommits } from './fill-commits.ts';
import { findPushes } from './find-pushes.ts';
import { placeOf } from './place-of.ts';
import { syncConfig } from './sync-config.ts';

/** A provably complete listing of a repository's refs of these kinds, asked for at `at` (handbook D12, D14). */
export interface RefListing {
  at: Date;
  kinds: RefKind[];
  refs: (ListedRef & { protected: boolean | null })[];
  /** The last push that GitHub knew of by then; absent: what the mirror had been told. */
  pushedAt?: Date | null;
}

/** What a comparison came to. */
export interface Differences {
  changes: number;
  /** Each ref of which something was found, as it stands now. */
  found: FoundRef[];
  /** True when a ref moved while its history was being read: another look is due soon. */
  overtaken: boolean;
}

/**
 * Turns the differences between the mirror and a listing into changes: deletions verified, pushes rebuilt, commits read, and all
 * of them applied in one transaction. A failure that may pass comes back before anything was written.
 */
export async function applyDifferences(context: Context, repository: Repository, listing: RefListing): Promise<Read<Differences>> {
  const mirrored = await listRefs(context.db, repository.id);
  const differences: RefDifference[] = [];
  for (const difference of diffRefs(mirrored, listing.refs, listing))
    if (await isReal(context, repository, difference)) differences.push(difference);
  const gapBranches = listing.kinds.includes('branch') ? await listGapBranches(context.db, repository.id) : [];
  if (differences.length + gapBranches.length === 0) return ok({ changes: 0, found: [], overtaken: false });
  const current = await withCurrentConfig(context, repository, differences);
  const pushes = await findPushes(context, current, { differences, gapBranches, at: listing.at });
  if (!pushes.ok) return pushes;
  const heads = new Map(listing.refs.filter(({ kind }) => kind === 'branch').map(({ name, sha }) => [name, sha]));
  const arrivals = await fillCommits(context, current, { arrivals: pushes.value, heads });
  if (!arrivals.ok) return arrivals;
  const applied = await transaction(context.db, (trx) => applyChanges(context, trx, arrivals.value));
  const found = arrivals.value.filter((_, index) => applied[index]!.result === 'change');
  if (found.length > 0)
    context.log.info({ repository: repository.fullName, changes: found.length }, 'Reconcile found changes that no webhook had told of');
  return ok({ changes: found.length, found: listFoundRefs(found), overtaken: isOvertaken(arrivals.value, applied) });
}

/** Where the default branch has moved, the configuration may have, too: what is found now is matched with the file of now, as a push is. */
async function withCurrentConfig(context: Context, repository: Repository, differences: RefDifference[]): Promise<Repository> {
  const moved = differences.some(({ kind, name, after }) => kind === 'branch' && name === repository.defaultBranch && after !== zeroSha);
  if (moved) await syncConfig({ ...context, reader: context.reader.as('sweep') }, repository);
  const current = (await findRepositories(context.db, context.host, [repository.githubId])).get(repository.githubId) ?? repository;
  await context.configs.prepare([current]);
  return current;
}

/** A deletion is only believed when GitHub confirms it for this very ref (handbook D12). */
async function isReal(context: Context, repository: Repository, difference: RefDifference): Promise<boolean> {
  if (difference.after !== zeroSha) return true;
  const found = await context.reader.as('sweep').findRef(placeOf(repository), difference.kind, difference.name);
  return found.ok && found.value === undefined;
}

function isOvertaken(arrivals: Arrival[], applied: Applied[]): boolean {
  return arrivals.some((arrival, index) => arrival.rebuilt?.as === 'onward' && applied[index]!.result !== 'change');
}

function listFoundRefs(arrivals: Arrival[]): FoundRef[] {
  const refs = new Map<string, FoundRef>();
  for (const { full, kind, name, before, after, headCommit, rebuilt } of arrivals) {
    const earlier = refs.get(full);
    // What fills a gap came before what is known: the ref stands elsewhere by now.
    const isHead = rebuilt?.as !== 'gap';
    refs.set(full, {
      kind,
      name,
      before: earlier?.before ?? before,
      sha: after === zeroSha ? null : after,
      message: isHead ? (headCommit?.message ?? null) : null,
      author: isHead ? (headCommit?.author.username ?? headCommit?.author.name ?? null) : null,
      committedAt: isHead ? readTime(headCommit?.timestamp) : null,
      changes: (earlier?.changes ?? 0) + 1,
    });
  }
  return [...refs.values()];
}

/** The commit's own time is text that its author chose: what is no time is left out. */
function readTime(text: string | null | undefined): string | null {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999 || time.getUTCFullYear() < 0 ? null : time.toISOString();
}
