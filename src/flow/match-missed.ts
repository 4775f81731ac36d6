import { isRefChange, type Change } from '../changes/change.ts';
import type { Db } from '../db/connect.ts';
import { findDeliveryBody } from '../inbox/waiting-deliveries.ts';
import { listUnaskedChanges, updateConsidered } from '../mirror/changes.ts';
import { readChanges, type StoredChange } from '../mirror/read-changes.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { matchChange, type Matched } from './match-change.ts';
import { parsePayload } from './parse-delivery.ts';
import { startRuns } from './start-runs.ts';

/** How many changes are caught up on in one look. */
const atOnce = 1_000;

/**
 * Asks the watches about changes that were recorded while it was not known what is in force: that GitHub's API was down must
 * not cost an effect. Without a configuration (absent, invalid) there is nobody to ask. Answers how many runs began.
 */
export async function matchMissed(context: Context, trx: Db, repository: Repository): Promise<number> {
  const ids = await listUnaskedChanges(trx, repository.id, atOnce);
  if (ids.length === 0) return 0;
  const stored = await readChanges(trx, ids);
  const newest = findNewest(ids.map((id) => stored.get(id)!.change));
  const matched = new Map<string, Matched>();
  for (const id of ids) matched.set(id, await match(context, trx, { repository, stored: stored.get(id)!, superseded: !newest.has(id) }));
  await updateConsidered(
    trx,
    [...matched].map(([id, { considered }]) => ({ id, considered })),
  );
  const runs = [...matched.values()].flatMap((entry) => entry.runs);
  await startRuns(context, trx, runs);
  return runs.length;
}

/** The ids of the last change of each ref, for `catch_up: latest`; of anything else, all. The changes come oldest first. */
function findNewest(changes: Change[]): Set<string> {
  return new Set(new Map(changes.map((change) => [isRefChange(change) ? change.data.ref.full : change.id, change.id])).values());
}

async function match(
  context: Context,
  trx: Db,
  subject: { repository: Repository; stored: StoredChange; superseded: boolean },
): Promise<Matched> {
  const { repository, stored, superseded } = subject;
  const body = stored.deliveryId === null ? undefined : await findDeliveryBody(trx, stored.deliveryId);
  const event = body === undefined ? {} : parsePayload(body);
  const change: Change = stored.change;
  return matchChange(context, { repository, change, event, superseded });
}
