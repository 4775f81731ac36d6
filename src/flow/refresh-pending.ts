import type { Db } from '../db/connect.ts';
import { findApp, listGrants, recordPending, upsertApp } from '../mirror/app.ts';
import { baseTier, findMissing, findPending } from '../github/needed-permissions.ts';
import type { Context } from './context.ts';

/**
 * Works out which permissions of the App these installations, or all, have not approved (handbook B21): what the App has registered
 * and what RepoWatch cannot do without. While nobody knows what the App has registered, only the latter.
 */
export async function refreshPending(context: Pick<Context, 'host'>, db: Db, ids?: string[]): Promise<void> {
  const app = await findApp(db, context.host);
  const pending = (await listGrants(db, context.host, ids)).map(({ id, permissions }) => {
    // One that is only known from one of its deliveries; the listing of installations tells the rest.
    if (Object.keys(permissions).length === 0) return { id, pending: [] };
    const base = findMissing({ permissions, events: baseTier.events }, baseTier)?.permissions ?? [];
    return { id, pending: [...new Set([...base, ...(app ? findPending(app, { permissions }) : [])])].sort() };
  });
  await recordPending(db, pending);
}

/** Asks GitHub what the App has registered and compares all installations with it. Answers whether that could be done. */
export async function syncApp(context: Context): Promise<boolean> {
  const read = await context.reader.getApp();
  if (!read.ok) {
    context.log.warn({ code: read.code, reason: read.message }, 'GitHub did not say what the App has registered; it is asked again');
    return false;
  }
  await upsertApp(context.db, context.host, read.value);
  await refreshPending(context, context.db);
  return true;
}
