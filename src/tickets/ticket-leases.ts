import { setTimeout as pause } from 'node:timers/promises';
import { createId } from '../core/ids.ts';
import type { Db } from '../db/connect.ts';

/** How often somebody who waits for a ticket looks again. Milliseconds. */
const lookMs = 40;

/** What is taken, by whom, for how long at most, and how long one waits for it. Milliseconds. */
export interface LeaseWish {
  installationId: string;
  name: string;
  /** After this a holder that died is forgotten. */
  holdMs: number;
  waitMs: number;
  signal: AbortSignal;
}

/**
 * Takes a name for one holder among all processes, so that steps on one ticket do not meet (handbook K3). A row and not an
 * advisory lock: a session would be kept from others while Jira is waited for. Answers what gives it back; undefined when it
 * did not get free in time.
 */
export async function takeLease(db: Db, wish: LeaseWish): Promise<(() => Promise<void>) | undefined> {
  const { name, installationId, holdMs, waitMs, signal } = wish;
  const holder = createId();
  const deadline = performance.now() + waitMs;
  while (!signal.aborted) {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `insert into ticket_leases (name, installation_id, holder, until) values (?, ?, ?, now() + ? * interval '1 millisecond')
       on conflict (name) do update set holder = excluded.holder, until = excluded.until, installation_id = excluded.installation_id
       where ticket_leases.until < now() returning name`,
      [name, installationId, holder, holdMs],
    );
    if (rows.length > 0) return async () => void (await db.raw('delete from ticket_leases where name = ? and holder = ?', [name, holder]));
    if (performance.now() > deadline) return undefined;
    await pause(lookMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
