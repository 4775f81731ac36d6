import type { RepositoryFacts } from '../github/translation.ts';
import type { Repository } from '../mirror/repository.ts';

/** A repository as a payload shows it, when nothing more is known of it: what judging a change looks at, and nothing against it. For trying a file out. */
export function trialRepository(facts: RepositoryFacts, installationGithubId: string): Repository {
  const known: Partial<Repository> = {
    id: '0',
    githubId: facts.github_id,
    installationId: '0',
    installationGithubId,
    ownerGithubId: facts.owner.github_id,
    owner: facts.owner.login,
    name: facts.name,
    fullName: facts.full_name,
    private: facts.private,
    defaultBranch: facts.default_branch,
    htmlUrl: facts.html_url,
    appSlug: null,
    configId: null,
    isOrganizationFile: false,
    organizationConfigId: null,
    organizationConfigStatus: null,
    extendsConfigId: null,
    configStatus: 'ok',
  };
  return known as Repository;
}
