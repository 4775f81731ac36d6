/** Where a repository is, and through which installation it is read. `github_id` guards against a name that was taken over (handbook B8). */
export interface RepositoryPlace {
  /** The installation's id on GitHub. */
  installation: string;
  owner: string;
  name: string;
  github_id?: string;
}

/**
 * A path for use in an address, each segment percent-encoded. Undefined for what no path in git looks like and what an
 * address would resolve to somewhere else: empty and dot segments, and text that is no Unicode.
 */
export function encodePath(path: string): string | undefined {
  const segments = path.split('/');
  if (!path.isWellFormed() || segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return undefined;
  return segments.map(encodeURIComponent).join('/');
}

/** The address of a repository, or of something in it, below the API's own. */
export function repositoryRoute(place: Pick<RepositoryPlace, 'owner' | 'name'>, rest = ''): string {
  const path = encodePath(`${place.owner}/${place.name}`);
  // Names come from GitHub, which allows none of these; a name that does not fit is nothing that GitHub knows.
  return `GET /repos/${path?.split('/').length === 2 ? path : '_/_'}${rest}`;
}

/** The address of something of the organisation that owns a repository. */
export function organizationRoute(place: Pick<RepositoryPlace, 'owner'>, rest: string): string {
  return `GET /orgs/${encodePath(place.owner) ?? '_'}${rest}`;
}
