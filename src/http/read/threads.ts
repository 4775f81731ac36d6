import type { Db } from '../../db/connect.ts';
import type { Requester } from '../../people/requester.ts';
import { changeItem, changeListSql, type ChangeRow } from './changes.ts';
import { explainConsidered } from './considered-notes.ts';
import { readConsidered } from './considered.ts';
import { deliveryColumns, deliveryItem, type DeliveryRow } from './deliveries.ts';
import { listRepositoryGithubIds, listRepositoryIds } from './repositories.ts';
import { durationMs, isoTime, isoTimeOrNull, queryRows } from './rows.ts';
import { readRunsOfChanges, runItem, type AttemptRow, type StepRow } from './runs.ts';
import type { ChangeSummary, ConsideredWatch } from '../schemas/change.ts';
import type { DeliverySummary } from '../schemas/delivery.ts';
import type { RunSummary } from '../schemas/run.ts';
import type { TicketResult } from '../schemas/ticket.ts';
import { listThreadHeads, type ThreadHead, type ThreadStatus } from './thread-heads.ts';
import { listTicketResults } from './tickets.ts';

/** Which threads to show. */
export interface ThreadFilter {
  /** owner/name */
  repository?: string | undefined;
  status?: ThreadStatus | undefined;
}

/** Which threads, for whom. */
interface ThreadQuery extends ThreadFilter {
  requester: Requester;
}

/** One try, without its texts. */
export interface ThreadAttempt {
  number: number;
  status: AttemptRow['status'];
  code: string | null;
  message: string | null;
  /** What was called, and what it answered, for steps that call something. */
  target: string | null;
  httpStatus: number | null;
  retryAt: string | null;
  startedAt: string;
  durationMs: number | null;
}

/** One action of a run. */
interface ThreadStep {
  position: number;
  key: string | null;
  name: string | null;
  kind: string;
  status: StepRow['status'];
  code: string | null;
  message: string | null;
  attempts: ThreadAttempt[];
}

/** A run as a thread shows it. */
interface ThreadRun extends RunSummary {
  steps: ThreadStep[];
  tickets: TicketResult[];
}

/** A change as a thread shows it. */
export interface ThreadChange extends ChangeSummary {
  /** The first line of the head commit's message. */
  headline: string | null;
  /** Where GitHub shows the difference, as it was delivered. */
  compareUrl: string | null;
  /** Where GitHub shows the pull request, issue, comment or release, as it was delivered. */
  pageUrl: string | null;
  considered: ConsideredWatch[];
  /** What else there is to say about why something did or did not run. */
  notes: string[];
  runs: ThreadRun[];
}

/** A delivery with everything that came of it; or a change that no delivery announced. */
export interface Thread {
  key: string;
  at: string;
  delivery: DeliverySummary | null;
  changes: ThreadChange[];
}

type AttemptFacts = AttemptRow & { method: string | null; url: string | null; http_status: string | null };

function attemptOf(row: AttemptFacts): ThreadAttempt {
  const httpStatus = Number(row.http_status ?? Number.NaN);
  return {
    number: row.number,
    status: row.status,
    code: row.code,
    message: row.message,
    target: row.url === null ? null : `${row.method ?? ''} ${row.url}`.trim(),
    httpStatus: Number.isInteger(httpStatus) ? httpStatus : null,
    retryAt: isoTimeOrNull(row.retry_at),
    startedAt: isoTime(row.started_at),
    durationMs: durationMs(row.started_at, row.finished_at),
  };
}

async function listRuns(db: Db, changeIds: string[]): Promise<{ runs: ThreadRun[]; isOf: (run: string, change: string) => boolean }> {
  const { rows: runs, isOf } = await readRunsOfChanges(db, changeIds);
  const ids = runs.map((run) => run.id);
  if (ids.length === 0) return { runs: [], isOf };
  const steps = await queryRows<StepRow>(db, 'select s.* from steps s where s.run_id = any(:ids) order by s.position limit 2000', { ids });
  const attempts = await queryRows<AttemptFacts>(
    db,
    `select a.run_id, a.position, a.number, a.status, a.code, a.message, a.retry_at, a.started_at, a.finished_at,
       a.request ->> 'method' as method, left(a.request ->> 'url', 300) as url, a.response ->> 'status' as http_status
     from attempts a where a.run_id = any(:ids) order by a.number limit 4000`,
    { ids },
  );
  const attemptsOf = (step: StepRow) =>
    attempts.filter((row) => row.run_id === step.run_id && row.position === step.position).map(attemptOf);
  const stepsOf = (run: string) =>
    steps
      .filter((step) => step.run_id === run)
      .map((step): ThreadStep => {
        const { position, key, name, kind, status, code, message } = step;
        return { position, key, name, kind, status, code, message, attempts: attemptsOf(step) };
      });
  const tickets = await listTicketResults(db, changeIds);
  const ticketsOf = (run: string) => tickets.filter((ticket) => ticket.run_id === run);
  return { runs: runs.map((run) => Object.assign(runItem(run), { steps: stepsOf(run.id), tickets: ticketsOf(run.id) })), isOf };
}

