import { ok } from '../core/outcome.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { isWithoutHooksYet, listDefaultHooks, markHooksGiven, readHookModels } from '../watches/default-hooks.ts';
import { findHook, hookKey, listHooks, type Hook } from '../watches/hooks.ts';
import { editApiWatches, readApiWatches } from './api-watches.ts';
import type { Context } from './context.ts';
import { addHooks } from './hooks.ts';

/**
 * Gives a repository that was never seen before the hooks that its installation has for new ones, and those of the repository it was
 * made from where the installation wants that. Once; before its configuration is read, so that they are asked about everything that
 * came since. What fails is told in the log and holds nothing up.
 */
export async function giveHooks(context: Context, repository: Repository): Promise<void> {
  if (repository.configStatus !== 'unknown' || !(await isWithoutHooksYet(context.db, repository.id))) return;
  const defaults = (await listDefaultHooks(context.db, repository.installationId)).flatMap((hook): Hook[] =>
    hook.url === null ? [] : [{ ...hook, url: hook.url }],
  );
  const model = await findModel(context, repository);
  const copied = model ? listHooks(await readApiWatches(context.db, model)) : [];
  if (defaults.length + copied.length > 0) await give(context, repository, { defaults, copied, model });
  await markHooksGiven(context.db, repository.id);
}

async function give(
  context: Context,
  repository: Repository,
  hooks: { defaults: Hook[]; copied: Hook[]; model: Repository | undefined },
): Promise<void> {
  const ids = [...hooks.defaults, ...hooks.copied].map(({ id }) => id);
  const wish = { githubId: repository.githubId, keys: ids.map(hookKey), name: 'A hook for new repositories' };
  const given = await editApiWatches(context, wish, async (watches, trx, current) => {
    // Whoever was quicker than we are knows better.
    const isFree = ({ id }: Hook) => findHook(watches[hookKey(id)]) === undefined;
    const known = new Set(hooks.copied.map(({ id }) => id));
    const defaults = hooks.defaults.filter((hook) => isFree(hook) && !known.has(hook.id));
    const added = await addHooks(context, watches, { trx, repository: current, from: undefined, hooks: defaults });
    if (!added.ok) return added;
    const copied = hooks.copied.filter(isFree);
    return copied.length === 0
      ? ok(added.value)
      : await addHooks(context, added.value, { trx, repository: current, from: hooks.model, hooks: copied });
  });
  const about = { repository: repository.fullName, hooks: ids };
  if (given.ok) context.log.info(about, 'A new repository got its hooks');
  else context.log.warn({ ...about, code: given.code, reason: given.message }, 'A new repository did not get its hooks');
}

/** The repository that this one was made from, if it lies in the same installation and its hooks are wanted. */
async function findModel(context: Context, repository: Repository): Promise<Repository | undefined> {
  const models = await readHookModels(context.db, repository.installationId);
  if (models.length === 0) return undefined;
  const read = await context.reader.getRepository(repository.installationGithubId, repository.githubId);
  const madeFrom = read.ok ? read.value.made_from : undefined;
  if (!madeFrom || !models.includes(madeFrom.kind)) return undefined;
  const model = (await findRepositories(context.db, context.host, [madeFrom.github_id])).get(madeFrom.github_id);
  return model?.installationId === repository.installationId ? model : undefined;
}
