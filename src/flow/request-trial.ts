import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Outcome } from '../core/outcome.ts';
import { findRepositories } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { judgeTrial, type JudgedTrial, type TrialFile } from './judge-trial.ts';
import { tryConfig, type TriedConfig, type TrialSubject } from './try-config.ts';

/** A file that is not in force, and the repository whose it would be by its id on GitHub. */
interface TrialRequest extends Omit<TrialFile, 'repository'> {
  githubId?: string | undefined;
}

/** Says what is wrong with a file that somebody sent. */
export async function requestValidation(context: Context, request: TrialRequest): Promise<Omit<JudgedTrial, 'config'>> {
  const { status, problems, watches } = await judgeTrial(context, await withRepository(context, request));
  return { status, problems, watches };
}

/** Says what a file that somebody sent would do. */
export async function requestTrial(
  context: Context,
  request: TrialRequest,
  subject: TrialSubject,
): Promise<Outcome<TriedConfig, ErrorCode>> {
  return await tryConfig(context, await withRepository(context, request), subject);
}

async function withRepository(context: Context, { githubId, ...file }: TrialRequest): Promise<TrialFile> {
  if (githubId === undefined) return file;
  const repository = (await findRepositories(context.db, context.host, [githubId])).get(githubId);
  return { ...file, repository };
}
