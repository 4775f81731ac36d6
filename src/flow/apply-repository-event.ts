import type { RepositoryChangeType } from '../changes/repository-change.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import type { Translation } from '../github/translation.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { ensureRepository, type Unseen } from './ensure-repository.ts';
import type { ParsedDelivery } from './parse-delivery.ts';
import { recordChange } from './record-change.ts';
import { refuseRepository } from './refuse.ts';
import { removeFromMirror, sourceOf, type Source } from './remove-from-mirror.ts';

type RepositoryTranslation = Extract<Translation, { result: 'repository' }>;

type Applied = { result: 'applied'; code: ErrorCode | null; reason: string } | Unseen;

/**
 * Writes down what happened to a repository itself, keeping its row by numeric id (handbook B6-B8), and records the change. The
 * state only follows what is newer than what is known; a change that came late is recorded all the same.
 */
export async function applyRepositoryEvent(context: Context, parsed: ParsedDelivery, translation: RepositoryTranslation): Promise<Applied> {
  const { repository: facts, action } = translation;
  const source = sourceOf(parsed, translation.actor);
  const ensured = await ensureRepository(context, { ...translation, source });
  if (ensured.result !== 'repository') return ensured;
  const { repository } = ensured;
  const refusal = refuseRepository(repository);
  const counts = !refusal || (action === 'deleted' && refusal.code === 'repository_removed');
  const changeId = counts ? await record(context, { repository, translation, source }) : undefined;
  if (action === 'deleted') await removeDeleted(context, repository, source);
  else await context.queue.send(context.db, 'sync', [repositoryLane(facts.github_id)]);
  if (refusal && !counts) return { result: 'refused', ...refusal };
  const what = `${facts.full_name} ${action}`;
  return changeId === undefined
    ? { result: 'applied', code: 'already_known', reason: `${what}: this was recorded before` }
    : { result: 'applied', code: null, reason: `recorded as change ${changeId}: ${what}` };
}

async function record(
  context: Context,
  event: { repository: Repository; translation: RepositoryTranslation; source: Source },
): Promise<string | undefined> {
  const { repository, translation, source } = event;
  const type: RepositoryChangeType = `repository.${translation.action}`;
  const { actor, origin, deliveryId, at, event: payload } = source;
  const data = { from: translation.from };
  const meaning = `${type}:${source.key}`;
  const recorded = await transaction(context.db, (trx) =>
    recordChange(context, trx, { repository, type, data, actor, meaning, origin, deliveryId, at, event: payload }),
  );
  return recorded?.changeId;
}

async function removeDeleted(context: Context, repository: Repository, source: Source): Promise<void> {
  await removeFromMirror(context, {
    installationId: repository.installationId,
    which: { githubIds: [repository.githubId] },
    departure: 'repository_deleted',
    reason: 'deleted on GitHub',
    source,
  });
}
