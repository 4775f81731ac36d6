import { toStorableJson, toStorableText } from '../core/storable.ts';
import type { Db } from '../db/connect.ts';
import type { Requester } from './requester.ts';

/** Who can have done something; `system` is RepoWatch itself, on GitHub's word or by the clock. */
export const actorKinds = ['admin', 'token', 'user', 'system'] as const;
export type ActorKind = (typeof actorKinds)[number];

/** One thing that somebody did. Never put a secret's value, a token or a payload into `before` or `after`. */
export interface AuditEntry {
  /** Undefined for what RepoWatch did by itself. */
  by: Pick<Requester, 'kind' | 'id' | 'login'> | undefined;
  /** `noun.verb` in the past: `secret.set`, `token.created`, `repository.disabled`. */
  action: string;
  /** What it was done to: its noun, our id where it has one, and its name for people. */
  target: { kind: string; id?: string | null | undefined; name?: string | null | undefined };
  /** Our id of the installation that it belongs to; null for what concerns the whole server. */
  installationId: string | null;
  repositoryId?: string | null | undefined;
  before?: unknown;
  after?: unknown;
  /** The id of the request that asked for it. */
  requestId?: string | null | undefined;
}

/** Writes down that something was changed, in the transaction that changes it. */
export async function recordAudit(db: Db, entry: AuditEntry): Promise<void> {
  const { by, action, target, installationId, repositoryId = null, before = null, after = null, requestId = null } = entry;
  await db.raw(
    `insert into audit_entries (installation_id, repository_id, actor_kind, actor_id, actor, action, target_kind, target_id, target, before, after, request_id)
     values (:installationId, :repositoryId, :actorKind, :actorId, :actor, :action, :targetKind, :targetId, :target,
       cast(:before as jsonb), cast(:after as jsonb), :requestId)`,
    {
      installationId,
      repositoryId,
      actorKind: by?.kind ?? 'system',
      actorId: by?.id ?? null,
      actor: by?.login ?? 'repowatch',
      action,
      targetKind: target.kind,
      targetId: target.id ?? null,
      target: target.name == null ? (target.id ?? null) : toStorableText(target.name),
      before: before === null ? null : toStorableJson(before),
      after: after === null ? null : toStorableJson(after),
      requestId,
    } as unknown as Record<string, string>,
  );
}
