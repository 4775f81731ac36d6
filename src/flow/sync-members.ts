import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { NounData } from '../changes/change.ts';
import { memberChangeTypes, type MemberChangeType } from '../changes/member-change.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { repositoryLane } from '../inbox/lane.ts';
import { applyMember, hastenMembers, isMembersDue, recordMembersFailure, replaceMembers } from '../mirror/members.ts';
import type { Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { placeOf } from './place-of.ts';

/** How often people are listed: access through teams changes without an event that says so (handbook F10). Milliseconds. */
const dayMs = 24 * 60 * 60_000;

/** How soon a listing follows an event: GitHub may still answer what was, and one listing does for many events. Milliseconds. */
const settleMs = 60_000;

/** How soon a listing that failed is repeated when that may help. Milliseconds. */
const againMs = 15 * 60_000;

/** Lists who may work on a repository, when that is due. Only the listing knows access through teams and the organisation. */
export async function syncMembers(context: Context, repository: Repository): Promise<void> {
  const at = context.clock.now();
  if (!(await isMembersDue(context.db, repository.id, at))) return;
  const listed = await context.reader.as('sweep').listCollaborators(placeOf(repository));
  if (listed.ok) {
    const dueAt = new Date(at.getTime() + dayMs * (0.9 + Math.random() / 10));
    return await transaction(context.db, (trx) => replaceMembers(trx, repository, { members: listed.value, at, dueAt }));
  }
  const { code, message, retryAt } = listed;
  const dueAt = retryAt ?? new Date(at.getTime() + (catalogue[code].retryable ? againMs : dayMs));
  await recordMembersFailure(context.db, repository.id, { error: `${code}: ${message}`, dueAt });
  context.log.info({ repository: repository.fullName, code }, 'The people of a repository could not be listed');
}

type MemberChange = Extract<NounData, { type: MemberChangeType }>;

function isMemberChange(change: NounData): change is MemberChange {
  return (memberChangeTypes as string[]).includes(change.type);
}

/** Takes over what a `member` event says, in the transaction that records the change; a listing confirms it. */
export async function followMember(
  context: Context,
  trx: Db,
  { repository, change, at }: { repository: Repository; change: NounData; at: Date },
): Promise<void> {
  if (!isMemberChange(change) || change.data.member.id === null) return;
  const { member, role } = change.data;
  const person = { github_id: change.data.member.id, login: member.login, type: member.type, role };
  await applyMember(trx, repository, { member: person, removed: change.type === 'member.removed', at });
  await hastenMembers(trx, repository.id, new Date(context.clock.now().getTime() + settleMs));
}

/** Has the people of a repository listed now. */
export async function requestMembers(context: Context, repositoryId: string): Promise<Outcome<{ requested: true }, ErrorCode>> {
  return await transaction(context.db, async (trx) => {
    const githubId = await hastenMembers(trx, repositoryId, context.clock.now());
    if (githubId === undefined)
      return failed(
        'conflict',
        'The people of this repository cannot be listed: it was removed, switched off, or its installation is suspended or gone.',
      );
    await context.queue.send(trx, 'sync', [repositoryLane(githubId)]);
    return ok({ requested: true as const });
  });
}
