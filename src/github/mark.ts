/**
 * What an answer is known by: GitHub's ETag and the token it was given for (handbook D9). Opaque text, to be kept beside what
 * the answer meant. It holds for one address and for the life of the installation's token, an hour at most; a mark of a
 * former token is simply not sent, and the answer comes in full.
 */
export type Mark = string;

/** Where the token's hook leaves the mark of an answer. */
export const markHeader = 'x-repowatch-mark';

/** Ties an ETag to the token it holds for. */
export function createMark(fingerprint: string, etag: string): Mark {
  return `${fingerprint} ${etag}`;
}

/** The two parts of a mark; undefined for what is none. */
export function splitMark(mark: Mark | null | undefined): { fingerprint: string; etag: string } | undefined {
  const [, fingerprint, etag] = /^(\S+) (.+)$/.exec(mark ?? '') ?? [];
  return fingerprint === undefined || etag === undefined ? undefined : { fingerprint, etag };
}

/** True for what Octokit throws for a 304 (handbook D10). */
export function isNotModified(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { status?: unknown }).status === 304;
}
