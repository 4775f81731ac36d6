import type { Db } from '../db/connect.ts';
import type { Hook } from './hooks.ts';

/** A hook for new repositories; one without an address is only kept (seed-systems.md S2-16). */
export type DefaultHook = Omit<Hook, 'url'> & { url: string | null };

/** What a new repository can be made from so that it takes over hooks. */
export const hookModels = ['fork', 'template'] as const;
export type HookModel = (typeof hookModels)[number];

/** Lists the hooks that an installation gives to new repositories, by their ids. */
export async function listDefaultHooks(db: Db, installationId: string): Promise<DefaultHook[]> {
  const { rows } = await db.raw<{ rows: { hook: DefaultHook }[] }>(
    'select hook from default_hooks where installation_id = ? order by hook_id',
    [installationId],
  );
  return rows.map(({ hook }) => hook);
}

/** Makes or replaces such a hook; answers whether it is new. */
export async function upsertDefaultHook(trx: Db, installationId: string, hook: DefaultHook): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { created: boolean }[] }>(
    `insert into default_hooks (installation_id, hook_id, hook) values (?, ?, ?)
     on conflict (installation_id, hook_id) do update set hook = excluded.hook, updated_at = now() returning xmax = 0 as created`,
    [installationId, hook.id, JSON.stringify(hook)],
  );
  return rows[0]!.created;
}

/** Forgets such a hook; answers whether there was one. Repositories that have it keep it. */
export async function deleteDefaultHook(trx: Db, installationId: string, hookId: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>('delete from default_hooks where installation_id = ? and hook_id = ?', [
    installationId,
    hookId,
  ]);
  return rowCount > 0;
}

/** From what kinds of model new repositories of an installation take over hooks. */
export async function readHookModels(db: Db, installationId: string): Promise<HookModel[]> {
  const { rows } = await db.raw<{ rows: { models: HookModel[] }[] }>('select copy_hooks_on as models from installations where id = ?', [
    installationId,
  ]);
  return rows[0]?.models ?? [];
}

/** Sets them. */
export async function writeHookModels(trx: Db, installationId: string, models: readonly HookModel[]): Promise<void> {
  await trx.raw('update installations set copy_hooks_on = ? where id = ?', [JSON.stringify([...models].sort()), installationId]);
}

/** True when nobody has looked yet which hooks a repository gets as a new one. */
export async function isWithoutHooksYet(db: Db, repositoryId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { open: boolean }[] }>('select hooks_given_at is null as open from repositories where id = ?', [
    repositoryId,
  ]);
  return rows[0]?.open === true;
}

/** Writes down that a repository has got its first hooks. */
export async function markHooksGiven(db: Db, repositoryId: string): Promise<void> {
  await db.raw('update repositories set hooks_given_at = now() where id = ? and hooks_given_at is null', [repositoryId]);
}
