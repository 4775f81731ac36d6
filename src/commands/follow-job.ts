import { setTimeout as pause } from 'node:timers/promises';
import { ok, type Outcome } from '../core/outcome.ts';
import type { Job } from '../http/schemas/job.ts';
import type { ApiClient } from './api-client.ts';
import type { CommandContext } from './command-context.ts';
import { createProgress } from './progress.ts';
import { printable } from './show-table.ts';

/** How often a job is looked at: soon at first, then once a second. Milliseconds. */
const firstLookMs = 100;
const slowestLookMs = 1_000;

/** Looks at a job until it is over and shows how far it is. When it is told to stop, only the looking ends. */
export async function followJob(context: CommandContext, api: ApiClient, job: Job): Promise<Outcome<Job>> {
  const stop = context.listenForStop();
  const progress = createProgress(context);
  let last = job;
  let waitMs = firstLookMs;
  while (isOpen(last) && !stop.aborted) {
    progress.show(stepOf(last));
    await pause(waitMs, undefined, { signal: stop }).catch(() => undefined);
    waitMs = Math.min(waitMs * 1.5, slowestLookMs);
    const read = await api.get<Job>(`/api/jobs/${job.id}`);
    if (!read.ok) {
      progress.end();
      return read;
    }
    last = read.value;
  }
  progress.show(stepOf(last));
  progress.end();
  if (isOpen(last)) context.tell(`Job ${last.id} goes on without being watched: GET ${api.url}/api/jobs/${last.id}`);
  return ok(last);
}

function isOpen({ status }: Job): boolean {
  return status === 'queued' || status === 'running';
}

function stepOf(job: Job): { done: number; total: number; note: string } {
  const found = `${job.changes} ${job.changes === 1 ? 'change' : 'changes'}`;
  const about = job.kind === 'replay' || job.kind === 'redrive' ? null : found;
  const note = [job.repository, about, job.failed > 0 ? `${job.failed} failed` : null].filter(Boolean).join(', ');
  return { done: job.progress, total: job.total, note: printable(note) };
}

/** What a job came to, for people. */
export function reportJob(context: CommandContext, job: Job): void {
  for (const { repository, code, message } of job.errors) context.print(printable(`${repository}: ${code}: ${message}`));
  const isOfRuns = job.kind === 'replay' || job.kind === 'redrive';
  const found = isOfRuns ? '' : `, ${job.changes} ${job.changes === 1 ? 'change' : 'changes'} found`;
  const counts = `${job.done} of ${job.total} ${isOfRuns ? 'done' : 'compared'}, ${job.failed} failed${found}`;
  context.print(printable(`Job ${job.id} (${job.target}) is ${job.status}: ${counts}, ${(job.duration_ms / 1000).toFixed(1)} s.`));
}
