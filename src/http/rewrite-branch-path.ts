const branchPath = /^(\/api\/repos\/[^/?]+\/[^/?]+\/branches\/)([^?]+?)((?:\/stream)?(?:\?.*)?)$/s;

/** Lets the name of a branch stand in an address with its slashes as they are: they become `%2F` before the router looks. */
export function rewriteBranchPath(url: string): string {
  const [, before = '', branch, after = ''] = branchPath.exec(url) ?? [];
  return branch === undefined ? url : `${before}${branch.replaceAll('/', '%2F')}${after}`;
}
