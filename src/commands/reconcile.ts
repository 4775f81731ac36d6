import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from '../core/outcome.ts';
import type { Job } from '../http/schemas/job.ts';
import { connectApi, type ApiClient } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { createProgress } from './progress.ts';

/** What was asked for on the command line. */
export interface ReconcileOptions {
  installation?: string;
  json?: true;
  /** False with --no-wait. */
  wait: boolean;
}

/** How often the job is looked at: soon at first, then once a second. Milliseconds. */
const firstLookMs = 100;
const slowestLookMs = 1_000;

/** `repowatch reconcile [owner/name]`: compares with GitHub now and shows how far it is. Exit code 1 when something failed. */
export async function reconcile(context: CommandContext, name: string | undefined, options: ReconcileOptions): Promise<ExitCode> {
  const problem = explainTarget(name, options);
  if (problem !== undefined) return refuse(context, problem);
  const api = connectApi(context);
  if (!api.ok) return refuse(context, api.message);
  const body = {
    ...(name === undefined ? {} : { repository: name }),
    ...(options.installation === undefined ? {} : { installation: options.installation }),
  };
  const asked = await api.value.post<{ job: Job }>('/api/reconcile', body);
  if (!asked.ok) return refuse(context, asked.message);
  const job = options.wait ? await follow(context, api.value, asked.value.job) : asked;
  if (!job.ok) return refuse(context, job.message);
  const last = 'job' in job.value ? job.value.job : job.value;
  if (options.json) context.print(JSON.stringify(last, null, 2));
  else report(context, last);
  return last.failed > 0 || last.status === 'cancelled' ? 1 : 0;
}

function explainTarget(name: string | undefined, { installation }: ReconcileOptions): string | undefined {
  if (name !== undefined && installation !== undefined) return 'Give either a repository or --installation.';
  if (name !== undefined && !/^[^/\s]+\/[^/\s]+$/.test(name)) return `\`${name}\` is no repository. Write owner/name.`;
  return undefined;
}

function refuse(context: CommandContext, message: string): ExitCode {
  context.tell(message);
  return 1;
}

/** Looks at a job until it is over. When it is told to stop, only the looking ends. */
async function follow(context: CommandContext, api: ApiClient, job: Job): Promise<Outcome<Job>> {
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
  return { ok: true, value: last };
}

function isOpen({ status }: Job): boolean {
  return status === 'queued' || status === 'running';
}

function stepOf(job: Job): { done: number; total: number; note: string } {
  const found = `${job.changes} ${job.changes === 1 ? 'change' : 'changes'}`;
  return {
    done: job.progress,
    total: job.total,
    note: [job.repository, found, job.failed > 0 ? `${job.failed} failed` : null].filter(Boolean).join(', '),
  };
}

function report(context: CommandContext, job: Job): void {
  for (const { repository, code, message } of job.errors) context.print(`${repository}: ${code}: ${message}`);
  const counts = `${job.done} of ${job.total} compared, ${job.failed} failed, ${job.changes} ${job.changes === 1 ? 'change' : 'changes'} found`;
  context.print(`Job ${job.id} (${job.target}) is ${job.status}: ${counts}, ${(job.duration_ms / 1000).toFixed(1)} s.`);
}
