import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { describeError } from '../core/errors.ts';
import { transaction } from '../db/transaction.ts';
import { beginDelivery, postponeDelivery, settleDeliveries, type Settlement } from '../inbox/settle-deliveries.ts';
import { isRepeatedBody, type WaitingDelivery } from '../inbox/waiting-deliveries.ts';
import { zeroSha } from '../changes/ref-change.ts';
import type { Translation } from '../github/translation.ts';
import { hastenReconcile } from '../mirror/reconcile-due.ts';
import { needsConfig, toArrival } from './admit-delivery.ts';
import { applyChanges } from './apply-changes.ts';
import type { Arrival } from './arrival.ts';
import { applyInbound } from './apply-inbound.ts';
import { applyNounEvent } from './apply-noun-event.ts';
import { applyAccount } from './apply-account.ts';
import { applyRepositoryEvent } from './apply-repository-event.ts';
import type { Context } from './context.ts';
import { admitRepository, noteAppearance, readAgain, type Unseen } from './ensure-repository.ts';
import { disconnectPerson } from './disconnect-person.ts';
import { parseDelivery, type ParsedDelivery } from './parse-delivery.ts';
import { sourceOf } from './remove-from-mirror.ts';
import { requestRecheck } from './request-recheck.ts';
import { maxProcessingAttempts, retryLaterAt } from './retry-later.ts';
import { settledStatus, toSettlement } from './settlement.ts';
import { tellInstallation } from './tell-installation.ts';
import { placeOf } from './place-of.ts';
import { syncConfig } from './sync-config.ts';

/** What one try came to: an end, or a reason to try again later. */
type Tried =
  { result: 'settled'; settlement: Settlement } | { result: 'done' } | { result: 'later'; code: ErrorCode; reason: string; at?: Date };

/** How many tries wait for what may come right by itself, about 20 s in all: a configuration that cannot be loaded, a refusal by GitHub. */
const maxShortTries = 4;

/** How soon a hint that no push explained is looked into. Milliseconds: the push of the same event comes within a second or two. */
const hintGraceMs = 3_000;

/** Processes one delivery, asking GitHub where that is needed. Answers false when it waits for a later try; then its lane waits too. */
export async function processDelivery(context: Context, delivery: WaitingDelivery): Promise<boolean> {
  const { db } = context;
  if (delivery.attempts >= maxProcessingAttempts) {
    await settleDeliveries(db, [gaveUp(delivery, 'it was tried too often')]);
    return true;
  }
  await beginDelivery(db, delivery.id);
  const tried = await tryDelivery(context, { ...delivery, attempts: delivery.attempts + 1 });
  if (tried.result === 'done') return true;
  if (tried.result === 'settled') {
    await settleDeliveries(db, [tried.settlement]);
    return true;
  }
  context.log.warn({ delivery: delivery.id, guid: delivery.guid, code: tried.code, reason: tried.reason }, 'A delivery has to wait');
  if (delivery.attempts + 1 >= maxProcessingAttempts) {
    await settleDeliveries(db, [gaveUp(delivery, tried.reason)]);
    return true;
  }
  await postponeDelivery(db, delivery.id, {
    at: retryLaterAt(context.clock.now(), delivery.attempts + 1, tried.at),
    code: tried.code,
    reason: tried.reason,
  });
  return false;
}

function gaveUp(delivery: WaitingDelivery, reason: string): Settlement {
  return {
    id: delivery.id,
    status: 'errored',
    code: 'processing_failed',
    reason: `gave up after ${maxProcessingAttempts} tries: ${reason}`,
  };
}

async function tryDelivery(context: Context, delivery: WaitingDelivery): Promise<Tried> {
  try {
    return await route(context, await parseDelivery(context, delivery));
  } catch (error) {
    context.log.error(
      { delivery: delivery.id, error: describeError(error), stack: error instanceof Error ? error.stack : undefined },
      'Processing a delivery failed',
    );
    if (isLasting(error) && delivery.attempts >= maxShortTries) {
      const reason = `failed ${delivery.attempts} times in the same way: ${describeError(error)}`;
      return { result: 'settled', settlement: { id: delivery.id, status: 'errored', code: 'processing_failed', reason } };
    }
    return { result: 'later', code: 'internal_error', reason: describeError(error) };
  }
}

/** True for what comes of the delivery itself, not of a database in trouble: it fails again, and must not hold up its lane for hours. */
function isLasting(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // SQLSTATE classes: bad data, broken rules, wrong statements, limits of the program.
  return /^(?:22|23|42|54)[0-9A-Z]{3}$/.test(code);
}

async function route(context: Context, parsed: ParsedDelivery): Promise<Tried> {
  const { translation } = parsed;
  switch (translation.result) {
    case 'ignored':
    case 'noted':
      await noteAppearance(context, parsed);
      return settled(parsed, translation.code, translation.reason);
    case 'sighting':
      return await processSighting(context, parsed, translation);
    case 'ref_move':
      return await processMove(context, parsed);
    case 'ref_hint':
      return await processHint(context, parsed);
    case 'installation': {
      const { code, reason } = await tellInstallation(context, translation, sourceOf(parsed, translation.actor));
      return settled(parsed, code, reason);
    }
    case 'person_left':
      return settled(parsed, 'state_updated', await disconnectPerson(context, translation.user));
    case 'account': {
      const { code, reason } = await applyAccount(context, translation, sourceOf(parsed, translation.actor));
      return settled(parsed, code, reason);
    }
    case 'recheck': {
      const asked = await requestRecheck(context, parsed, translation);
      return asked.result === 'asked' ? settled(parsed, asked.code, asked.reason) : unseen(parsed, asked);
    }
    case 'inbound':
      await applyInbound(context, parsed, translation);
      return { result: 'done' };
    case 'noun': {
      const refused = await applyNounEvent(context, parsed, translation);
      return refused ? unseen(parsed, refused) : { result: 'done' };
    }
    case 'repository': {
      const applied = await applyRepositoryEvent(context, parsed, translation);
      return applied.result === 'applied' ? settled(parsed, applied.code, applied.reason) : unseen(parsed, applied);
    }
  }
}

