import type { RefKind } from '../core/statuses.ts';
import { diffRefs } from '../mirror/diff-refs.ts';
import { listRefs } from '../mirror/refs.ts';
import type { Repository } from '../mirror/repository.ts';
import { requestListings } from '../mirror/sweeps.ts';
import type { RefListing } from './apply-differences.ts';
import {
  compareWithListing,
  postponed,
  recordListingFailure,
  wantedKinds,
  yieldToDeliveries,
  type ListingFailure,
  type Reconciled,
} from './compare-refs.ts';
import type { Context } from './context.ts';
import { placeOf } from './place-of.ts';
import { syncFacts } from './sync-facts.ts';

/** Lists one repository's branches and tags by REST and compares them with the mirror. A failure concerns this repository only. */
export async function reconcileRepository(context: Context, repository: Repository): Promise<Reconciled> {
  if (await yieldToDeliveries(context, repository)) return postponed;
  await context.configs.prepare([repository]);
  const listed = await listOwnRefs(context, repository);
  if ('code' in listed) {
    // Gone, or no access: only the listing of the installation can tell (handbook B17).
    if (listed.code === 'github_not_found') await requestListing(context, repository);
    return await recordListingFailure(context, repository, listed);
  }
  return await compareWithListing(context, listed.repository, listed.listing);
}

async function requestListing(context: Context, repository: Repository): Promise<void> {
  await requestListings(context.db, { host: context.host, githubIds: [repository.installationGithubId] }, context.clock.now());
}

/**
 * Lists by name and believes by id: where the listing tells anything new, the name may have been taken by another repository
 * (handbook B8). Then GitHub says what ours is called by now, and that one is listed.
 */
async function listOwnRefs(
  context: Context,
  repository: Repository,
): Promise<{ repository: Repository; listing: RefListing } | ListingFailure> {
  const kinds = wantedKinds(context, repository);
  const listing = await listRefsOnGitHub(context, repository, kinds);
  if ('code' in listing) return listing;
  const isNews = repository.baselineAt !== null && diffRefs(await listRefs(context.db, repository.id), listing.refs, listing).length > 0;
  const same = isNews ? await context.reader.as('sweep').confirmPlace(placeOf(repository)) : undefined;
  if (same === undefined || same.ok) return { repository, listing };
  if (same.code !== 'github_not_found') return same;
  await requestListing(context, repository);
  const renamed = await syncFacts(context, repository);
  if (!renamed || renamed.fullName === repository.fullName) return same;
  const again = await listRefsOnGitHub(context, renamed, kinds);
  return 'code' in again ? again : { repository: renamed, listing: again };
}

async function listRefsOnGitHub(context: Context, repository: Repository, kinds: RefKind[]): Promise<RefListing | ListingFailure> {
  const place = placeOf(repository);
  const refs: RefListing['refs'] = [];
  let at = context.clock.now();
  if (kinds.includes('branch')) {
    const branches = await context.reader.as('sweep').listBranches(place);
    if (!branches.ok) return branches;
    at = branches.value.observedAt;
    refs.push(...branches.value.refs.map((ref) => ({ kind: 'branch' as const, name: ref.name, sha: ref.sha, protected: ref.protected })));
  }
  if (kinds.includes('tag')) {
    const tags = await context.reader.as('sweep').listTags(place);
    if (!tags.ok) return tags;
    if (tags.value.observedAt < at) at = tags.value.observedAt;
    refs.push(...tags.value.refs.map((ref) => ({ kind: 'tag' as const, name: ref.name, sha: ref.sha, protected: null })));
  }
  return { at, kinds, refs };
}
