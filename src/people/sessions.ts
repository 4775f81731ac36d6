import { createHmac, randomBytes } from 'node:crypto';
import type { Db } from '../db/connect.ts';
import { hashToken } from './token-text.ts';

/** How long a session lasts that nobody uses, and how long at most. Seconds. */
const idleSeconds = 12 * 60 * 60;
export const sessionSeconds = 7 * 24 * 60 * 60;

/** How seldom a use is written down: each page would be a write. Seconds. */
const rollSeconds = 5 * 60;

/** Somebody who has signed in: a person, or whoever gave the admin token. */
export interface Session {
  id: string;
  /** Our id of the person; null for the admin token. */
  userId: string | null;
  /** When it ends, unless it is used before that. */
  expiresAt: Date;
}

/** A new session's owner: a person by our id, or whoever gave this admin token. */
export type SessionOwner = { userId: string } | { adminToken: string };

/** Another admin token ends the sessions that the old one opened: they are kept with what follows from it. */
function keyOf(adminToken: string): Buffer {
  return createHmac('sha256', adminToken).update('repowatch session').digest();
}

/** Begins a session; the answer is the cookie's value, of which only a hash is kept. */
export async function insertSession(db: Db, owner: SessionOwner): Promise<string> {
  const value = randomBytes(32).toString('base64url');
  await db.raw(
    `insert into sessions (hash, user_id, admin_key, expires_at, ends_at)
     values (:hash, :userId, :adminKey, now() + make_interval(secs => :idle), now() + make_interval(secs => :whole))`,
    {
      hash: hashToken(value),
      userId: 'userId' in owner ? owner.userId : null,
      adminKey: 'adminToken' in owner ? keyOf(owner.adminToken) : null,
      idle: idleSeconds,
      whole: sessionSeconds,
    } as unknown as Record<string, string>,
  );
  return value;
}

/** The session with this cookie, when it is not over; using it lets it last longer. */
export async function findSession(db: Db, value: string, adminToken: string): Promise<Session | undefined> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(value)) return undefined;
  const { rows } = await db.raw<{ rows: (Session & { isOld: boolean })[] }>(
    `select s.id, s.user_id as "userId", s.expires_at as "expiresAt", s.seen_at < now() - make_interval(secs => :roll) as "isOld"
     from sessions s left join github_users u on u.id = s.user_id
     where s.hash = :hash and s.expires_at > now() and s.ends_at > now() and u.revoked_at is null
       and (s.user_id is not null or s.admin_key = :adminKey)`,
    { hash: hashToken(value), adminKey: keyOf(adminToken), roll: rollSeconds } as unknown as Record<string, string>,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { isOld, ...session } = row;
  if (isOld)
    await db.raw(
      'update sessions set seen_at = now(), expires_at = least(ends_at, now() + make_interval(secs => ?)) where id = ? and expires_at > now()',
      [idleSeconds, session.id],
    );
  return session;
}

/** Ends one session. */
export async function deleteSession(db: Db, id: string): Promise<void> {
  await db.raw('delete from sessions where id = ?', [id]);
}

/** Ends every session of a person, or every one of the admin token; answers how many. */
export async function deleteSessionsOf(db: Db, userId: string | null): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>('delete from sessions where user_id is not distinct from cast(? as bigint)', [
    userId,
  ]);
  return rowCount;
}

/** Removes sessions that are over. */
export async function deleteEndedSessions(db: Db): Promise<void> {
  await db.raw('delete from sessions where expires_at <= now() or ends_at <= now()');
}
