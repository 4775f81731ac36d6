import type { GitHubAnswer, GitHubPermissions } from './github-access.ts';
import type { RunFacts } from './run-facts.ts';

/** One request of a script below the address of the run's own repository. */
export interface NarrowRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** What follows `/repos/OWNER/NAME`, encoded, its query included. */
  path: string;
  body?: Record<string, unknown>;
  /** What the token may do beside reading metadata and contents. */
  permissions: GitHubPermissions;
  signal: AbortSignal;
}

/** What GitHub said, whatever its status; numbers beyond 2^53 are text. */
interface NarrowAnswer {
  status: number;
  headers: Record<string, string>;
  data: unknown;
}

/** GitHub for scripts: one repository, with a token that can do no more than the step declares. Nobody here gets to see the token. */
export interface NarrowGitHub {
  /** Where requests go: a secret in use must be allowed to go there. */
  readonly url: URL;
  /** Sends once. Fails without an answer of GitHub, or when it asks to wait, or when the installation has not granted the permissions. */
  request(facts: RunFacts, request: NarrowRequest): Promise<GitHubAnswer<NarrowAnswer>>;
}
