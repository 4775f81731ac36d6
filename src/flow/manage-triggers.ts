import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { createId } from '../core/ids.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { TriggerProvider } from '../core/statuses.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import {
  deleteTrigger,
  findTrigger,
  insertTrigger,
  listTriggerSecrets,
  lockTriggerByRemote,
  replaceTriggerSecret,
  updateTrigger,
  type NewTrigger,
  type Trigger,
  type TriggerSecretRow,
} from '../inbox/triggers.ts';
import { recordAudit, type AuditEntry } from '../people/audit.ts';
import { openEnvelope, sealEnvelope } from '../vault/envelope.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { SealedTable } from '../vault/sealed-rows.ts';

/** What triggers are managed with. */
export interface TriggerTools {
  db: Db;
  keyRing: KeyRing;
}

/** Who asks for it, for the audit log. */
export type AskedBy = Pick<AuditEntry, 'by' | 'requestId'>;

/** A trigger to be made; without a secret it gets a new one. */
export interface TriggerWish {
  installationId: string;
  repositoryId: string;
  provider: TriggerProvider;
  name: string | undefined;
  remoteId: string;
  remotePath: string;
}

/** What a sealed secret is bound to: it opens in no other row and for no other trigger. */
function contextOf(id: string, triggerId: string): string {
  return JSON.stringify(['trigger', id, triggerId]);
}

/** The secrets of triggers among everything that is encrypted. */
export const sealedTriggerSecrets: SealedTable = {
  name: 'trigger_secrets',
  what: 'secrets of triggers',
  columns: ['trigger_id'],
  contextOf: ({ id, trigger_id: triggerId }) => contextOf(id, triggerId ?? ''),
};

function seal(keyRing: KeyRing, triggerId: string, value: string): TriggerSecretRow {
  const id = createId();
  return { id, ...sealEnvelope(keyRing, value, contextOf(id, triggerId)) };
}

/** A secret nobody can guess: 32 random bytes as 64 hex digits. */
function createSecret(): string {
  return randomBytes(32).toString('hex');
}

/** Registers a trigger and answers its secret, this once. `conflict` when there is one of this provider and repository, or this name. */
export async function registerTrigger(
  { db, keyRing }: TriggerTools,
  wish: TriggerWish,
  asked: AskedBy,
): Promise<Outcome<{ id: string; secret: string }, ErrorCode>> {
  const secret = createSecret();
  return await transaction(db, async (trx) => {
    const trigger = toTrigger(wish, asked);
    const id = await insertTrigger(trx, trigger);
    if (id === undefined) {
      const message = `There is a trigger of ${wish.provider} for ${wish.remotePath} already, or one called ${trigger.name}. Rotate its secret, or delete it first.`;
      return failed('conflict', message);
    }
    await replaceTriggerSecret(trx, id, { secret: seal(keyRing, id, secret), graceSeconds: 0 });
    await note(trx, asked, { action: 'trigger.created', trigger: { id, ...trigger } });
    return ok({ id, secret });
  });
}

/** Takes over a secret that the other side has already: makes the trigger, or replaces the secret of the one that is there. */
export async function importTrigger(
  { db, keyRing }: TriggerTools,
  wish: TriggerWish & { secret: string },
  asked: AskedBy,
): Promise<Outcome<{ id: string; created: boolean }, ErrorCode>> {
  return await transaction(db, async (trx) => {
    const trigger = toTrigger(wish, asked);
    const known = await lockTriggerByRemote(trx, trigger);
    if (known && known.repositoryId !== wish.repositoryId)
      return failed('conflict', `${wish.remotePath} of ${wish.provider} is registered for another repository; delete that trigger first.`);
    const id = known?.id ?? (await insertTrigger(trx, trigger));
    if (id === undefined) return failed('conflict', `There is a trigger called ${trigger.name} already. Give another name.`);
    await replaceTriggerSecret(trx, id, { secret: seal(keyRing, id, wish.secret), graceSeconds: 0 });
    await note(trx, asked, { action: known ? 'trigger.rotated' : 'trigger.created', trigger: { id, ...trigger } });
    return ok({ id, created: !known });
  });
}

