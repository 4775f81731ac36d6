import { createLog } from '../../src/core/log.ts';
import type { Context } from '../../src/flow/context.ts';
import { recoverDeliveries, wakeRecovery } from '../../src/flow/recover-deliveries.ts';
import { readRecovery } from '../../src/http/read/recovery.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { atSecond, createHookLog, type HookLog, type LoggedDelivery } from './hook-log.ts';

/** The scan of a made-up record on a real database, with a clock that is set by hand. Nothing serves the deliveries. */
export interface RecoveryWorld extends AsyncDisposable {
  db: TestDatabase['db'];
  log: HookLog;
  /** Lanes of deliveries for which tickets were sent, in order. */
  tickets: string[];
  context: Context;
  /** Moves the clock to this second. */
  at(second: number): void;
  /** RepoWatch has its first start now. */
  start(): Promise<void>;
  /** One turn of the scan at this second. */
  scanAt(second: number, closing?: AbortSignal): Promise<void>;
  /** The GUIDs that are held because they were recovered, in the order in which they are served. */
  recovered(): Promise<string[]>;
  state(): ReturnType<typeof readRecovery>;
}

/** Deliveries `d1`, `d2`, … ten seconds apart. */
export function entries(count: number, more: Partial<LoggedDelivery> & { name?: string; apart?: number } = {}): LoggedDelivery[] {
  const { name = 'd', apart = 10, ...rest } = more;
  return Array.from({ length: count }, (_, index) => Object.assign({ guid: `${name}${index + 1}`, second: apart * (index + 1) }, rest));
}

/** Sets up a record with three entries a page, at second 0. */
export async function createRecoveryWorld(): Promise<RecoveryWorld> {
  const base = await createTestDatabase();
  const log = createHookLog(3);
  const tickets: string[] = [];
  let now = atSecond(0);
  const context = {
    db: base.db,
    queue: { send: async (_db: unknown, name: string, lanes: string[]) => void (name === 'deliveries' && tickets.push(...lanes)) },
    log: createLog({ level: 'silent' }),
    clock: { now: () => now },
    host: 'github.com',
    presenceTimeoutMs: 30_000,
    recovery: { appId: '4242', intervalMs: 60_000, deliveries: log },
  } as unknown as Context;
  const running = new AbortController().signal;
  return {
    db: base.db,
    log,
    tickets,
    context,
    at: (second) => void (now = atSecond(second)),
    start: () => wakeRecovery(context),
    async scanAt(second, closing = running) {
      now = atSecond(second);
      await recoverDeliveries(context, { closing, signal: running });
    },
    async recovered() {
      const { rows } = await base.db.raw<{ rows: { guid: string }[] }>(
        `select guid from deliveries where source = 'recovered' order by id`,
      );
      return rows.map((row) => row.guid);
    },
    state: () => readRecovery(base.db, now),
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}
