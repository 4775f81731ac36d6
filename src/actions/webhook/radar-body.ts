import type { RunFacts } from '../run-facts.ts';

/** The body that Repo Radar sent; `params` as it came with a start by hand, over the parameters of the branch. */
export function buildRadarBody(facts: RunFacts, params: Record<string, unknown> | undefined): Record<string, unknown> {
  const { change, repository, ref, after, commit, run, project } = facts;
  const author = commit?.['author'] as { name?: unknown } | null | undefined;
  const inputs = change['type'] === 'manual.requested' ? (change['inputs'] as Record<string, unknown> | undefined) : undefined;
  return {
    project: {
      id: project?.['id'] ?? repository['id'],
      name: project?.['name'] ?? repository['name'],
      repoUrl: repository['html_url'] ?? null,
    },
    branch: ref?.['kind'] === 'branch' ? ref['name'] : null,
    commit: {
      sha: commit?.['id'] ?? after,
      message: commit?.['message'] ?? null,
      author: author?.name ?? null,
      date: commit?.['timestamp'] ?? null,
    },
    isManualTrigger: run.replay || change['origin'] === 'manual',
    params: params ?? { ...facts.params, ...inputs },
  };
}
