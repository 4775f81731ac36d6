/**
 * Where the REST API of a GitHub is whose pages are at this address: github.com and ghe.com have a host of their own for it,
 * GitHub Enterprise Server a path (handbook J1, J2).
 */
export function findApiUrl(githubUrl: string): string {
  const { protocol, host, hostname, origin } = new URL(githubUrl);
  if (hostname === 'github.com' || hostname.endsWith('.ghe.com')) return `${protocol}//api.${host}`;
  return `${origin}/api/v3`;
}
