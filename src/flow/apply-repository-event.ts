import type { RepositoryChangeType } from '../changes/repository-change.ts';
import type { ChangeOrigin } from '../core/statuses.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import type { Translation } from '../github/translation.ts';
import { ensureInstallation } from '../mirror/installation.ts';
import { findRepositories, removeRepositories, upsertRepositories } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { recordChange } from './record-change.ts';

/** A `repository` event with the delivery that brought it. */
export interface RepositoryEvent {
  deliveryId: string;
  origin: ChangeOrigin;
  guid: string;
  at: Date;
  payload: Record<string, unknown>;
  translation: Extract<Translation, { result: 'repository' }>;
}

/** Writes down what happened to a repository itself, keeping its row by numeric id (handbook B6-B8), and records the change. Answers a sentence for the delivery. */
export async function applyRepositoryEvent(context: Context, event: RepositoryEvent): Promise<string> {
  const { translation } = event;
  const { repository: facts, action } = translation;
  return await transaction(context.db, async (trx) => {
    const installationId = await ensureInstallation(trx, context.host, {
      githubId: translation.installation.github_id,
      owner: facts.owner,
    });
    await upsertRepositories(trx, { host: context.host, installationId }, [facts]);
    if (action === 'deleted') await removeRepositories(trx, installationId, { githubIds: [facts.github_id], reason: 'deleted on GitHub' });
    else await context.queue.send(trx, 'sync', [repositoryLane(facts.github_id)]);
    const repository = (await findRepositories(trx, context.host, [facts.github_id])).get(facts.github_id)!;
    const type: RepositoryChangeType = `repository.${action}`;
    const recorded = await recordChange(context, trx, {
      repository,
      type,
      data: { from: translation.from },
      actor: translation.actor,
      meaning: `${type}:${event.guid}`,
      origin: event.origin,
      deliveryId: event.deliveryId,
      at: event.at,
      event: event.payload,
    });
    if (!recorded) return `${facts.full_name}: ${action} was recorded before`;
    return `recorded as change ${recorded.changeId}: ${facts.full_name} ${action}`;
  });
}
