import type { Repository, RepositoryUpdate } from './repository.ts';

/** A repository as a delivery shows it, and the installation that the delivery came through. */
export interface Sighting {
  facts: RepositoryUpdate;
  installationGithubId: string;
}

/**
 * What a sighting is worth against the row that is there: `new` nobody knew it; `same` it says what is known; `write` it is newer;
 * `stale` it is older; `removed` it shows a time before the removal; `ask` nobody but GitHub can tell.
 */
export type SightingVerdict = 'new' | 'same' | 'write' | 'stale' | 'removed' | 'ask';

/**
 * Compares what a delivery shows with what is known. Deliveries come late and in any order, so GitHub's own time of the last
 * change decides (R029); where it is missing or the same, GitHub is asked. Pure.
 */
export function judgeSighting(found: Repository | undefined, { facts, installationGithubId }: Sighting): SightingVerdict {
  if (!found) return 'new';
  const order = compareAge(facts, found);
  if (found.installationGithubId !== installationGithubId) {
    // Nobody else has a claim when the App is gone from where it was.
    if (found.uninstalledAt) return order === 'older' ? 'stale' : 'write';
    return order === 'newer' ? 'write' : order === 'older' ? 'stale' : 'ask';
  }
  if (found.removedAt) return latest(facts) > found.removedAt.getTime() ? 'ask' : 'removed';
  if (!differs(found, facts)) return 'same';
  return order === 'newer' ? 'write' : order === 'older' ? 'stale' : 'ask';
}

/** Tells which of the two is younger by GitHub's word; its times have whole seconds, so equal ones tell nothing. */
function compareAge(
  facts: Pick<RepositoryUpdate, 'updated_at'>,
  found: Pick<Repository, 'githubUpdatedAt'>,
): 'newer' | 'older' | 'unknown' {
  const seen = facts.updated_at?.getTime();
  const known = found.githubUpdatedAt?.getTime();
  if (seen === undefined || known === undefined || seen === known) return 'unknown';
  return seen > known ? 'newer' : 'older';
}

function latest(facts: RepositoryUpdate): number {
  return Math.max(facts.updated_at?.getTime() ?? 0, facts.pushed_at?.getTime() ?? 0);
}

/** True when something differs that deliveries of every kind tell alike. */
function differs(found: Repository, facts: RepositoryUpdate): boolean {
  return (
    found.fullName !== facts.full_name ||
    found.ownerGithubId !== facts.owner.github_id ||
    found.private !== facts.private ||
    found.archived !== facts.archived ||
    found.disabled !== facts.disabled ||
    (facts.default_branch !== null && facts.default_branch !== found.defaultBranch)
  );
}
