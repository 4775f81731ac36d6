import type { RunFacts } from '../actions/run-facts.ts';
import type { WatchState } from '../actions/watch-state.ts';
import { failed, ok } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { findState, findStatePlace, listState, stateLimits, writeState, type StatePlace, type StateVerdict } from '../runs/watch-state.ts';

const noRoom: Partial<Record<StateVerdict, string>> = {
  value_too_large: `A value in the state of a watch has at most ${stateLimits.valueBytes / 1024} KB as JSON.`,
  too_many_keys: `The state of a watch has at most ${stateLimits.keys} keys; delete some.`,
  too_large: `The state of a watch has at most ${stateLimits.totalBytes / 1024} KB together; delete something.`,
};

/** The state of watches, found by the run that asks: a script has no way to name another's. */
export function createWatchState(db: Db): WatchState {
  return {
    async read(facts, key) {
      const row = await findState(db, await placeOf(db, facts), key);
      return { text: row?.value, version: row?.version ?? '0' };
    },
    async write(facts, { key, text, version }) {
      const verdict = await writeState(db, await placeOf(db, facts), { key, value: text, version });
      const lack = noRoom[verdict];
      return lack === undefined ? ok(verdict === 'written') : failed('script_state_limit', lack);
    },
    async list(facts) {
      return (await listState(db, await placeOf(db, facts))).map(({ key, value }) => ({ key, text: value }));
    },
  };
}

async function placeOf(db: Db, { run }: RunFacts): Promise<StatePlace> {
  const place = await findStatePlace(db, run.id);
  if (!place) throw new Error(`run ${run.id} is gone`);
  return place;
}
