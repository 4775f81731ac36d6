import { fileProposal } from '../actions/propose-file.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, type Outcome } from '../core/outcome.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { actOnGitHub } from './act-on-github.ts';
import { configPath } from './config-path.ts';
import type { Context } from './context.ts';
import { judgeTrial } from './judge-trial.ts';

/** A version of the configuration file that somebody wants on the default branch. */
export interface FileProposal {
  /** Our id of the repository. */
  repositoryId: string;
  content: string;
  /** The blob that it was made from; null where there was no file. */
  baseSha: string | null;
  branch: string;
  title: string;
  body: string;
  draft: boolean;
  /** The login of the person whom it is done for. */
  postedFor?: string | undefined;
  /** Stands for this one wish, so that it can be sent again without being done again. */
  key?: string | undefined;
}

/** Opens a pull request with the configuration file. Only a file that would come into force is proposed; the default branch is never written. */
export async function proposeFile(context: Context, wish: FileProposal): Promise<Outcome<Record<string, unknown>, ErrorCode>> {
  const repository = await findRepositoryById(context.db, wish.repositoryId);
  if (!repository) return failed('not_found', 'There is no such repository. Look at the list for what there is.');
  const { defaultBranch: base, fullName } = repository;
  if (base === null) return failed('conflict', `${fullName} has no default branch yet. Make a first commit on GitHub.`);
  if (wish.branch === base)
    return failed('request_invalid', `The branch must be another one than ${base}.`, [
      { path: 'branch', message: 'must be another one than the default branch' },
    ]);
  const { status, problems } = await judgeTrial(context, { content: wish.content, repository });
  if (status === 'invalid') {
    const first = problems.find(({ severity }) => severity === 'error');
    const message = `The file has errors; line ${first?.line ?? 1}: ${first?.message ?? 'it is not valid'}`;
    return failed('config_invalid', message, { problems });
  }
  const { content, branch, title, body, draft, baseSha } = wish;
  return await actOnGitHub(context, {
    repositoryId: wish.repositoryId,
    kind: fileProposal.name,
    own: fileProposal,
    input: { path: configPath, content, base_sha: baseSha, base, branch, title, body, draft },
    postedFor: wish.postedFor,
    key: wish.key,
  });
}
