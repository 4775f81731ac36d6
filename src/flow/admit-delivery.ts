import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Translation } from '../github/translation.ts';
import type { ParsedDelivery } from './parse-delivery.ts';
import { touchesPath } from '../github/touches-path.ts';
import { judgeSighting } from '../mirror/judge-sighting.ts';
import type { Repository } from '../mirror/repository.ts';
import { configPath } from './config-path.ts';
import type { Arrival } from './arrival.ts';
import { refuseRepository } from './refuse.ts';

/** What to do with a delivery: settle it as it is, apply it with others, or give it time of its own because GitHub has to be asked. */
export type Admission = { result: 'settle'; code: ErrorCode; reason: string } | { result: 'apply'; arrival: Arrival } | { result: 'alone' };

/** Decides, without asking anybody, how a delivery goes on. Pure. */
export function admitDelivery(parsed: ParsedDelivery, repository: Repository | undefined): Admission {
  const { translation } = parsed;
  if (isAppearance(parsed, repository)) return { result: 'alone' };
  if (translation.result === 'ignored' || translation.result === 'noted')
    return { result: 'settle', code: translation.code, reason: translation.reason };
  if (translation.result !== 'ref_move') return { result: 'alone' };
  if (!repository || !isInLine(repository, translation)) return { result: 'alone' };
  const refusal = refuseRepository(repository);
  // Nothing comes from a suspended installation: perhaps it is not any more.
  if (refusal?.code === 'installation_suspended') return { result: 'alone' };
  if (refusal) return { result: 'settle', ...refusal };
  if (needsConfig(parsed, repository, translation)) return { result: 'alone' };
  return { result: 'apply', arrival: toArrival(parsed, translation, repository) };
}

/**
 * True when the configuration has to be read before this push can be matched: it was never read, or this push changes it (handbook H4, H9).
 * Who waits for a first configuration that could not be loaded keeps asking.
 */
export function needsConfig(
  parsed: ParsedDelivery,
  repository: Repository,
  translation: Extract<Translation, { result: 'ref_move' }>,
): boolean {
  if (repository.configStatus === 'unknown') return true;
  if (repository.configStatus === 'load_error' && repository.configId === null && parsed.delivery.attempts > 0) return true;
  const { move } = translation;
  if (move.kind !== 'branch' || move.name !== (translation.repository.default_branch ?? repository.defaultBranch)) return false;
  return touchesPath(move, configPath) !== 'no';
}

/** True for what is seen for the first time in an event that RepoWatch has no other use for: it appears by itself (handbook B5). */
function isAppearance({ delivery, translation }: ParsedDelivery, repository: Repository | undefined): boolean {
  if (repository || delivery.repositoryGithubId === null || delivery.installationGithubId === null) return false;
  return translation.result === 'ignored' && (translation.code === 'unhandled_event' || translation.code === 'unhandled_action');
}

/** True when the delivery shows nothing that contradicts the mirror: no other name, owner, installation or default branch. */
function isInLine(repository: Repository, translation: Extract<Translation, { result: 'ref_move' }>): boolean {
  const verdict = judgeSighting(repository, { facts: translation.repository, installationGithubId: translation.installation.github_id });
  return verdict === 'same' || verdict === 'removed';
}

/** The arrival that a push makes. */
export function toArrival(
  parsed: ParsedDelivery,
  translation: Extract<Translation, { result: 'ref_move' }>,
  repository: Repository,
): Arrival {
  const { move } = translation;
  return {
    repository,
    deliveryId: parsed.delivery.id,
    origin: parsed.delivery.source,
    kind: move.kind,
    name: move.name,
    full: move.full,
    before: move.before,
    after: move.after,
    at: move.pushed_at ?? parsed.delivery.sentAt ?? parsed.delivery.receivedAt,
    observed: false,
    forced: move.forced,
    actor: move.actor,
    commits: move.commits,
    headCommit: move.head_commit,
    commitCount: move.commit_count,
    truncated: move.truncated,
    compareUrl: move.compare_url,
    event: parsed.payload,
  };
}
