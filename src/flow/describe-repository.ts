import type { Change } from '../changes/change.ts';
import type { Repository } from '../mirror/repository.ts';

/** A repository as changes, expressions and webhook bodies show it; the id is GitHub's. */
export function describeRepository(repository: Repository): Change['repository'] {
  return {
    id: repository.githubId,
    full_name: repository.fullName,
    owner: repository.owner,
    name: repository.name,
    private: repository.private,
    default_branch: repository.defaultBranch,
  };
}
