import type { ErrorCode } from '../core/error-catalogue.ts';
import { transaction } from '../db/transaction.ts';
import type { Translation } from '../github/translation.ts';
import { installationLane } from '../inbox/lane.ts';
import { repeatValidation, requestValidations } from '../mirror/config-validations.ts';
import { findRepositories } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { checkName } from './check-name.ts';
import type { Unseen } from './ensure-repository.ts';
import type { ParsedDelivery } from './parse-delivery.ts';
import { refuseRepository } from './refuse.ts';

/** What a press of a button came to. */
type Asked = { result: 'asked'; code: ErrorCode; reason: string } | Unseen;

/** Somebody wants a check again: the configuration at that commit is read and validated once more (handbook G2). */
export async function requestRecheck(
  context: Context,
  parsed: ParsedDelivery,
  translation: Extract<Translation, { result: 'recheck' }>,
): Promise<Asked> {
  const { github_id: githubId } = translation.repository;
  const repository = (await findRepositories(context.db, context.host, [githubId])).get(githubId);
  // Who asks again about a check of ours asks about a repository that is known; nothing is learned from a button.
  if (!repository || repository.installationGithubId !== translation.installation.github_id)
    return { result: 'refused', code: 'nothing_to_tell', reason: `nothing was validated in ${translation.repository.full_name}` };
  const refusal = refuseRepository(repository);
  if (refusal) return { result: 'refused', ...refusal };
  const { name, sha, ref } = translation.request;
  if (name !== null && name !== checkName)
    return { result: 'asked', code: 'nothing_to_tell', reason: `RepoWatch has no check of this name; its own is ${checkName}` };
  const known = await transaction(context.db, async (trx) => {
    const repeated = await repeatValidation(trx, repository.id, sha);
    // A check of ours whose row is gone: without a branch it may be a fork's, and is looked at as one.
    if (!repeated && name !== null)
      await requestValidations(trx, [
        {
          repositoryId: repository.id,
          installationId: repository.installationId,
          headSha: sha,
          refName: ref,
          onDefaultBranch: ref !== null && ref === repository.defaultBranch,
          pullNumber: null,
          baseSha: null,
          fromFork: ref === null,
          touches: 'yes',
          pushedAt: parsed.delivery.receivedAt,
        },
      ]);
    if (repeated || name !== null) await context.queue.send(trx, 'feedback', [installationLane(repository.installationGithubId)]);
    return repeated || name !== null;
  });
  return known
    ? { result: 'asked', code: 'state_updated', reason: `the configuration at ${sha.slice(0, 12)} is validated again` }
    : { result: 'asked', code: 'nothing_to_tell', reason: `${sha.slice(0, 12)} brought no version of the configuration` };
}
