import type { Db } from '../db/connect.ts';
import { sentNothingSql } from './postponed.ts';

/** What a run does beside waiting its turn (docs/configuration.md, "When runs meet"). */
export interface RunControl {
  /** What happens when runs of its watch and key meet: it queues, replaces those that have not begun, or leaves. */
  onBusy: 'queue' | 'latest' | 'drop';
  /** How long it waits for its subject to come to rest; a newer run of its key takes its place meanwhile. Milliseconds. */
  settleMs: number;
  /** How long it gathers the changes of its key. Milliseconds. */
  batchMs: number;
  /** True when GitHub has to be asked for the changed files before anything is decided. */
  hold: boolean;
}

/** A run in the transaction that numbers its lane, so that nobody else does anything to the lane's order meanwhile. */
interface LaneRun {
  lane: string;
  watchId: string;
  changeId: string;
  installationId: string;
}

const open = `('queued', 'running', 'waiting')`;

/** A run that nobody has begun: no attempt of it was ever made, or its destination rests and nothing was sent. */
const notBegun = `r.status in ('queued', 'waiting') and ${sentNothingSql('r')}`;

/** The most changes that one run gathers; the next change begins another. */
const batchLimit = 200;

/** Puts a change into the run of its key that still gathers; answers that run, or undefined when there is none. The newest change becomes the run's own. */
export async function joinBatch(trx: Db, run: LaneRun): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `update runs r set change_id = ? where r.id = (
       select b.id from runs b where b.lane = ? and b.watch_id = ? and b.status = 'waiting' and b.code = 'batching' and b.due_at > now()
         and (select count(*) from run_changes n where n.run_id = b.id) < ${batchLimit}
       order by b.seq desc limit 1 for update)
       and r.status = 'waiting' and r.code = 'batching'
     returning r.id`,
    [run.changeId, run.lane, run.watchId],
  );
  const id = rows[0]?.id;
  if (id !== undefined) await openBatch(trx, { ...run, id });
  return id;
}

/** Notes that a run's change is one of those it gathers. */
export async function openBatch(trx: Db, run: LaneRun & { id: string }): Promise<void> {
  await trx.raw('insert into run_changes (run_id, change_id, installation_id) values (?, ?, ?) on conflict do nothing', [
    run.id,
    run.changeId,
    run.installationId,
  ]);
}

/** Lets a replay have all the changes that its model gathered. */
export async function copyBatch(trx: Db, run: { from: string; to: string }): Promise<void> {
  await trx.raw(
    'insert into run_changes (run_id, change_id, installation_id) select ?, change_id, installation_id from run_changes where run_id = ?',
    [run.to, run.from],
  );
}

/**
 * Lets runs of one watch and key give way to each other: to a newer one that settles or wants to be the latest, the older ones
 * that have not begun; to an older one that is not over, a new one that would rather be dropped. Both stay visible as cancelled.
 */
export async function yieldToNewer(trx: Db, run: LaneRun & { id: string; control: RunControl }): Promise<void> {
  const { id, lane, watchId, control } = run;
  if (control.onBusy === 'drop') {
    await trx.raw(
      `update runs r set status = 'cancelled', code = 'dropped', finished_at = now(), superseded_by = busy.id,
         message = 'Run ' || busy.id || ' of the same key was not over, and this watch drops what comes meanwhile.'
       from (select b.id from runs b where b.lane = ? and b.watch_id = ? and b.id <> ? and b.status in ${open} order by b.seq limit 1) busy
       where r.id = ?`,
      [lane, watchId, id, id],
    );
  }
  const wanted = control.onBusy === 'latest' ? 'true' : control.settleMs > 0 ? `r.code = 'settling'` : undefined;
  if (wanted === undefined) return;
  await trx.raw(
    `update runs r set status = 'cancelled', code = 'superseded', finished_at = now(), superseded_by = newer.id,
       message = 'Run ' || newer.id || ' of the same key is newer and goes instead.'
     from (select n.id, n.seq from runs n where n.id = ? and n.status in ${open}) newer
     where r.lane = ? and r.watch_id = ? and r.seq < newer.seq and ${wanted} and ${notBegun}`,
    [id, lane, watchId],
  );
}
