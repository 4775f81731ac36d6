import type { StoredChange } from '../mirror/read-changes.ts';
import type { DueRun } from '../runs/list-due-runs.ts';
import type { Progress } from '../runs/record-progress.ts';

/** A run that is due, with the change it is about. */
export interface LoadedRun {
  run: DueRun;
  stored: StoredChange;
}

/** Writes progress down; answers false when the run was ended meanwhile or this process lost its lane. */
export type RecordRun = (progress: Progress) => Promise<boolean>;
