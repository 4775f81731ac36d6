import type { Change } from '../changes/change.ts';
import type { RepositoryChangeType } from '../changes/repository-change.ts';
import type { ChangeOrigin } from '../core/statuses.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { transaction } from '../db/transaction.ts';
import type { Translation } from '../github/translation.ts';
import { insertChanges, takeChangeIds } from '../mirror/changes.ts';
import { ensureInstallation } from '../mirror/installation.ts';
import { findRepositories, removeRepositories, upsertRepositories, type Repository } from '../mirror/repository.ts';
import { insertRuns } from '../runs/insert-runs.ts';
import type { Context } from './context.ts';
import { describeRepository } from './describe-repository.ts';
import { matchChange } from './match-change.ts';

/** A `repository` event with the delivery that brought it. */
export interface RepositoryEvent {
  deliveryId: string;
  origin: ChangeOrigin;
  guid: string;
  at: Date;
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
    await context.configs.prepare([repository]);
    const [id] = await takeChangeIds(trx, 1);
    const change = toChange(id!, event, repository);
    const matched = matchChange(context, { repository, change, event: {} });
    const inserted = await insertChanges(trx, [
      {
        id: id!,
        repositoryId: repository.id,
        installationId: repository.installationId,
        refId: null,
        refName: null,
        deliveryId: event.deliveryId,
        type: change.type,
        origin: event.origin,
        before: null,
        after: null,
        position: 0,
        observed: false,
        meaning: `${change.type}:${event.guid}`,
        actor: translation.actor,
        data: change.data,
        considered: matched.considered,
        happenedAt: event.at,
      },
    ]);
    if (inserted.size === 0) return `${facts.full_name}: ${action} was recorded before`;
    await insertRuns(trx, matched.runs);
    await context.queue.send(
      trx,
      'runs',
      matched.runs.map((run) => run.lane),
    );
    return `recorded as change ${id}: ${facts.full_name} ${action}`;
  });
}

function toChange(id: string, event: RepositoryEvent, repository: Repository): Change {
  const type: RepositoryChangeType = `repository.${event.translation.action}`;
  return {
    id,
    type,
    origin: event.origin,
    repository: describeRepository(repository),
    installation: { id: repository.installationGithubId },
    actor: event.translation.actor,
    happened_at: event.at.toISOString(),
    data: { from: event.translation.from },
  };
}