async function listChanges(db: Db, heads: readonly ThreadHead[]): Promise<ThreadChange[]> {
  const ids = heads.filter(({ kind }) => kind === 'change').map(({ id }) => id);
  const deliveryIds = heads.filter(({ kind }) => kind === 'delivery').map(({ id }) => id);
  const sql = `(${changeListSql} where c.id = any(:ids)) union all (${changeListSql} where c.delivery_id = any(:deliveryIds) order by c.id limit 500)`;
  const rows = await queryRows<ChangeRow>(db, sql, { ids, deliveryIds });
  const { runs, isOf } = await listRuns(
    db,
    rows.map((row) => row.id),
  );
  const considered = await readConsidered(db, rows);
  return rows.map((row) => {
    const { message } = (row.data['head_commit'] ?? {}) as { message?: string };
    return Object.assign(changeItem(row), {
      headline: message?.split('\n', 1)[0] ?? null,
      compareUrl: typeof row.data['compare_url'] === 'string' ? row.data['compare_url'] : null,
      pageUrl: pageOf(row.data),
      considered: considered.get(row.id) ?? [],
      notes: explainConsidered(row),
      runs: runs.filter((run) => isOf(run.id, row.id)),
    });
  });
}

function pageOf(data: Record<string, unknown>): string | null {
  for (const part of ['comment', 'pull_request', 'issue', 'release']) {
    const { html_url: url } = (data[part] ?? {}) as { html_url?: unknown };
    if (typeof url === 'string') return url;
  }
  return null;
}

async function listDeliveriesById(db: Db, ids: string[]): Promise<DeliverySummary[]> {
  if (ids.length === 0) return [];
  const rows = await queryRows<DeliveryRow>(db, `select ${deliveryColumns} from deliveries d where d.id = any(:ids)`, { ids });
  return rows.map(deliveryItem);
}

/** The newest threads: what came in, what it meant, who was asked, what ran, how it went. */
export async function listThreads(db: Db, filter: ThreadQuery, limit: number): Promise<Thread[]> {
  const repository = filter.repository;
  const repositories =
    repository === undefined
      ? undefined
      : { ids: await listRepositoryIds(db, repository), githubIds: await listRepositoryGithubIds(db, repository) };
  return await readThreads(db, await listThreadHeads(db, { repositories, status: filter.status, requester: filter.requester }, limit));
}

/** One thread: of a delivery with all its changes, or of one change, whoever announced it. */
export async function findThread(db: Db, { kind, id }: Pick<ThreadHead, 'kind' | 'id'>): Promise<Thread | undefined> {
  const at = kind === 'delivery' ? 'received_at' : 'created_at';
  const [head] = await queryRows<{ at: Date }>(
    db,
    `select h.${at} as at from ${kind === 'delivery' ? 'deliveries' : 'changes'} h where h.id = :id`,
    { id },
  );
  if (head === undefined) return undefined;
  const [thread] = await readThreads(db, [{ kind, id, at: head.at }]);
  return thread;
}

/** The threads that begin at these deliveries and changes, in the same order. */
export async function readThreads(db: Db, heads: readonly ThreadHead[]): Promise<Thread[]> {
  const deliveries = await listDeliveriesById(
    db,
    heads.filter(({ kind }) => kind === 'delivery').map(({ id }) => id),
  );
  const changes = await listChanges(db, heads);
  return heads.map(({ kind, id, at }) => ({
    key: `${kind}-${id}`,
    at: isoTime(at),
    delivery: kind === 'delivery' ? (deliveries.find((row) => row.id === id) ?? null) : null,
    changes: changes.filter((row) => (kind === 'delivery' ? row.delivery_id === id : row.id === id)),
  }));
}
