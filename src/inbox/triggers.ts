import type { TriggerProvider } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';

/** An inbound trigger with the repository that it tells of. Ids are ours, unless they say GitHub. */
export interface Trigger {
  id: string;
  installationId: string;
  repositoryId: string;
  installationGithubId: string;
  repositoryGithubId: string;
  repositoryFullName: string;
  provider: TriggerProvider;
  name: string;
  /** What the repository is called where the messages come from. */
  remoteId: string;
  remotePath: string;
  enabled: boolean;
}

/** A stored secret of a trigger, sealed. */
export interface TriggerSecretRow {
  id: string;
  ciphertext: Buffer;
  nonce: Buffer;
  tag: Buffer;
  wrappedKey: Buffer;
  wrapNonce: Buffer;
  wrapTag: Buffer;
  keyId: string;
}

const columns = `t.id, t.installation_id as "installationId", t.repository_id as "repositoryId", i.github_id as "installationGithubId",
  r.github_id as "repositoryGithubId", r.full_name as "repositoryFullName", t.provider, t.name, t.remote_id as "remoteId",
  t.remote_path as "remotePath", t.enabled`;

/**
 * A trigger by its number. The installation is the one that has the repository now: a repository that went to another owner takes its
 * triggers along only by being registered anew, so one of a former owner is not found.
 */
export async function findTrigger(db: Db, id: string): Promise<Trigger | undefined> {
  const { rows } = await db.raw<{ rows: Trigger[] }>(
    `select ${columns} from triggers t join repositories r on r.id = t.repository_id and r.installation_id = t.installation_id
     join installations i on i.id = t.installation_id where t.id = ?`,
    [id],
  );
  return rows[0];
}

/** The sealed secrets that are valid at this moment: the current one, and a former one in its time of grace. */
export async function listTriggerSecrets(db: Db, triggerId: string): Promise<TriggerSecretRow[]> {
  const { rows } = await db.raw<{ rows: TriggerSecretRow[] }>(
    `select id, ciphertext, nonce, tag, wrapped_key as "wrappedKey", wrap_nonce as "wrapNonce", wrap_tag as "wrapTag", key_id as "keyId"
     from trigger_secrets where trigger_id = ? and (valid_until is null or valid_until > now()) order by valid_until nulls first`,
    [triggerId],
  );
  return rows;
}

/** What a trigger is made of. */
export interface NewTrigger {
  installationId: string;
  repositoryId: string;
  provider: TriggerProvider;
  name: string;
  remoteId: string;
  remotePath: string;
  createdBy: string;
}

/** Inserts a trigger; undefined when there is one of this provider and remote repository, or of this name, already. */
export async function insertTrigger(db: Db, trigger: NewTrigger): Promise<string | undefined> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into triggers (installation_id, repository_id, provider, name, remote_id, remote_path, created_by)
     values (:installationId, :repositoryId, :provider, :name, :remoteId, :remotePath, :createdBy) on conflict do nothing returning id`,
    { ...trigger },
  );
  return rows[0]?.id;
}

/** The trigger of a provider for a remote repository within an installation; its row is locked. */
export async function lockTriggerByRemote(
  db: Db,
  wanted: Pick<NewTrigger, 'installationId' | 'provider' | 'remoteId'>,
): Promise<{ id: string; repositoryId: string } | undefined> {
  const { rows } = await db.raw<{ rows: { id: string; repositoryId: string }[] }>(
    `select id, repository_id as "repositoryId" from triggers
     where installation_id = :installationId and provider = :provider and remote_id = :remoteId for update`,
    { ...wanted },
  );
  return rows[0];
}

/** Puts a new secret in place. The former one ends at once, or after its time of grace in seconds. */
export async function replaceTriggerSecret(
  db: Db,
  triggerId: string,
  { secret, graceSeconds }: { secret: TriggerSecretRow; graceSeconds: number },
): Promise<void> {
  // Two former secrets never count: whoever rotates twice means the first to be gone.
  await db.raw('delete from trigger_secrets where trigger_id = :triggerId and (valid_until is not null or :graceSeconds = 0)', {
    triggerId,
    graceSeconds,
  });
  await db.raw('update trigger_secrets set valid_until = now() + make_interval(secs => :graceSeconds) where trigger_id = :triggerId', {
    triggerId,
    graceSeconds,
  });
  await db.raw(
    `insert into trigger_secrets (id, trigger_id, installation_id, ciphertext, nonce, tag, wrapped_key, wrap_nonce, wrap_tag, key_id)
     select :id, t.id, t.installation_id, :ciphertext, :nonce, :tag, :wrappedKey, :wrapNonce, :wrapTag, :keyId from triggers t where t.id = :triggerId`,
    { ...secret, triggerId } as unknown as Record<string, string>,
  );
  await db.raw('update triggers set updated_at = now() where id = ?', [triggerId]);
}

/** Changes name or switch; false when the name is taken. */
export async function updateTrigger(
  db: Db,
  id: string,
  change: { name?: string | undefined; enabled?: boolean | undefined },
): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `update triggers t set name = coalesce(:name, t.name), enabled = coalesce(:enabled, t.enabled), updated_at = now()
     where t.id = :id and not exists (
       select 1 from triggers o where o.repository_id = t.repository_id and o.name = :name and o.id <> t.id) returning t.id`,
    { id, name: change.name ?? null, enabled: change.enabled ?? null } as unknown as Record<string, string>,
  );
  return rows.length > 0;
}

/** Forgets a trigger and its secrets; what came through it stays. */
export async function deleteTrigger(db: Db, id: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>('delete from triggers where id = ? returning id', [id]);
  return rows.length > 0;
}
