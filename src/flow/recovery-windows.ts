const dayMs = 24 * 60 * 60 * 1000;

/** How far behind the mark a listing goes back: a delivery is recorded when its attempt ends, up to 30 s after it was sent (handbook A5). Milliseconds. */
export const overlapMs = 2 * 60 * 1000;

/** From this much time without a complete listing on, people are told (handbook A15). Milliseconds. */
export const alarmMs = 60 * 60 * 60 * 1000;

/** How long settled finds are kept: twice as long as any GitHub keeps deliveries (handbook A13). Milliseconds. */
export const keepItemsMs = 14 * dayMs;

/** How long GitHub keeps deliveries: three days, on Enterprise Server seven (handbook A15). Milliseconds. */
export function retentionMs(host: string): number {
  return host === 'github.com' || host.endsWith('.github.com') || host.endsWith('.ghe.com') ? 3 * dayMs : 7 * dayMs;
}

/** The first pause of a scan that failed, where scans are further apart than that. Milliseconds. */
const pauseMs = 60_000;

/** When a scan that failed so many times in a row goes on: when GitHub said, else after a minute at most, doubling to a quarter of an hour. */
export function retryScanAt(now: Date, failures: number, wait: { intervalMs: number; askedFor: Date | undefined }): Date {
  if (wait.askedFor !== undefined && wait.askedFor > now) return wait.askedFor;
  return new Date(now.getTime() + Math.min(Math.min(wait.intervalMs, pauseMs) * 2 ** Math.min(failures, 10), 15 * 60_000));
}

/** When an item that could not be pulled is tried again: after 30 s, doubling to half an hour. */
export function retryItemAt(now: Date, attempts: number): Date {
  return new Date(now.getTime() + Math.min(30_000 * 2 ** Math.min(attempts, 10), 30 * 60 * 1000));
}
