import type { Thread, ThreadAttempt, ThreadChange } from './read/threads.ts';
import { threadGroups, threadStatuses } from './read/thread-heads.ts';
import type { ThreadItem } from './schemas/thread.ts';

/** A thread as the API shows it. */
export function threadItem({ key, at, delivery, changes }: Thread): ThreadItem {
  return {
    id: key,
    at,
    status: statusOf({ delivery, changes }),
    repository: delivery?.repository?.full_name ?? changes[0]?.repository.full_name ?? null,
    delivery,
    changes: changes.map(changeItem),
  };
}

/** What is not over comes first, then what failed: the worst word for the whole. */
function statusOf({ delivery, changes }: Pick<Thread, 'delivery' | 'changes'>): ThreadItem['status'] {
  const runs = changes.flatMap((change) => change.runs.map(({ status }) => status as string));
  const fits = (word: (typeof threadStatuses)[number]) =>
    (delivery !== null && threadGroups[word].deliveries.includes(delivery.status)) ||
    runs.some((status) => threadGroups[word].runs.includes(status));
  return (['waiting', 'failed', 'succeeded', 'ignored'] as const).find(fits) ?? 'done';
}

function changeItem({ compareUrl, pageUrl, runs, ...change }: ThreadChange): ThreadItem['changes'][number] {
  return {
    ...change,
    compare_url: compareUrl,
    page_url: pageUrl,
    runs: runs.map(({ steps, ...run }) => ({
      ...run,
      steps: steps.map((step) => ({ ...step, attempts: step.attempts.map(attemptItem) })),
    })),
  };
}

function attemptItem({
  httpStatus,
  retryAt,
  startedAt,
  durationMs,
  ...attempt
}: ThreadAttempt): ThreadItem['changes'][number]['runs'][number]['steps'][number]['attempts'][number] {
  return { ...attempt, http_status: httpStatus, retry_at: retryAt, started_at: startedAt, duration_ms: durationMs };
}

/** The last moment that something of a thread is known to have changed. Milliseconds since 1970. */
export function touchedAt({ at, delivery, changes }: ThreadItem): number {
  const moments = [
    at,
    delivery?.settled_at,
    ...changes.flatMap((change) => [
      change.created_at,
      ...change.runs.flatMap((run) => [
        run.created_at,
        run.started_at,
        run.finished_at,
        ...run.steps.flatMap((step) => step.attempts.map((attempt) => attempt.started_at)),
      ]),
    ]),
  ];
  return Math.max(...moments.flatMap((moment) => (moment === null || moment === undefined ? [] : [Date.parse(moment)])));
}
