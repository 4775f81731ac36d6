import type { Db } from '../db/connect.ts';

/** The App as it is registered on GitHub. */
export interface AppUpdate {
  github_id: string;
  slug: string;
  name: string;
  html_url: string | null;
  permissions: Record<string, string>;
  events: string[];
}

/** Writes down how the App is registered. */
export async function upsertApp(db: Db, host: string, app: AppUpdate): Promise<void> {
  await db.raw(
    `insert into apps (host, github_id, slug, name, html_url, permissions, events) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (host, github_id) do update set slug = excluded.slug, name = excluded.name, html_url = excluded.html_url,
       permissions = excluded.permissions, events = excluded.events, checked_at = now()`,
    [host, app.github_id, app.slug, app.name, app.html_url, JSON.stringify(app.permissions), JSON.stringify(app.events)] as string[],
  );
}

/** The App as it was registered when GitHub was asked last; undefined before that. */
export async function findApp(db: Db, host: string): Promise<AppUpdate | undefined> {
  const { rows } = await db.raw<{ rows: AppUpdate[] }>(
    'select github_id, slug, name, html_url, permissions, events from apps where host = ? order by checked_at desc limit 1',
    [host],
  );
  return rows[0];
}

/** Lists the permissions of living installations, of these or of all. */
export async function listGrants(db: Db, host: string, ids?: string[]): Promise<{ id: string; permissions: Record<string, string> }[]> {
  const { rows } = await db.raw<{ rows: { id: string; permissions: Record<string, string> }[] }>(
    `select id, permissions from installations
     where host = ? and deleted_at is null and (cast(? as bigint[]) is null or id = any(cast(? as bigint[])))`,
    [host, ids ?? null, ids ?? null] as string[],
  );
  return rows;
}

/** Keeps which permissions each installation has still to approve. */
export async function recordPending(db: Db, entries: { id: string; pending: string[] }[]): Promise<void> {
  if (entries.length === 0) return;
  await db.raw(
    `update installations i set pending_permissions = item.pending from json_to_recordset(?::json) as item (id bigint, pending jsonb)
     where i.id = item.id and i.pending_permissions <> item.pending`,
    [JSON.stringify(entries)],
  );
}
