import type { RepositoryPlace } from '../github/repository-path.ts';
import type { Repository } from '../mirror/repository.ts';

/** Where a repository is on GitHub, checked by its id wherever it is read. */
export function placeOf(repository: Repository): RepositoryPlace {
  return { installation: repository.installationGithubId, owner: repository.owner, name: repository.name, github_id: repository.githubId };
}
