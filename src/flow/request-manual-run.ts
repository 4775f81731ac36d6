import { isDeepStrictEqual } from 'node:util';
import type { ManualChangeData } from '../changes/manual-change.ts';
import type { Actor } from '../changes/ref-change.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { createId } from '../core/ids.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { findChangeByMeaning } from '../mirror/changes.ts';
import { findRefHead } from '../mirror/find-ref-head.ts';
import { findRepositoryById } from '../mirror/find-repository.ts';
import { readChanges } from '../mirror/read-changes.ts';
import type { Repository } from '../mirror/repository.ts';
import type { CompiledWatch } from '../watches/compile-config.ts';
import { checkManualInputs, readManualTexts, type ManualInputs } from '../watches/manual-inputs.ts';
import { describeBranch, findDefaultBranch, type BranchHead } from './branch-head.ts';
import type { Context } from './context.ts';
import { recordChange } from './record-change.ts';
import { refuseRepository } from './refuse.ts';

/** What somebody asks for by hand. */
export interface ManualWish {
  /** The id of the repository's row. */
  repositoryId: string;
  watch: string;
  /** A branch, short or as `refs/heads/…`; undefined for the default branch. */
  ref: string | undefined;
  inputs: Readonly<Record<string, unknown>>;
  /** Further inputs as text, each to be read as its type says. */
  texts: Readonly<Record<string, string>>;
  actor: Actor;
  /** The sender's key for this request: the same key asks for the same thing once. */
  key: string | undefined;
}

/**
 * Runs a watch with a `manual` trigger: checks what was given against what it declares, and records the request as a change, which
 * goes the way of every change. Answers its id; for a key that was used before, that of the change of then.
 */
export async function requestManualRun(
  context: Context,
  wish: ManualWish,
): Promise<Outcome<{ changeId: string; known: boolean }, ErrorCode>> {
  const repository = await findRepositoryById(context.db, wish.repositoryId);
  if (!repository) return failed('not_found', `There is no repository ${wish.repositoryId}.`);
  const refusal = refuseRepository(repository);
  if (refusal) return failed('conflict', `Nothing runs for ${repository.fullName} now: ${refusal.reason}.`);
  const declared = await findInputs(context, repository, wish.watch);
  if (!declared.ok) return declared;
  const inputs = checkManualInputs(declared.value, { ...wish.inputs, ...readManualTexts(declared.value, wish.texts) });
  if (!inputs.ok) return inputs;
  const branch = await findBranch(context, repository, wish.ref);
  if (!branch.ok) return branch;
  return await record(context, wish, { repository, data: { watch: wish.watch, inputs: inputs.value, ...branch.value } });
}

/** What the watch in force declares; a refusal says what is in the way. */
async function findInputs(context: Context, repository: Repository, id: string): Promise<Outcome<ManualInputs, ErrorCode>> {
  await context.configs.prepare([repository]);
  const watches: readonly CompiledWatch[] = context.configs.inForce(repository)?.compiled.watches ?? [];
  const watch = watches.find((entry) => entry.id === id);
  const manual = watches.filter((entry) => entry.triggers.some(({ inputs }) => inputs !== undefined)).map((entry) => entry.id);
  const others = manual.length === 0 ? 'No watch here has one.' : `Those that have one: ${manual.join(', ')}.`;
  if (!watch)
    return failed(
      'not_found',
      `${repository.fullName} has no watch \`${id}\` in force. Of those to start by hand: ${manual.join(', ') || 'none'}.`,
    );
  const trigger = watch.triggers.find(({ inputs }) => inputs !== undefined);
  if (trigger?.inputs === undefined)
    return failed('conflict', `The watch \`${id}\` is not started by hand: add \`manual\` to its \`on\`. ${others}`);
  if (watch.mode === 'off') return failed('conflict', `The watch \`${id}\` is switched off: set its \`mode\` to on, or to dry-run.`);
  return ok(trigger.inputs);
}

/** The branch that is asked for, as the mirror knows it. */
async function findBranch(context: Context, repository: Repository, ref: string | undefined): Promise<Outcome<BranchHead, ErrorCode>> {
  if (ref === undefined) return ok(await findDefaultBranch(context.db, repository));
  const name = ref.replace(/^refs\/heads\//, '');
  const after = await findRefHead(context.db, { repositoryId: repository.id, kind: 'branch', name });
  if (after !== undefined && after !== null) return ok({ ref: describeBranch(name), after });
  const message = `${repository.fullName} has no branch \`${name}\`${after === null ? ' any more' : ''}. Name one that GET /api/repos/${repository.fullName}/branches lists.`;
  return failed('request_invalid', message, [{ path: 'ref', message: 'is no branch of this repository' }]);
}

async function record(
  context: Context,
  wish: ManualWish,
  subject: { repository: Repository; data: ManualChangeData },
): Promise<Outcome<{ changeId: string; known: boolean }, ErrorCode>> {
  const { repository, data } = subject;
  const meaning = `manual.requested:${wish.key === undefined ? createId() : `key:${wish.key}`}`;
  const recorded = await transaction(context.db, (trx) =>
    recordChange(context, trx, {
      type: 'manual.requested',
      data,
      repository,
      actor: wish.actor,
      meaning,
      origin: 'manual',
      deliveryId: null,
      at: context.clock.now(),
      event: {},
      ...(data.ref ? { refName: data.ref.name } : {}),
    }),
  );
  if (recorded) return ok({ changeId: recorded.changeId, known: false });
  const changeId = await findChangeByMeaning(context.db, repository.id, meaning);
  const known = changeId === undefined ? undefined : (await readChanges(context.db, [changeId])).get(changeId);
  if (changeId === undefined || !known)
    return failed('internal_error', 'The request was known, and is gone. Send it again with another key.');
  return isSame(known.change.data as ManualChangeData, data)
    ? ok({ changeId, known: true })
    : failed('request_invalid', 'This Idempotency-Key was used for another request before. Take a new one for a new request.', [
        { path: 'Idempotency-Key', message: `stands for change ${changeId}, which asked for something else` },
      ]);
}

/** The head may have moved between two tries; what was asked for may not. */
function isSame(known: ManualChangeData, asked: ManualChangeData): boolean {
  return known.watch === asked.watch && known.ref?.name === asked.ref?.name && isDeepStrictEqual(known.inputs, asked.inputs);
}
