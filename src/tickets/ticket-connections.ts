import type { Db } from '../db/connect.ts';

/** A connection to where tickets are, with the day on which its token ends. */
export interface TicketConnection {
  installationId: string;
  url: string;
  expiresAt: Date;
}

/** Notes that a connection was used, and when its token ends; null when nobody said. */
export async function upsertConnection(
  db: Db,
  { installationId, url, expiresAt }: Omit<TicketConnection, 'expiresAt'> & { expiresAt: Date | null },
): Promise<void> {
  await db.raw(
    `insert into ticket_connections (installation_id, url, expires_at, used_at) values (?, ?, ?, now())
     on conflict (installation_id, url) do update set expires_at = excluded.expires_at, used_at = excluded.used_at`,
    [installationId, url, expiresAt],
  );
}

/** Connections whose token ends before a moment, the first to end first; those that nobody has used for 90 days are left out. */
export async function listEndingConnections(db: Db, before: Date): Promise<TicketConnection[]> {
  const { rows } = await db.raw<{ rows: TicketConnection[] }>(
    `select installation_id as "installationId", url, expires_at as "expiresAt" from ticket_connections
     where expires_at < ? and used_at > now() - interval '90 days' order by expires_at limit 20`,
    [before],
  );
  return rows;
}
