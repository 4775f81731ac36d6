import type { RefKind } from '../core/statuses.ts';
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

/** Lists one repository's branches and tags by REST and compares them with the mirror. A failure concerns this repository only. */
export async function reconcileRepository(context: Context, repository: Repository): Promise<Reconciled> {
  if (await yieldToDeliveries(context, repository)) return postponed;
  await context.configs.prepare([repository]);
  const listing = await listRefsOnGitHub(context, repository, wantedKinds(context, repository));
  if ('code' in listing) {
    // Gone, or no access: only the listing of the installation can tell (handbook B17).
    if (listing.code === 'github_not_found')
      await requestListings(context.db, { host: context.host, githubIds: [repository.installationGithubId] }, context.clock.now());
    return await recordListingFailure(context, repository, listing);
  }
  return await compareWithListing(context, repository, listing);
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
