/** What a status says of the place it came from: it works, it cannot now, or this address is gone for good (handbook L5). */
export type DestinationSign = 'fine' | 'failing' | 'gone';

/** Statuses that say "not now": request timeout, too early, too many requests. */
export const laterStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** The ordinary reading of a status. A kind whose addresses can be gone for good says so itself, in `sign` of its request. */
export function standardSign(status: number): DestinationSign {
  return status >= 500 || laterStatuses.has(status) ? 'failing' : 'fine';
}
