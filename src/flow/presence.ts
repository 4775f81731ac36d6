import type { PresenceChangeData, PresenceChangeType } from '../changes/presence-change.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { describeError } from '../core/errors.ts';
import { createId } from '../core/ids.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { findRefHead } from '../mirror/find-ref-head.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { beatPresences, insertPresence, listSilentPresences, takePresence, type Presence } from '../mirror/presences.ts';
import type { Repository } from '../mirror/repository.ts';
import { describeBranch } from './branch-head.ts';
import type { Context } from './context.ts';
import { recordChange } from './record-change.ts';
import { refuseRepository } from './refuse.ts';

/** How a connection ended. */
export type LeaveReason = NonNullable<PresenceChangeData['reason']>;

/** How many silent connections one sweep takes; the next goes on. */
const atOnce = 200;

/**
 * Somebody opens the live stream of a branch: the connection and its `branch.joined` are one commit. Where nothing is done for the
 * repository at present – it is switched off, archived, suspended – one may look, and it is no change.
 */
export async function joinBranch(
  context: Context,
  wish: { repositoryId: string; branch: string; person: string },
): Promise<Outcome<{ connection: string; head: string }, ErrorCode>> {
  const { repositoryId, branch, person } = wish;
  const repository = await findRepositoryById(context.db, repositoryId);
  if (!repository || repository.removedAt) return failed('not_found', `There is no repository ${repositoryId}.`);
  const head = await findRefHead(context.db, { repositoryId, kind: 'branch', name: branch });
  if (head === undefined || head === null)
    return failed(
      'not_found',
      `${repository.fullName} has no branch \`${branch}\`. GET /api/repos/${repository.fullName}/branches lists them.`,
    );
  const recorded = refuseRepository(repository) === undefined && !repository.archived && !repository.disabled;
  const presence = { id: createId(), repositoryId, installationId: repository.installationId, branch, person, recorded };
  await transaction(context.db, async (trx) => {
    await insertPresence(trx, presence);
    if (recorded) await record(context, trx, { type: 'branch.joined', repository, presence, reason: null });
  });
  return ok({ connection: presence.id, head });
}

/** A stream is over: one `branch.left`, whoever notices first. */
export async function leaveBranch(context: Context, connection: string, reason: LeaveReason): Promise<void> {
  await leave(context, { connection, reason });
}

/** Says that connections live. Answers those that were given up meanwhile, as after a long pause of this machine: they have to end. */
export async function keepPresences(context: Context, connections: readonly string[]): Promise<string[]> {
  if (connections.length === 0) return [];
  const known = new Set(await beatPresences(context.db, connections));
  return connections.filter((connection) => !known.has(connection));
}

/** Ends connections whose server was not heard of for so long. Every process does this; the row decides who writes it down. */
export async function sweepPresences(context: Context): Promise<void> {
  const silentMs = context.presenceTimeoutMs;
  for (const connection of await listSilentPresences(context.db, { ms: silentMs, limit: atOnce })) {
    await leave(context, { connection, reason: 'server_gone', silentMs }).catch((error: unknown) => {
      context.log.warn({ connection, error: describeError(error) }, 'That a stream is over could not be written down; it is tried again');
    });
  }
}

async function leave(context: Context, end: { connection: string; reason: LeaveReason; silentMs?: number }): Promise<void> {
  await transaction(context.db, async (trx) => {
    const presence = await takePresence(trx, end.connection, end.silentMs);
    if (!presence?.recorded) return;
    const repository = await findRepositoryById(trx, presence.repositoryId);
    if (repository) await record(context, trx, { type: 'branch.left', repository, presence, reason: end.reason });
  });
}

async function record(
  context: Context,
  trx: Db,
  news: { type: PresenceChangeType; repository: Repository; presence: Presence; reason: LeaveReason | null },
): Promise<void> {
  const { type, repository, presence, reason } = news;
  const { id: connection, branch, person } = presence;
  await recordChange(context, trx, {
    type,
    data: { ref: describeBranch(branch), user: person, connection, reason },
    repository,
    actor: { id: null, login: person, type: 'User' },
    meaning: `${type}:${connection}`,
    origin: 'trigger',
    deliveryId: null,
    at: context.clock.now(),
    event: {},
    refName: branch,
  });
}
