/** The page of a repository, or one of its parts, such as `branches`. */
export function repositoryPath(fullName: string, part = ''): string {
  const [owner = '', name = ''] = fullName.split('/', 2);
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}${part === '' ? '' : `/${part}`}`;
}

/** The page of a branch. Its name may hold slashes, which stay as they are. */
export function branchPath(fullName: string, branch: string): string {
  return repositoryPath(fullName, `branches/${branch.split('/').map(encodeURIComponent).join('/')}`);
}

/** The page of a watch: its editor. */
export function watchPath(fullName: string, key: string): string {
  return repositoryPath(fullName, `watches/${encodeURIComponent(key)}`);
}

/** The page of a run. */
export function runPath(id: string): string {
  return `/runs/${id}`;
}

/** The page of a change: its thread. */
export function changePath(id: string): string {
  return `/changes/${id}`;
}

/** The page of a delivery: its thread. */
export function deliveryPath(id: string): string {
  return `/deliveries/${id}`;
}

/** The page of a project, or one of its parts. */
export function projectPath(id: string, part = ''): string {
  return `/projects/${id}${part === '' ? '' : `/${part}`}`;
}

/** The page of an installation, or one of its parts. */
export function installationPath(id: string, part = ''): string {
  return `/installations/${id}${part === '' ? '' : `/${part}`}`;
}

/** The address of a thing on GitHub, from the address of its repository there. */
export function onGitHub(repositoryUrl: string | null, path: string): string | null {
  return repositoryUrl === null ? null : `${repositoryUrl}/${path}`;
}
