/** The lane of a delivery: what it is about decides whose sequence it belongs to. */
export function laneOf(facts: { repositoryGithubId: string | null; installationGithubId: string | null; event: string }): string {
  if (facts.repositoryGithubId !== null) return repositoryLane(facts.repositoryGithubId);
  if (facts.installationGithubId !== null) return installationLane(facts.installationGithubId);
  return `event:${facts.event}`;
}

/** The lane of everything about a repository, by its GitHub id. */
export function repositoryLane(githubId: string): string {
  return `repo:${githubId}`;
}

/** The lane of everything about an installation, by its GitHub id. */
export function installationLane(githubId: string): string {
  return `inst:${githubId}`;
}

/** The GitHub id that a lane is about, when it is of this kind. */
export function githubIdOfLane(lane: string, kind: 'repo' | 'inst'): string | undefined {
  return lane.startsWith(`${kind}:`) ? lane.slice(kind.length + 1) : undefined;
}
