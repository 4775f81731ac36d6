import type { Thread } from '../../http/read/threads.ts';
import type { ThreadItem } from '../../http/schemas/thread.ts';

/** A thread of the REST side as the thread's view takes it. */
export function threadOf({ id, at, delivery, changes }: ThreadItem): Thread {
  return {
    key: id,
    at,
    delivery,
    changes: changes.map(({ compare_url: compareUrl, page_url: pageUrl, runs, ...change }) => ({
      ...change,
      compareUrl,
      pageUrl,
      runs: runs.map(({ steps, ...run }) => ({
        ...run,
        steps: steps.map(({ attempts, ...step }) => ({
          ...step,
          attempts: attempts.map(
            ({ http_status: httpStatus, retry_at: retryAt, started_at: startedAt, duration_ms: durationMs, ...attempt }) => ({
              ...attempt,
              httpStatus,
              retryAt,
              startedAt,
              durationMs,
            }),
          ),
        })),
      })),
    })),
  };
}
