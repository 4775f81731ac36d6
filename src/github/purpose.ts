import type { GitHubPurpose } from '../core/statuses.ts';

/**
 * What a request to GitHub is for; it decides which share of the installation's budget it may spend (handbook E1, D16):
 * `interactive` for a person who waits and for a change that is being decided, `actions` for what a run does, `sweep` for
 * everything that nobody waits for: reconcile and listings. What the App asks in its own name (recovery) has a limit of its own.
 */
export type Purpose = GitHubPurpose;
