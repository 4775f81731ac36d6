import type { Change, NounChange, NounData } from '../changes/change.ts';
import type { Actor } from '../changes/ref-change.ts';
import type { ChangeOrigin } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { insertChanges, takeChangeIds } from '../mirror/changes.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { describeRepository } from './describe-repository.ts';
import { matchChange } from './match-change.ts';
import { startRuns } from './start-runs.ts';

/** A change that is not about a ref's head, before it is known whether it is news. */
export type NewNounChange = NounData & {
  repository: Repository;
  actor: Actor | null;
  /** What happened, as a text that is the same however often and wherever from it is learned; unique within the repository. */
  meaning: string;
  origin: ChangeOrigin;
  deliveryId: string | null;
  /** When it happened, as far as it is known. */
  at: Date;
  /** The raw payload, for the `event` context; an empty object without one. */
  event: Record<string, unknown>;
  /** The branch it is about, for the list of changes; a change to a ref's head is applyChanges' business. */
  refName?: string;
};

/** What was recorded: the change's id and how many runs began. */
export interface Recorded {
  changeId: string;
  runs: number;
}

/**
 * Writes down a change that is not about a ref's head, once: in the caller's transaction it is inserted by its meaning, the
 * watches are asked, and runs with their tickets are made. Undefined when it was known.
 */
export async function recordChange(context: Context, trx: Db, news: NewNounChange): Promise<Recorded | undefined> {
  const { repository } = news;
  await context.configs.prepare([repository]);
  const [id] = await takeChangeIds(trx, 1);
  const change = toChange(id!, news);
  const matched = matchChange(context, { repository, change, event: news.event });
  const inserted = await insertChanges(trx, [
    {
      id: id!,
      repositoryId: repository.id,
      installationId: repository.installationId,
      refId: null,
      refName: news.refName ?? null,
      deliveryId: news.deliveryId,
      type: change.type,
      origin: news.origin,
      before: null,
      after: null,
      position: 0,
      observed: false,
      meaning: news.meaning,
      actor: news.actor,
      data: change.data,
      considered: matched.considered,
      happenedAt: news.at,
    },
  ]);
  if (inserted.size === 0) return undefined;
  await startRuns(context, trx, matched.runs);
  return { changeId: id!, runs: matched.runs.length };
}

function toChange(id: string, news: NewNounChange): Change {
  const { type, data, origin, repository, actor, at } = news;
  return {
    id,
    type,
    origin,
    repository: describeRepository(repository),
    installation: { id: repository.installationGithubId },
    actor,
    happened_at: at.toISOString(),
    data,
  } as NounChange;
}
