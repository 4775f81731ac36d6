import { catalogue } from '../core/error-catalogue.ts';
import { describeError } from '../core/errors.ts';
import type { Read } from '../github/ask.ts';
import { endValidation, postponeValidation, recordValidation, type Validation } from '../mirror/config-validations.ts';
import { findInstallation } from '../mirror/installation.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { censorProblem, describeVerdict, summarizeVerdict, type Audience, type Verdict } from './describe-validation.ts';
import type { FeedbackContext } from './feedback-context.ts';
import { judgeProposal } from './judge-proposal.ts';
import { refuseRepository } from './refuse.ts';
import { reportValidation } from './report-validation.ts';
import { maxProcessingAttempts, retryLaterAt } from './retry-later.ts';

type Failure = Extract<Read<unknown>, { ok: false }>;

/**
 * Validates the configuration of one commit and tells it there. What it came to is written down first, so that a death or a
 * lost answer in the middle leaves something to look up and no second check run.
 */
export async function validateProposal(context: FeedbackContext, validation: Validation): Promise<void> {
  try {
    await validate(context, validation);
  } catch (error) {
    const reason = describeError(error);
    context.log.error({ validation: validation.id, error: reason }, 'Validating a proposed configuration failed');
    // One that fails again and again must not hold up the others of its installation.
    await giveUpOrWait(context, validation, { ok: false, code: 'processing_failed', message: reason });
  }
}

async function validate(context: FeedbackContext, validation: Validation): Promise<void> {
  const { db } = context;
  const repository = (await findRepositories(db, context.host, [validation.repositoryGithubId])).get(validation.repositoryGithubId);
  const refusal = repository ? refuseRepository(repository) : undefined;
  if (!repository || refusal) {
    await endValidation(db, validation, {
      status: 'failed',
      code: refusal?.code ?? 'repository_removed',
      reason: refusal?.reason ?? 'it is gone',
    });
    return;
  }
  const judged = await judgeProposal(context, repository, validation);
  if (judged.result === 'unread') return await giveUpOrWait(context, validation, judged.failure);
  if (judged.result === 'unchanged') {
    await endValidation(db, validation, { status: 'unchanged', reason: 'this commit leaves the configuration as it is' });
    return;
  }
  const audience = describeAudience(context, repository, validation);
  const verdict: Verdict = { ...judged.verdict, problems: judged.verdict.problems.map((problem) => censorProblem(problem, audience)) };
  await recordValidation(db, validation.id, {
    conclusion: verdict.conclusion,
    blobSha: verdict.blobSha,
    title: describeVerdict(verdict),
    summary: summarizeVerdict(verdict, audience),
    problems: judged.verdict.problems.map((problem) => censorProblem(problem, { isPublic: false })),
    preview: verdict.preview,
  });
  await tell(context, { repository, validation, verdict, audience });
}

async function tell(
  context: FeedbackContext,
  told: { repository: Repository; validation: Validation; verdict: Verdict; audience: Audience },
): Promise<void> {
  const { repository, validation, verdict, audience } = told;
  const installation = await findInstallation(context.db, context.host, repository.installationGithubId);
  const permissions = installation?.permissions ?? {};
  if (Object.keys(permissions).length === 0) {
    // Every installation has some: this one was not listed yet.
    return await giveUpOrWait(context, validation, {
      ok: false,
      code: 'github_unavailable',
      message: 'what the installation grants is not known yet',
    });
  }
  if (repository.archived) {
    await endValidation(context.db, validation, {
      status: 'done',
      channel: 'none',
      code: 'repository_archived',
      reason: 'nothing can be written to an archived repository',
    });
    return;
  }
  const reported = await reportValidation(context.writer, { id: validation.id, repository, verdict, audience, permissions });
  if (!reported.ok) return await giveUpOrWait(context, validation, reported);
  const { channel, checkRunId } = reported.value;
  const reason = 'the App may write neither check runs nor commit statuses here; docs/feedback.md says how to grant it';
  await endValidation(context.db, validation, {
    status: 'done',
    channel,
    ...(checkRunId === undefined ? {} : { checkRunId }),
    ...(channel === 'none' ? { code: 'github_forbidden', reason } : {}),
  });
  context.log.info(
    { repository: repository.fullName, sha: validation.headSha, conclusion: verdict.conclusion, channel },
    'A proposed configuration was validated',
  );
}

function describeAudience(
  context: FeedbackContext,
  repository: Repository,
  { id, headSha, fromFork, onDefaultBranch }: Validation,
): Audience {
  return {
    fullName: repository.fullName,
    sha: headSha,
    githubUrl: context.githubUrl,
    isPublic: !repository.private,
    fromFork,
    onDefaultBranch,
    detailsUrl: context.linkTo(`/validations/${id}`, { isStrange: fromFork }),
  };
}

async function giveUpOrWait(context: FeedbackContext, validation: Validation, failure: Failure): Promise<void> {
  const { code, message, retryAt } = failure;
  const tries = validation.attempts + 1;
  // Waiting for a budget or a limit is no try.
  const isWait = code === 'github_budget_spent' || code === 'github_rate_limited';
  if (!isWait && (!catalogue[code].retryable || tries >= maxProcessingAttempts)) {
    context.log.warn({ validation: validation.id, code, reason: message }, 'A proposed configuration could not be validated');
    await endValidation(context.db, validation, { status: 'failed', code, reason: message });
    return;
  }
  const now = context.clock.now();
  const at = code === 'github_budget_spent' && retryAt ? retryAt : retryLaterAt(now, tries, retryAt);
  await postponeValidation(context.db, validation.id, { at, code, reason: message, isTry: !isWait });
}