/** What a delivery comes to whose repository cannot be worked on. */
function unseen(parsed: ParsedDelivery, { result, code, reason, ...wait }: Unseen): Tried {
  return result === 'later' ? { result, code, reason, ...wait } : settled(parsed, code, reason);
}

function settled(parsed: ParsedDelivery, code: ErrorCode | null, reason: string): Tried {
  return { result: 'settled', settlement: { id: parsed.delivery.id, status: settledStatus(code), code, reason } };
}

async function processMove(context: Context, parsed: ParsedDelivery): Promise<Tried> {
  const { translation } = parsed;
  if (translation.result !== 'ref_move') return settled(parsed, 'unexpected_payload', 'not a push');
  const admitted = await admitRepository(context, parsed, translation);
  if (admitted.result !== 'repository') return unseen(parsed, admitted);
  let { repository } = admitted;
  // This event may have shown another default branch, whose edit got lost.
  const isDue = repository.configDueAt !== null && repository.configDueAt <= context.clock.now();
  if (isDue || needsConfig(parsed, repository, translation)) {
    const synced = await syncConfig(context, repository);
    // One delivery waits for the lane: those behind it look once and do not begin to wait anew.
    const waited =
      parsed.delivery.attempts >= maxShortTries || (parsed.delivery.attempts === 1 && repository.configStatus === 'load_error');
    if (!synced.ok && synced.retryable && !waited)
      return { result: 'later', code: synced.code, reason: synced.message, ...(synced.retryAt ? { at: synced.retryAt } : {}) };
    repository = await readAgain(context, repository);
  }
  return await applyMove(context, parsed, toArrival(parsed, translation, repository));
}

async function applyMove(context: Context, parsed: ParsedDelivery, arrival: Arrival): Promise<Tried> {
  await context.configs.prepare([arrival.repository]);
  const asked = await applyAndSettle(context, parsed, arrival);
  if (asked) return { result: 'done' };
  const head = await context.reader.findRef(placeOf(arrival.repository), arrival.kind, arrival.name);
  if (!head.ok) return judgeUnconfirmed(parsed, head);
  const repeated = await isRepeatedBody(context.db, parsed.delivery);
  await applyAndSettle(context, parsed, { ...arrival, confirmed: head.value?.sha ?? zeroSha, repeated });
  return { result: 'done' };
}

/** What cannot be confirmed waits while that can help; a refusal for good must not hold up the lane, and stays visible. */
function judgeUnconfirmed(parsed: ParsedDelivery, failure: { code: ErrorCode; message: string; retryAt?: Date }): Tried {
  const { code, message, retryAt } = failure;
  if (catalogue[code].retryable || parsed.delivery.attempts < maxShortTries)
    return { result: 'later', code, reason: message, ...(retryAt ? { at: retryAt } : {}) };
  const gone = code === 'installation_deleted' || code === 'installation_suspended';
  const reason = `GitHub has to confirm this move, but: ${message}`;
  return { result: 'settled', settlement: { id: parsed.delivery.id, status: gone ? 'ignored' : 'errored', code, reason } };
}

/** Applies one arrival and settles its delivery in the same transaction; false when GitHub has to be asked first. */
async function applyAndSettle(context: Context, parsed: ParsedDelivery, arrival: Arrival): Promise<boolean> {
  return await transaction(context.db, async (trx) => {
    const [applied] = await applyChanges(context, trx, [arrival]);
    const settlement = toSettlement(parsed.delivery.id, applied!);
    if (settlement) await settleDeliveries(trx, [settlement]);
    return settlement !== undefined;
  });
}

/** `create` and `delete` carry no sha and come beside a push: they only make sure that somebody looks, should the push not come (handbook C10). */
async function processHint(context: Context, parsed: ParsedDelivery): Promise<Tried> {
  const { translation } = parsed;
  if (translation.result !== 'ref_hint') return settled(parsed, 'unexpected_payload', 'not a hint');
  const admitted = await admitRepository(context, parsed, translation);
  if (admitted.result !== 'repository') return unseen(parsed, admitted);
  const { repository } = admitted;
  await hastenReconcile(context.db, [repository.id], new Date(context.clock.now().getTime() + hintGraceMs));
  return settled(
    parsed,
    'state_updated',
    `${translation.hint.kind} ${translation.hint.name} is compared with GitHub in a moment, in case its push does not arrive`,
  );
}

/** Shows a repository as it is now, and nothing else. */
async function processSighting(
  context: Context,
  parsed: ParsedDelivery,
  translation: Extract<Translation, { result: 'sighting' }>,
): Promise<Tried> {
  const admitted = await admitRepository(context, parsed, translation);
  return admitted.result === 'repository' ? settled(parsed, 'state_updated', translation.reason) : unseen(parsed, admitted);
}
