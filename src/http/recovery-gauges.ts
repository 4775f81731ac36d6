import { Gauge, type Registry } from 'prom-client';
import type { Db } from '../db/connect.ts';
import { readRecovery } from './read/recovery.ts';
import type { RecoveryState } from './schemas/recovery.ts';

/** Scrapers that come at the same time share one reading. Milliseconds. */
const freshMs = 5_000;

const outcomes = ['scanned', 'missing', 'recovered', 'arrived', 'lost'] as const;

/** Adds the gauges of the scan of GitHub's record, read from the database when somebody scrapes. */
export function addRecoveryGauges(metrics: Registry, db: Db): void {
  let last: { at: number; state: Promise<RecoveryState> } | undefined;
  const read = () => {
    if (last === undefined || Date.now() - last.at > freshMs) {
      const state = readRecovery(db, new Date());
      last = { at: Date.now(), state };
      state.catch(() => (last = undefined));
    }
    return last.state;
  };
  const add = (name: string, help: string, valueOf: (state: RecoveryState) => number | undefined) => {
    const gauge: Gauge = new Gauge({
      name: `repowatch_recovery_${name}`,
      help,
      registers: [metrics],
      async collect() {
        const value = valueOf(await read());
        if (value === undefined) gauge.reset();
        else gauge.set(value);
      },
    });
  };
  if (metrics.getSingleMetric('repowatch_recovery_incomplete') !== undefined) return;
  add('incomplete', 'Whether a scan of GitHub’s record of deliveries is not over, or some are missing', (state) =>
    Number(state.incomplete),
  );
  add('pending', 'How many deliveries are missing now', (state) => state.pending);
  add('gaps', 'Gaps of the last 24 h: missing now, lost, or not proven', (state) => state.gaps_24h);
  add('seconds_since_complete', 'How long ago a scan was complete', (state) =>
    state.last_complete_scan_at === null ? undefined : (Date.now() - Date.parse(state.last_complete_scan_at)) / 1000,
  );
  const deliveries: Gauge<'outcome'> = new Gauge({
    name: 'repowatch_recovery_deliveries',
    help: 'Entries of GitHub’s record that were looked at, and what came of those that were missing, since the first start',
    labelNames: ['outcome'],
    registers: [metrics],
    async collect() {
      const state = await read();
      for (const outcome of outcomes) deliveries.set({ outcome }, state[outcome]);
    },
  });
}
