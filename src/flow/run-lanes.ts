import { Batcher } from '../core/batcher.ts';
import { RepoWatchError } from '../core/errors.ts';
import { readChanges } from '../mirror/read-changes.ts';
import type { LaneService, Turn } from '../queue/lane-dispatcher.ts';
import { listDueRuns } from '../runs/list-due-runs.ts';
import type { Progress } from '../runs/record-progress.ts';
import { ActiveRuns } from './active-runs.ts';
import type { Context } from './context.ts';
import type { LoadedRun, RecordRun } from './loaded-run.ts';
import { recordRuns } from './record-runs.ts';
import { runWatch } from './run-watch.ts';

/** The most rows that share one statement of progress, and the bytes they may have together. */
const maxProgress = { maxItems: 100, maxSize: 2 * 1024 * 1024 };

/** How often a lane may turn out to be served by somebody else as well, until it is left alone for a while. */
const maxLosses = 5;

/** Serves the lanes of runs: one run at a time in each, all lanes at once, their reading and writing shared between them. */
export function createRunService(context: Context): LaneService {
  const active = new ActiveRuns(context);
  const loader = new Batcher<string, LoadedRun[]>((lanes) => loadLanes(context, lanes), { maxItems: 100 });
  const recorder = new Batcher<Progress, boolean>((entries) => recordRuns(context, entries), {
    ...maxProgress,
    sizeOf: (entry) => sizeOf(entry.finished?.response) + sizeOf(entry.finished?.request) + sizeOf(entry.finished?.log),
  });
  return {
    prefix: 'runs',
    groupSize: 100,
    maxLanes: 200,
    tenantOf: installationOf,
    serveAlone: (lane, turn) =>
      serveLane(context, { lane, turn, active, load: (key) => loader.add(key), record: (entry) => recorder.add(entry) }),
  };
}

/** Lanes begin with whose they are: `i`, the installation, `:`. */
function installationOf(lane: string): string {
  return lane.slice(0, lane.indexOf(':') + 1);
}

/** What serving one lane works with. */
interface LaneWork {
  lane: string;
  turn: Turn;
  active: ActiveRuns;
  load: (lane: string) => Promise<LoadedRun[]>;
  record: RecordRun;
}

async function serveLane(context: Context, work: LaneWork): Promise<void> {
  const { turn, record } = work;
  for (let losses = 0; losses < maxLosses;) {
    const due = await work.load(work.lane);
    if (due.length === 0) return;
    // The end of one run and the start of the next are written together: nobody waits for an end before the next start is asked for.
    const ends: Promise<unknown>[] = [];
    for (const loaded of due) {
      if (turn.closing.aborted) break;
      const { recorded, lost, holds, held } = await work.active.during(loaded.run.id, (cancelled) =>
        runWatch(context, loaded, { turn, record, cancelled }),
      );
      ends.push(recorded);
      // Those behind it were listed before it came to wait, or died.
      if ((holds === true && loaded.run.strict) || held === true) break;
      if (lost !== true) continue;
      // The rows are not what we read: going on with later runs could overtake this one.
      losses += 1;
      break;
    }
    await Promise.all(ends);
    if (turn.closing.aborted) return;
  }
  throw new RepoWatchError(
    'internal_error',
    `The runs of ${work.lane} were taken ${maxLosses} times by another process; trying again later.`,
  );
}

async function loadLanes(context: Context, lanes: string[]): Promise<LoadedRun[][]> {
  const due = await listDueRuns(context.db, [...new Set(lanes)]);
  const all = [...due.values()].flat();
  const changes = await readChanges(context.db, [...new Set(all.map((run) => run.changeId))]);
  return lanes.map((lane) =>
    (due.get(lane) ?? []).flatMap((run) => {
      const stored = changes.get(run.changeId);
      return stored ? [{ run, stored }] : [];
    }),
  );
}

function sizeOf(value: unknown): number {
  return value === undefined || value === null ? 0 : JSON.stringify(value).length;
}
