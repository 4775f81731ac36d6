import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import type { IntentEnding } from '../core/statuses.ts';

/** An installation that was begun here: who asked for it, for which account, and what became of it (handbook I8). */
export interface InstallationIntent {
  id: string;
  nonce: string;
  /** Whose it is; each has at most one that is open. */
  begunBy: string;
  /** The person on GitHub who came back with it, proved by GitHub. */
  githubUserId: string | null;
  accountLogin: string | null;
  returnTo: string | null;
  /** The installation on GitHub that it led to; set only when GitHub confirms it. */
  installationGithubId: string | null;
  /** Who confirmed it: the App's own look at GitHub, the person's list on GitHub, or GitHub's delivery. */
  confirmedBy: 'app' | 'user' | 'webhook' | null;
  /** When an owner was asked for approval. */
  requestedAt: Date | null;
  closedAt: Date | null;
  closedReason: IntentEnding | null;
  createdAt: Date;
  expiresAt: Date;
}

const columns = `id, nonce, begun_by as "begunBy", github_user_id as "githubUserId", account_login as "accountLogin", return_to as "returnTo",
  installation_github_id as "installationGithubId", confirmed_by as "confirmedBy", requested_at as "requestedAt", closed_at as "closedAt",
  closed_reason as "closedReason", created_at as "createdAt", expires_at as "expiresAt"`;

/** A new intent. */
export interface NewIntent {
  nonce: string;
  begunBy: string;
  accountLogin: string | null;
  returnTo: string | null;
  expiresAt: Date;
}

/** Writes down a new intent; the open one of the same person gives way to it. */
export async function insertIntent(db: Db, host: string, intent: NewIntent): Promise<InstallationIntent> {
  return await transaction(db, async (trx) => {
    // Two at once of one person: the later one waits here for the earlier one and replaces it.
    await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`installation_intents ${host} ${intent.begunBy}`]);
    await trx.raw(
      `update installation_intents set closed_at = now(), closed_reason = 'replaced' where host = ? and begun_by = ? and closed_at is null`,
      [host, intent.begunBy],
    );
    const { rows } = await trx.raw<{ rows: InstallationIntent[] }>(
      `insert into installation_intents (host, nonce, begun_by, account_login, return_to, expires_at) values (?, ?, ?, ?, ?, ?)
       returning ${columns}`,
      [host, intent.nonce, intent.begunBy, intent.accountLogin, intent.returnTo, intent.expiresAt] as string[],
    );
    return rows[0]!;
  });
}

/** Finds an intent by the nonce of its state. */
export async function findIntent(db: Db, host: string, nonce: string): Promise<InstallationIntent | undefined> {
  const { rows } = await db.raw<{ rows: InstallationIntent[] }>(
    `select ${columns} from installation_intents where host = ? and nonce = ?`,
    [host, nonce],
  );
  return rows[0];
}

/** Takes an open intent back, and says what it was. */
export async function cancelIntent(db: Db, host: string, id: string): Promise<'cancelled' | 'over' | 'unknown'> {
  const { rows } = await db.raw<{ rows: { cancelled: boolean }[] }>(
    `with cancelled as (
       update installation_intents set closed_at = now(), closed_reason = 'cancelled' where host = :host and id = :id and closed_at is null
       returning id)
     select exists (select 1 from cancelled) as cancelled from installation_intents where host = :host and id = :id`,
    { host, id },
  );
  const [row] = rows;
  if (row === undefined) return 'unknown';
  return row.cancelled ? 'cancelled' : 'over';
}

/** Notes that an owner has to approve; the approval may take longer than the intent would last. */
export async function requestIntent(db: Db, id: string, expiresAt: Date): Promise<void> {
  await db.raw(
    `update installation_intents set requested_at = coalesce(requested_at, now()), expires_at = greatest(expires_at, ?)
     where id = ? and closed_at is null`,
    [expiresAt, id],
  );
}

/** What GitHub confirmed about an intent. */
export interface Confirmation {
  installationGithubId: string;
  by: 'app' | 'user' | 'webhook';
  githubUserId: string | null;
}

/** Closes an intent with the installation that it led to. One that GitHub's delivery closed before learns the person, and nothing else. */
export async function confirmIntent(db: Db, id: string, confirmation: Confirmation): Promise<void> {
  await db.raw(
    `update installation_intents set installation_github_id = :installation, confirmed_by = :by, closed_at = coalesce(closed_at, now()),
       closed_reason = 'installed', github_user_id = coalesce(cast(:user as bigint), github_user_id)
     where id = :id and (closed_at is null or installation_github_id = :installation)`,
    { id, installation: confirmation.installationGithubId, by: confirmation.by, user: confirmation.githubUserId } as Record<string, string>,
  );
}

/**
 * Closes the open intent that a new installation answers, when GitHub's delivery comes first (handbook I8): the requester's or
 * else the sender's by their ids, or the one that was begun for this very account. Answers its id.
 */
export async function matchIntent(
  db: Db,
  host: string,
  installation: { githubId: string; accountLogin: string; requesterId: string | null; senderId: string | null },
): Promise<string | undefined> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `update installation_intents set installation_github_id = :githubId, confirmed_by = 'webhook', closed_at = now(), closed_reason = 'installed'
     where id = (
       select id from installation_intents
       where host = :host and closed_at is null and expires_at > now()
         and (github_user_id = cast(:requesterId as bigint) or github_user_id = cast(:senderId as bigint)
           or lower(account_login) = lower(:accountLogin))
       order by (github_user_id is not distinct from cast(:requesterId as bigint)) desc,
         (github_user_id is not distinct from cast(:senderId as bigint)) desc, id desc
       limit 1 for update)
     returning id`,
    { host, ...installation } as Record<string, string>,
  );
  return rows[0]?.id;
}
