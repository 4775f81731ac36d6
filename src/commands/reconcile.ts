import type { Job } from '../http/schemas/job.ts';
import { connectApi } from './api-client.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { followJob, reportJob } from './follow-job.ts';
import { printJson, refuse } from './print-list.ts';

/** What was asked for on the command line. */
export interface ReconcileOptions {
  installation?: string;
  json?: true;
  /** False with --no-wait. */
  wait: boolean;
}

/** `repowatch reconcile [owner/name]`: compares with GitHub now and shows how far it is. Exit code 1 when something failed. */
export async function reconcile(context: CommandContext, name: string | undefined, options: ReconcileOptions): Promise<ExitCode> {
  const problem = explainTarget(name, options);
  if (problem !== undefined) return stop(context, problem);
  const api = connectApi(context);
  if (!api.ok) return stop(context, api);
  const body = {
    ...(name === undefined ? {} : { repository: name }),
    ...(options.installation === undefined ? {} : { installation: options.installation }),
  };
  const asked = await api.value.post<{ job: Job }>('/api/reconcile', body);
  if (!asked.ok) return stop(context, asked);
  const job = options.wait ? await followJob(context, api.value, asked.value.job) : asked;
  if (!job.ok) return stop(context, job);
  const last = 'job' in job.value ? job.value.job : job.value;
  if (options.json) printJson(context, last);
  else reportJob(context, last);
  return last.failed > 0 || last.status === 'cancelled' ? 1 : 0;
}

function explainTarget(name: string | undefined, { installation }: ReconcileOptions): string | undefined {
  if (name !== undefined && installation !== undefined) return 'Give either a repository or --installation.';
  if (name !== undefined && !/^[^/\s]+\/[^/\s]+$/.test(name)) return `\`${name}\` is no repository. Write owner/name.`;
  return undefined;
}

/** Whatever was refused ends this verb with 1, as it always did. */
function stop(context: CommandContext, failure: Parameters<typeof refuse>[1]): ExitCode {
  refuse(context, failure);
  return 1;
}
