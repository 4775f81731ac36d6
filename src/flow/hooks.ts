import type { ErrorCode } from '../core/error-catalogue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { compileHook, findHook, hookKey, hookTag, listHooks, noDescription, presetFormat, type Hook } from '../watches/hooks.ts';
import { editApiWatches, readApiWatches, type Watches } from './api-watches.ts';
import type { Context } from './context.ts';

/** What is said of a hook; what is left out stays, or is the default for a new one. */
export interface HookWords {
  url?: string | undefined;
  events?: Hook['events'] | undefined;
  active?: boolean | undefined;
  description?: string | null | undefined;
  options?: Record<string, unknown> | undefined;
  format?: Hook['format'] | undefined;
  /** The key that its messages are signed with; null takes it away. */
  secret?: string | null | undefined;
}

/** Which hook, and what must be true of it before it is changed. */
export interface HookPlace {
  /** The repository's id on GitHub. */
  githubId: string;
  hookId: string;
  /** The `ETag` that it must have. */
  ifMatch?: string | undefined;
}

/** The hooks of a repository, in the order of their ids; undefined for an unknown one. */
export async function readHooks(context: Context, githubId: string): Promise<Hook[] | undefined> {
  const repository = await findOne(context, githubId);
  return repository && listHooks(await readApiWatches(context.db, repository));
}

/** Makes a hook, or puts another one in its place: what is not said is the default again, only a signing key stays until it is taken away. */
export async function putHook(
  context: Context,
  wish: HookPlace & { words: HookWords & { url: string }; onlyNew: boolean },
): Promise<Outcome<{ created: boolean; hook: Hook }, ErrorCode>> {
  return await writeHook(context, wish, (known, now) => {
    if (known && wish.onlyNew)
      return failed('already_exists', `There is a hook ${wish.hookId} already. Leave out If-None-Match to replace it.`);
    return ok(describeNew(wish, { known, now }));
  });
}

/** Changes what is said and leaves the rest; `active` switches it off and on again. */
export async function patchHook(
  context: Context,
  wish: HookPlace & { words: HookWords },
): Promise<Outcome<{ created: boolean; hook: Hook }, ErrorCode>> {
  return await writeHook(context, wish, (known, now) => {
    if (!known) return unknownHook(wish.hookId);
    const { url = known.url, events = known.events, active = known.active, options = known.options, secret } = wish.words;
    // A format that nobody chose follows the events.
    const preset = known.format === presetFormat(known.events) ? presetFormat(events) : known.format;
    const { format = preset, description = known.description } = wish.words;
    const said = { url, events, active, options, format, description: description || noDescription };
    return ok({ ...known, ...said, has_secret: keepsSecret(known, secret), updated_at: now });
  });
}

/** Removes a hook with its signing key, and answers those that are left. Its runs stay. */
export async function deleteHook(context: Context, wish: HookPlace): Promise<Outcome<Hook[], ErrorCode>> {
  let left: Hook[] = [];
  const done = await editHooks(context, wish, async (watches, trx, repository) => {
    const known = findHook(watches[hookKey(wish.hookId)]);
    if (!known) return unknownHook(wish.hookId);
    const refused = refuseOther(known, wish);
    if (refused) return refused;
    const { [hookKey(wish.hookId)]: _gone, ...rest } = watches;
    await context.hookSecrets.remove(trx, ownerOf(repository), wish.hookId);
    left = listHooks(rest);
    return ok(rest);
  });
  return done.ok ? ok(left) : done;
}

/**
 * Takes over the hooks of another repository of the same installation under their ids, with their signing keys (R103). Hooks of the same id
 * are replaced, others stay. Answers all that there are then.
 */
export async function copyHooks(context: Context, wish: { githubId: string; fromGithubId: string }): Promise<Outcome<Hook[], ErrorCode>> {
  const from = await findOne(context, wish.fromGithubId);
  if (!from) return failed('not_found', 'There is no such repository to copy from.');
  const copies = listHooks(await readApiWatches(context.db, from));
  let all: Hook[] = [];
  const keys = copies.map(({ id }) => hookKey(id));
  const done = await editApiWatches(context, { githubId: wish.githubId, keys, name: 'A hook' }, async (watches, trx, repository) => {
    if (repository.installationId !== from.installationId)
      return failed('forbidden', `${from.fullName} belongs to another installation. Hooks are copied within one.`);
    const added = await addHooks(context, watches, { trx, repository, from, hooks: copies });
    if (added.ok) all = listHooks(added.value);
    return added;
  });
  return done.ok ? ok(all) : done;
}

