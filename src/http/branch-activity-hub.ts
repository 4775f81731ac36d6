import { describeError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Db } from '../db/connect.ts';
import {
  listActivityChanges,
  listActivityRuns,
  listOpenRuns,
  readActivityFloor,
  type ActivityFloor,
  type WatchedBranch,
} from './read/branch-activity.ts';

/** How often is read while somebody looks. Milliseconds. */
const intervalMs = 700;
/** For how long an id that was passed over can still come. Milliseconds. */
const lateMs = 30_000;
/** How far below the highest ids the first look begins. */
const margin = 1_000;

/** Hears what happens on a branch: `change` and `run` with what the API shows of them. */
type Listener = (event: 'change' | 'run', data: unknown) => void;

interface View extends WatchedBranch {
  listeners: Set<Listener>;
  /** What was told, by kind and id, as it stood then. */
  told: Map<string, string>;
  openRuns: Set<string>;
}

type Tell = (view: View, event: 'change' | 'run', data: unknown) => void;

const keyOf = (repositoryId: string, branch: string) => `${repositoryId} ${branch}`;
const openStatuses = new Set(['queued', 'running', 'waiting']);

/**
 * Reads what happens on branches for everybody who looks, with two statements for all of them. It reads only while somebody
 * looks; a reading never begins before the last is over.
 */
export class BranchActivityHub {
  readonly #db: Db;
  readonly #log: Log;
  readonly #views = new Map<string, View>();
  #marks: { at: number; floor: ActivityFloor }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #closed = false;

  constructor({ db, log }: { db: Db; log: Log }) {
    this.#db = db;
    this.#log = log;
  }

  /** Tells what happens from now on; answers how to stop. */
  async subscribe(branch: WatchedBranch, listener: Listener): Promise<() => void> {
    const key = keyOf(branch.repositoryId, branch.branch);
    const fresh = this.#views.get(key) ?? (await this.#open(branch));
    // Somebody else may have been faster.
    const view = this.#views.get(key) ?? fresh;
    this.#views.set(key, view);
    view.listeners.add(listener);
    if (!this.#reading) this.#schedule();
    return () => {
      view.listeners.delete(listener);
      if (view.listeners.size === 0) this.#views.delete(key);
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#views.clear();
  }

  async #open({ repositoryId, branch }: WatchedBranch): Promise<View> {
    const view: View = { repositoryId, branch, listeners: new Set(), told: new Map(), openRuns: new Set() };
    view.openRuns = new Set(await listOpenRuns(this.#db, view));
    // What is there already is no news.
    await this.#read([view], () => undefined);
    return view;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#views.size === 0) this.#marks = [];
    else if (!this.#closed) this.#timer = setTimeout(() => void this.#readAll(), intervalMs).unref();
  }

  async #readAll(): Promise<void> {
    if (this.#reading || this.#closed) return;
    this.#reading = true;
    try {
      await this.#read([...this.#views.values()], (view, event, data) => {
        for (const listener of view.listeners) listener(event, data);
      });
    } catch (error) {
      // The database may be away for a while; what happened meanwhile is told afterwards.
      this.#log.warn({ error: describeError(error) }, 'What happens on watched branches could not be read');
    }
    this.#reading = false;
    this.#schedule();
  }

  async #read(chosen: readonly View[], tell: Tell): Promise<void> {
    if (chosen.length === 0) return;
    const floor = await this.#moveFloor();
    const branches = chosen.map(({ repositoryId, branch }) => ({ repositoryId, branch }));
    const byKey = new Map(chosen.map((view) => [keyOf(view.repositoryId, view.branch), view]));
    for (const { branch, ...change } of await listActivityChanges(this.#db, branches, floor))
      note(byKey.get(keyOf(change.repository.id, branch)), { event: 'change', id: change.id, data: change }, tell);
    const open = chosen.flatMap((view) => [...view.openRuns]);
    for (const run of await listActivityRuns(this.#db, branches, { floor, open })) {
      const view = byKey.get(keyOf(run.repository.id, run.change.ref_name ?? ''));
      if (openStatuses.has(run.status)) view?.openRuns.add(run.id);
      else view?.openRuns.delete(run.id);
      note(view, { event: 'run', id: run.id, data: run }, tell);
    }
    for (const view of chosen) forget(view, floor);
  }

  /** The floor of some time ago: what lies above it is read again and again, and told once. */
  async #moveFloor(): Promise<ActivityFloor> {
    const now = Date.now();
    this.#marks.push({ at: now, floor: await readActivityFloor(this.#db, this.#marks.length === 0 ? margin : 0) });
    while (this.#marks.length > 1 && this.#marks[1]!.at < now - lateMs) this.#marks.shift();
    return this.#marks[0]!.floor;
  }
}

/** Tells what is new, or stands otherwise than when it was told. */
function note(view: View | undefined, news: { event: 'change' | 'run'; id: string; data: unknown }, tell: Tell): void {
  if (!view) return;
  const key = `${news.event} ${news.id}`;
  const text = JSON.stringify(news.data);
  if (view.told.get(key) === text) return;
  view.told.set(key, text);
  tell(view, news.event, news.data);
}

/** What lies below the floor is not read again, unless it is a run that is not over. */
function forget(view: View, floor: ActivityFloor): void {
  for (const key of view.told.keys()) {
    const [event, id = '0'] = key.split(' ');
    const below = BigInt(id) <= BigInt(event === 'change' ? floor.change : floor.run);
    if (below && !(event === 'run' && view.openRuns.has(id))) view.told.delete(key);
  }
}
