import type { Db } from '../db/connect.ts';
import { sealedInstallationTokens } from '../github/token-rows.ts';
import { sealedUserTokens } from '../github/user-token-rows.ts';
import { countHoldersByCurrentKey } from '../vault/key-holders.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import { countByKey, rewrapBatch, type SealedTable } from '../vault/sealed-rows.ts';
import { sealedSecrets } from '../vault/secrets.ts';
import { sealedTriggerSecrets } from './manage-triggers.ts';

/** Answers that are kept for a day for requests with an idempotency key. */
const sealedAnswers: SealedTable = {
  name: 'idempotency_keys',
  what: 'answers to repeated requests',
  columns: ['requester', 'route', 'key'],
  id: `concat_ws(' ', t.requester, t.route, t.key)`,
  envelope: 'sealed',
  contextOf: ({ requester, route, key }) => JSON.stringify(['idempotency', requester, route, key]),
};

/** Every table that keeps encrypted values (threat model D11); a test compares it with the schema. */
export const sealedTables: readonly SealedTable[] = [
  sealedSecrets,
  sealedTriggerSecrets,
  sealedUserTokens,
  sealedInstallationTokens,
  sealedAnswers,
];

/** Rows that one transaction wraps anew: short enough that nobody waits for their locks. */
const batchSize = 100;

/** What came of wrapping everything anew. */
export interface Rewrapped {
  rewrapped: number;
  /** Rows under keys that the ring does not have. */
  unreadable: number;
}

/**
 * Wraps with the ring's current key whatever an older key wrapped, batch by batch, so that it can be stopped anywhere and begun again:
 * what is done is not looked at twice. `within` counts in the transaction of each batch; `after` hears how far it is, and false ends it.
 */
export async function wrapEverything(
  db: Db,
  ring: KeyRing,
  listen: { within?: (trx: Db, done: number) => Promise<void>; after?: (so: Rewrapped) => boolean | Promise<boolean> } = {},
): Promise<Rewrapped> {
  const so = { rewrapped: 0, unreadable: 0 };
  for (const table of sealedTables) {
    for (let after: string | null = ''; after !== null;) {
      const batch = await rewrapBatch(db, ring, { table, after, size: batchSize, ...(listen.within && { within: listen.within }) });
      so.rewrapped += batch.rewrapped;
      so.unreadable += batch.unreadable;
      after = batch.last;
      if ((await listen.after?.(so)) === false) return so;
    }
  }
  return so;
}

/** One key, and what still hangs on it. */
export interface KeyUse {
  id: string;
  /** `unknown`: rows were wrapped with it, and SECRETS_KEY does not have it. */
  state: 'current' | 'older' | 'unknown';
  rows: number;
  /** The same by what the rows are, without those that there are none of. */
  by: { what: string; rows: number }[];
  /** Running processes that wrap with it. */
  processes: number;
  /** True when it can leave SECRETS_KEY. */
  removable: boolean;
}

/** How the keys of SECRETS_KEY stand. */
export interface KeyReport {
  current: string;
  keys: KeyUse[];
  /** Rows that the current key is still to wrap. */
  remaining: number;
  /** Rows that no key of SECRETS_KEY opens. */
  unreadable: number;
}

/** Says how many rows hang on each key, and which keys can leave SECRETS_KEY. */
export async function readKeyReport(db: Db, ring: KeyRing): Promise<KeyReport> {
  const rows: { keyId: string; rows: number; what: string }[] = [];
  // One after the other: it may be a transaction, which has one connection.
  for (const table of sealedTables) for (const count of await countByKey(db, table)) rows.push({ ...count, what: table.what });
  const processes = await countHoldersByCurrentKey(db);
  const ids = [...new Set([...ring.ids, ...rows.map(({ keyId }) => keyId).toSorted()])];
  const keys = ids.map((id): KeyUse => {
    const by = rows.filter(({ keyId }) => keyId === id).map(({ what, rows: count }) => ({ what, rows: count }));
    const total = by.reduce((sum, { rows: count }) => sum + count, 0);
    const state = id === ring.currentId ? 'current' : ring.ids.includes(id) ? 'older' : 'unknown';
    const used = processes.get(id) ?? 0;
    return { id, state, rows: total, by, processes: used, removable: state === 'older' && total === 0 && used === 0 };
  });
  const sum = (state: KeyUse['state']) => keys.filter((key) => key.state === state).reduce((all, key) => all + key.rows, 0);
  return { current: ring.currentId, keys, remaining: sum('older'), unreadable: sum('unknown') };
}