/** Adds hooks to the watches of a repository, with the keys that the other repository signs with, when there is one. */
export async function addHooks(
  context: Context,
  watches: Watches,
  given: { trx: Db; repository: Repository; from: Repository | undefined; hooks: Hook[] },
): Promise<Outcome<Watches, ErrorCode>> {
  const now = context.clock.now().toISOString();
  const { trx, repository, from, hooks } = given;
  const to = ownerOf(repository);
  const all = { ...watches };
  for (const hook of hooks) {
    const key = hookKey(hook.id);
    const known = all[key];
    if (known && !findHook(known)) return failed('conflict', `There is a watch ${key} that stands for no hook. Remove it first.`);
    const compiled = compileHook({ ...hook, created_at: now, updated_at: now });
    if (!compiled.ok) return compiled;
    if (from && hook.has_secret)
      await context.hookSecrets.copy(trx, { from: { ...ownerOf(from), repositoryId: from.id }, to, hookId: hook.id });
    all[key] = compiled.value;
  }
  return ok(all);
}

async function findOne(context: Context, githubId: string): Promise<Repository | undefined> {
  return (await findRepositories(context.db, context.host, [githubId])).get(githubId);
}

function ownerOf(repository: Repository): { installationId: string; repositoryId: string } {
  return { installationId: repository.installationId, repositoryId: repository.id };
}

function unknownHook(id: string): Outcome<never, 'not_found'> {
  return failed('not_found', `There is no hook ${id}. Look at the list for what there is.`);
}

function keepsSecret(known: Hook | undefined, secret: string | null | undefined): boolean {
  return secret === undefined ? (known?.has_secret ?? false) : secret !== null;
}

/** A hook as its words and the defaults make it. */
function describeNew(
  wish: { hookId: string; words: HookWords & { url: string } },
  { known, now }: { known: Hook | undefined; now: string },
): Hook {
  const { url, events = 'all', active = true, description, options = {}, format, secret } = wish.words;
  return {
    id: wish.hookId,
    url,
    events,
    active,
    description: description || noDescription,
    options,
    format: format ?? presetFormat(events),
    has_secret: keepsSecret(known, secret),
    created_at: known?.created_at ?? now,
    updated_at: now,
  };
}

type Change = Parameters<typeof editApiWatches>[2];

function editHooks(context: Context, { githubId, hookId }: HookPlace, change: Change): Promise<Outcome<unknown, ErrorCode>> {
  return editApiWatches(context, { githubId, keys: [hookKey(hookId)], name: `The hook ${hookId}` }, change);
}

function refuseOther(known: Hook | undefined, { hookId, ifMatch }: HookPlace): Outcome<never, 'changed_meanwhile'> | undefined {
  if (ifMatch === undefined || (known && (ifMatch === '*' || ifMatch === hookTag(known)))) return undefined;
  return failed('changed_meanwhile', `The hook ${hookId} is not what If-Match names. Read it again and repeat the request with its ETag.`);
}

/** Writes one hook: judged by the rule of addresses, its key stored, its watch made, all at once. */
async function writeHook(
  context: Context,
  wish: HookPlace & { words: HookWords },
  change: (known: Hook | undefined, now: string) => Outcome<Hook, ErrorCode>,
): Promise<Outcome<{ created: boolean; hook: Hook }, ErrorCode>> {
  let written: { created: boolean; hook: Hook } | undefined;
  const done = await editHooks(context, wish, async (watches, trx, repository) => {
    const key = hookKey(wish.hookId);
    const known = findHook(watches[key]);
    if (watches[key] && !known)
      return failed('conflict', `There is a watch ${key} that stands for no hook. Choose another id, or remove it.`);
    const refused = refuseOther(known, wish);
    if (refused) return refused;
    const hook = change(known, context.clock.now().toISOString());
    if (!hook.ok) return hook;
    const compiled = judgeHook(context, hook.value);
    if (!compiled.ok) return compiled;
    const stored = await storeSecret(context, trx, { repository, hookId: wish.hookId, secret: wish.words.secret });
    if (!stored.ok) return stored;
    written = { created: !known, hook: hook.value };
    return ok({ ...watches, [key]: compiled.value });
  });
  return done.ok ? ok(written!) : done;
}

/** Judges a hook by what is known before anything is sent: its address and its events. Answers the watch it stands for. */
export function judgeHook(context: Pick<Context, 'judgeAddress'>, hook: Hook): Outcome<Record<string, unknown>, ErrorCode> {
  const url = context.judgeAddress(hook.url);
  if (!url.ok) {
    const message = `The url of the hook is refused: ${url.message}`;
    return url.code === 'action_input_invalid'
      ? failed('request_invalid', message, [{ path: 'url', message: url.message }])
      : failed(url.code, message);
  }
  const compiled = compileHook(hook);
  return compiled.ok ? compiled : failed(compiled.code, compiled.message, [{ path: 'events', message: compiled.message }]);
}

async function storeSecret(
  context: Context,
  trx: Db,
  { repository, hookId, secret }: { repository: Repository; hookId: string; secret: string | null | undefined },
): Promise<Outcome<unknown, ErrorCode>> {
  if (secret === undefined) return ok({});
  if (secret !== null) return await context.hookSecrets.put(trx, ownerOf(repository), { hookId, value: secret });
  await context.hookSecrets.remove(trx, ownerOf(repository), hookId);
  return ok({});
}