/** Gives a trigger a new secret and answers it, this once; the former one is taken for so many seconds more. */
export async function rotateTrigger(
  { db, keyRing }: TriggerTools,
  wish: { id: string; graceSeconds: number },
  asked: AskedBy,
): Promise<Outcome<{ id: string; secret: string }, ErrorCode>> {
  const secret = createSecret();
  return await transaction(db, async (trx) => {
    const trigger = await findTrigger(trx, wish.id);
    if (!trigger) return failed('not_found', `There is no trigger ${wish.id}.`);
    await lockTriggerByRemote(trx, trigger);
    await replaceTriggerSecret(trx, wish.id, { secret: seal(keyRing, wish.id, secret), graceSeconds: wish.graceSeconds });
    await note(trx, asked, { action: 'trigger.rotated', trigger, after: { grace_seconds: wish.graceSeconds } });
    return ok({ id: wish.id, secret });
  });
}

/** Renames a trigger, or switches it. `conflict` for a name that is taken. */
export async function changeTrigger(
  { db }: TriggerTools,
  wish: { id: string; name?: string | undefined; enabled?: boolean | undefined },
  asked: AskedBy,
): Promise<Outcome<{ id: string }, ErrorCode>> {
  return await transaction(db, async (trx) => {
    const trigger = await findTrigger(trx, wish.id);
    if (!trigger) return failed('not_found', `There is no trigger ${wish.id}.`);
    if (!(await updateTrigger(trx, wish.id, wish)))
      return failed('conflict', `Another trigger of ${trigger.repositoryFullName} is called ${wish.name}.`);
    const { name, enabled } = trigger;
    await note(trx, asked, {
      action: 'trigger.updated',
      trigger,
      before: { name, enabled },
      after: { name: wish.name ?? name, enabled: wish.enabled ?? enabled },
    });
    return ok({ id: wish.id });
  });
}

/** Forgets a trigger and its secrets. */
export async function forgetTrigger({ db }: TriggerTools, id: string, asked: AskedBy): Promise<Outcome<{ id: string }, ErrorCode>> {
  return await transaction(db, async (trx) => {
    const trigger = await findTrigger(trx, id);
    if (!trigger || !(await deleteTrigger(trx, id))) return failed('not_found', `There is no trigger ${id}.`);
    await note(trx, asked, { action: 'trigger.deleted', trigger });
    return ok({ id });
  });
}

/** The trigger of a message that just came, with the secrets by which it is believed; undefined when nobody registered it. */
export async function openTrigger({ db, keyRing }: TriggerTools, id: string): Promise<{ trigger: Trigger; secrets: string[] } | undefined> {
  const trigger = await findTrigger(db, id);
  if (!trigger) return undefined;
  const rows = await listTriggerSecrets(db, id);
  const opened = rows.map((row) => openEnvelope(keyRing, row, contextOf(row.id, id)));
  return { trigger, secrets: opened.flatMap((secret) => (secret.ok ? [secret.value] : [])) };
}

function toTrigger(wish: TriggerWish, { by }: AskedBy): NewTrigger {
  const { installationId, repositoryId, provider, remoteId, remotePath } = wish;
  const name = wish.name ?? `${provider}:${remotePath}`.slice(0, 100);
  return { installationId, repositoryId, provider, name, remoteId, remotePath, createdBy: by?.login ?? 'repowatch' };
}

async function note(
  db: Db,
  asked: AskedBy,
  what: {
    action: string;
    trigger: Pick<NewTrigger, 'installationId' | 'repositoryId' | 'name'> & { id: string };
    before?: unknown;
    after?: unknown;
  },
): Promise<void> {
  const { action, trigger, before, after } = what;
  const { id, name, installationId, repositoryId } = trigger;
  await recordAudit(db, { ...asked, action, target: { kind: 'trigger', id, name }, installationId, repositoryId, before, after });
}
