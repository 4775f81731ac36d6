/** Seconds to the next try of processing, by how many were made: quick at first, since most troubles pass in seconds. */
const delays = [2, 5, 15, 60, 300, 900, 1800, 3600];

/** How many tries a delivery gets before it is settled as `errored`, about two hours in all. */
export const maxProcessingAttempts = delays.length;

/** When to try again after so many tries, or when GitHub asked for a later time, then. */
export function retryLaterAt(now: Date, attempts: number, askedFor?: Date): Date {
  const seconds = delays[Math.min(Math.max(attempts, 1), delays.length) - 1]!;
  const own = new Date(now.getTime() + seconds * 1000);
  return askedFor !== undefined && askedFor > own ? askedFor : own;
}
