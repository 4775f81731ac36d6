import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import type { Turn } from '../queue/lane-dispatcher.ts';
import { countHoldersByCurrentKey, countHoldersWithout } from '../vault/key-holders.ts';
import { countKeyJob, endKeyJob, insertKeyJob, listOpenKeyJobs } from '../vault/key-jobs.ts';
import type { Context } from './context.ts';
import { readKeyReport, wrapEverything } from './rotate-keys.ts';

/** The lanes of the queue `bulk` that are jobs over keys. */
export const keyLanePrefix = 'keys:';

/** Why nothing may be wrapped with a key now; undefined when every running process has it. Also for those who work beside the server. */
export async function explainKeyNotShared({ db, keyRing }: Pick<Context, 'db' | 'keyRing'>): Promise<string | undefined> {
  const lacking = await countHoldersWithout(db, keyRing.currentId);
  if (lacking === 0) return undefined;
  const who = lacking === 1 ? 'One running process does' : `${lacking} running processes do`;
  return `${who} not have the key "${keyRing.currentId}" and could not open what it wraps. Put it into SECRETS_KEY everywhere, first behind the present one, restart, and try again. A process that was killed is forgotten after a minute.`;
}

/** Begins to wrap everything with the current key, as a job; one that goes on already is answered again. `conflict` while a process lacks the key. */
export async function requestKeyRotation(context: Context, requestedBy: string): Promise<Outcome<{ jobId: string }, ErrorCode>> {
  const why = await explainKeyNotShared(context);
  if (why !== undefined) return failed('conflict', why);
  const { currentId } = context.keyRing;
  return await transaction(context.db, async (trx) => {
    // Two who ask at once get one job.
    await trx.raw(`select pg_advisory_xact_lock(hashtext('repowatch rotate key'))`);
    const open = (await listOpenKeyJobs(trx)).find(({ keyId }) => keyId === currentId);
    if (open) return ok({ jobId: open.id });
    const { remaining, unreadable } = await readKeyReport(trx, context.keyRing);
    const jobId = await insertKeyJob(trx, { keyId: currentId, total: remaining + unreadable, requestedBy });
    await context.queue.send(trx, 'bulk', [keyLanePrefix + jobId]);
    return ok({ jobId });
  });
}

/** Works on a job until everything is wrapped; a restart goes on with what is left. */
export async function serveKeyJob(context: Context, lane: string, turn: Turn): Promise<void> {
  const { db, keyRing } = context;
  const id = lane.slice(keyLanePrefix.length);
  const find = async () => (await listOpenKeyJobs(db)).find((job) => job.id === id);
  const job = await find();
  if (!job) return;
  if (job.keyId !== keyRing.currentId) {
    // Another process that still wraps with it takes the job; without one, it is about a key of the past.
    if ((await countHoldersByCurrentKey(db)).has(job.keyId)) return;
    const message = `"${job.keyId}" is not the current key of SECRETS_KEY any more. Ask for the rotation again.`;
    return await endKeyJob(db, { id, failed: 0, error: { code: 'conflict' satisfies ErrorCode, message } });
  }
  let stopped = false;
  const { unreadable } = await wrapEverything(db, keyRing, {
    within: (trx, done) => countKeyJob(trx, id, done),
    async after() {
      stopped = turn.closing.aborted || (await find()) === undefined;
      return !stopped;
    },
  });
  if (stopped) return;
  const message = `SECRETS_KEY lacks the key of ${unreadable} encrypted values. Put it back, or set them again.`;
  const error = unreadable === 0 ? undefined : { code: 'secrets_key_missing' satisfies ErrorCode, message };
  await endKeyJob(db, { id, failed: unreadable, error });
}

/** Sends tickets for jobs that are not over: after a crash, or when a ticket was lost. */
export async function wakeKeyJobs(context: Context): Promise<void> {
  const jobs = await listOpenKeyJobs(context.db);
  await context.queue.send(
    context.db,
    'bulk',
    jobs.map(({ id }) => keyLanePrefix + id),
  );
}

/** After a new key was put in front of the ring, everything is wrapped with it as soon as every process has it, so that the old one can leave. */
export async function moveToCurrentKey(context: Context): Promise<void> {
  const { db, keyRing, log } = context;
  const { remaining } = await readKeyReport(db, keyRing);
  if (remaining === 0) return;
  const why = await explainKeyNotShared(context);
  if (why !== undefined) return log.warn({ remaining, key: keyRing.currentId }, `Nothing is wrapped with the current key yet. ${why}`);
  const { rewrapped, unreadable } = await wrapEverything(db, keyRing);
  if (rewrapped > 0) log.info({ rewrapped }, 'Secrets were wrapped with the current key of SECRETS_KEY');
  if (unreadable > 0) log.error({ unreadable }, 'SECRETS_KEY lacks the key of some encrypted values; put it back, or set them again');
}
