import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import { transaction } from '../db/transaction.ts';
import { deleteDefaultHook as forget, listDefaultHooks, upsertDefaultHook, type DefaultHook } from '../watches/default-hooks.ts';
import { noDescription, presetFormat } from '../watches/hooks.ts';
import type { Context } from './context.ts';
import { judgeHook, type HookWords } from './hooks.ts';

/** Makes or replaces a hook for new repositories of an installation. Judged as it will be; one without an address is only kept. */
export async function putDefaultHook(
  context: Context,
  wish: { installationId: string; hookId: string; words: HookWords; onlyNew: boolean },
): Promise<Outcome<{ created: boolean; hook: DefaultHook }, ErrorCode>> {
  const { installationId, hookId, words } = wish;
  const owner = { installationId, repositoryId: null };
  return await transaction(context.db, async (trx) => {
    await trx.raw('select id from installations where id = ? for no key update', [installationId]);
    const known = (await listDefaultHooks(trx, installationId)).find(({ id }) => id === hookId);
    if (known && wish.onlyNew)
      return failed('already_exists', `There is a default hook ${hookId} already. Leave out If-None-Match to replace it.`);
    const hook = describe(words, { hookId, known, now: context.clock.now().toISOString() });
    const judged = hook.url === null ? ok({}) : judgeHook(context, { ...hook, url: hook.url });
    if (!judged.ok) return judged;
    if (words.secret === null) await context.hookSecrets.remove(trx, owner, hookId);
    const stored = words.secret ? await context.hookSecrets.put(trx, owner, { hookId, value: words.secret }) : ok({});
    if (!stored.ok) return stored;
    return ok({ created: await upsertDefaultHook(trx, installationId, hook), hook });
  });
}

/** Forgets a hook for new repositories. Those that have it keep it, and the signing key with it. */
export async function deleteDefaultHook(
  context: Context,
  wish: { installationId: string; hookId: string },
): Promise<Outcome<DefaultHook[], ErrorCode>> {
  const { installationId, hookId } = wish;
  return await transaction(context.db, async (trx) => {
    if (!(await forget(trx, installationId, hookId))) return failed('not_found', `There is no default hook ${hookId}.`);
    return ok(await listDefaultHooks(trx, installationId));
  });
}

function describe(words: HookWords, { hookId, known, now }: { hookId: string; known: DefaultHook | undefined; now: string }): DefaultHook {
  const { url = null, events = 'all', active = true, description, options = {}, format, secret } = words;
  return {
    id: hookId,
    url,
    events,
    active,
    description: description || noDescription,
    options,
    format: format ?? presetFormat(events),
    has_secret: secret === undefined ? (known?.has_secret ?? false) : secret !== null,
    created_at: known?.created_at ?? now,
    updated_at: now,
  };
}
