import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import type { GitHubDeed } from '../flow/act-on-github.ts';
import type { BulkIssuesWish } from '../flow/bulk-issues.ts';
import type { FileProposal } from '../flow/propose-file.ts';

/** What people have done on GitHub by the API. */
export interface GitHubActions {
  /** Does one thing by an action kind, once, and answers its outputs. `conflict` where nothing may be written, else GitHub's own no. */
  act(deed: GitHubDeed): Promise<Outcome<Record<string, unknown>, ErrorCode>>;
  /**
   * Opens a pull request with the configuration file. `config_invalid` for a text with errors, `conflict` when the file or the branch is
   * another one by now, else GitHub's own no.
   */
  propose(wish: FileProposal): Promise<Outcome<Record<string, unknown>, ErrorCode>>;
  /** Opens many issues as a job, as fast as GitHub takes them. */
  openIssues(wish: BulkIssuesWish): Promise<Outcome<{ jobId: string; requested: number }, ErrorCode>>;
}
