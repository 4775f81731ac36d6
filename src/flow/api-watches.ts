import { createHash } from 'node:crypto';
import type { ErrorCode } from '../core/error-catalogue.ts';
import { createKeyedQueue } from '../core/keyed-queue.ts';
import { failed, ok, type Outcome } from '../core/outcome.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import { findConfigs, useApiConfig, upsertConfig } from '../watches/configs.ts';
import { parseConfig } from '../watches/parse-config.ts';
import { findHook } from '../watches/hooks.ts';
import type { Context } from './context.ts';
import { explainLayers } from './explain-layers.ts';

/** Watches as they stand in a configuration, by key. */
export type Watches = Record<string, Record<string, unknown>>;

/** What becomes of the watches of the API. What else belongs to it is written in the same transaction. */
type Edit = (watches: Watches, trx: Db, repository: Repository) => Outcome<Watches, ErrorCode> | Promise<Outcome<Watches, ErrorCode>>;

/** Which watches of which repository are edited; `name` is what they are called in messages. */
interface Wish {
  githubId: string;
  /** Keys that are made or changed: none of them may be declared by a file. */
  keys: readonly string[];
  name: string;
}

/** How the version of the API's watches is called where a path is shown. */
const apiPath = 'API';

/** Makes or replaces a watch by the API, in the words of a file. Refused with the problems of the text, and for a watch that a file declares. */
export async function putApiWatch(
  context: Context,
  wish: { githubId: string; key: string; watch: Record<string, unknown>; onlyNew: boolean },
): Promise<Outcome<{ created: boolean }, ErrorCode>> {
  let created = false;
  const edited = await editWatch(context, wish, (watches) => {
    created = watches[wish.key] === undefined;
    if (!created && wish.onlyNew)
      return failed('already_exists', `There is a watch ${wish.key} already. Leave out If-None-Match to replace it.`);
    const { 'x-hook': _hook, ...watch } = wish.watch;
    return ok({ ...watches, [wish.key]: watch });
  });
  return edited.ok ? ok({ created }) : edited;
}

/** Switches a watch of the API off, or on again as it was. */
export async function switchApiWatch(
  context: Context,
  wish: { githubId: string; key: string; enabled: boolean },
): Promise<Outcome<unknown, ErrorCode>> {
  return await editWatch(context, wish, (watches) => {
    const watch = watches[wish.key];
    if (!watch) return failed('not_found', `There is no watch ${wish.key} that the API made.`);
    const { 'x-mode': before, ...rest } = watch;
    const mode = watch['mode'] ?? 'on';
    if (wish.enabled) return ok({ ...watches, [wish.key]: before === undefined ? rest : { ...rest, mode: before } });
    return ok({ ...watches, [wish.key]: { ...rest, mode: 'off', 'x-mode': before ?? mode } });
  });
}

/** Removes a watch of the API; its runs stay. */
export async function deleteApiWatch(context: Context, wish: { githubId: string; key: string }): Promise<Outcome<unknown, ErrorCode>> {
  return await editWatch(context, wish, (watches) => {
    const { [wish.key]: gone, ...rest } = watches;
    return gone ? ok(rest) : failed('not_found', `There is no watch ${wish.key} that the API made.`);
  });
}

/** Edits one watch that is not a hook's. */
async function editWatch(
  context: Context,
  wish: { githubId: string; key: string },
  change: (watches: Watches) => Outcome<Watches, ErrorCode>,
): Promise<Outcome<unknown, ErrorCode>> {
  const { githubId, key } = wish;
  return await editApiWatches(context, { githubId, keys: [key], name: `The watch ${key}` }, (watches) => {
    const hook = findHook(watches[key]);
    if (hook) return failed('conflict', `The watch ${key} stands for the hook ${hook.id}. Change it below /hooks.`);
    return change(watches);
  });
}

/** Who waits for an edit of this process holds no connection meanwhile: twenty at once would leave none for everybody else. */
const turns = createKeyedQueue();

/** Edits the watches of the API of one repository, and takes them into force. Edits of one repository go one after the other. */
export async function editApiWatches(context: Context, wish: Wish, change: Edit): Promise<Outcome<unknown, ErrorCode>> {
  // With their coming into force: an older version that comes late would take the watches of a newer one away.
  return await turns.run(`${context.host} ${wish.githubId}`, () => editInTurn(context, wish, change));
}

async function editInTurn(context: Context, wish: Wish, change: Edit): Promise<Outcome<unknown, ErrorCode>> {
  const managed = await refuseManaged(context, wish);
  if (managed) return managed;
  const known = (await findRepositories(context.db, context.host, [wish.githubId])).get(wish.githubId);
  if (!known) return failed('not_found', 'There is no such repository.');
  // Read before the row is locked: whoever waits for it holds a connection, and this takes another.
  const allowances = await context.configs.listAllowances({ installationId: known.installationId, baseConfigId: null });
  const done = await transaction(context.db, async (trx) => {
    const repository = await lockRepository(context, trx, wish.githubId);
    if (!repository) return failed('not_found', 'There is no such repository.');
    const changed = await change(await readApiWatches(trx, repository), trx, repository);
    if (!changed.ok) return changed;
    const content = JSON.stringify({ version: 1, watches: changed.value }, null, 2);
    const limits = { allowances, repository: repository.name };
    const parsed = parseConfig(content, { kinds: context.actions.list(), path: apiPath, limits });
    if (parsed.status === 'invalid') {
      const [first] = parsed.problems;
      return failed('config_invalid', `${wish.name} has errors: ${first?.message ?? ''}`, { problems: parsed.problems });
    }
    const configId = await upsertConfig(trx, {
      repositoryId: repository.id,
      installationId: repository.installationId,
      managedBy: 'api',
      path: apiPath,
      blobSha: createHash('sha256').update(content).digest('hex'),
      content,
      problems: [],
    });
    await useApiConfig(trx, repository.id, Object.keys(changed.value).length === 0 ? null : configId);
    return ok({});
  });
  if (!done.ok) return done;
  const current = (await findRepositories(context.db, context.host, [wish.githubId])).get(wish.githubId);
  if (current) await context.configs.renew(current);
  return done;
}

/** What a file declares is changed in the file. */
async function refuseManaged(context: Context, wish: Wish): Promise<Outcome<never, ErrorCode> | undefined> {
  const explained = await explainLayers(context, wish.githubId);
  const watch = explained?.watches.find((entry) => wish.keys.includes(entry.key) && entry.managed_by !== 'api');
  if (!watch) return undefined;
  return failed('managed_by_file', `The watch ${watch.key} is declared in ${watch.origin}. Change it there, or choose another key.`);
}

/** Edits of one repository's watches go one after the other, so that none is lost. */
async function lockRepository(context: Context, trx: Db, githubId: string): Promise<Repository | undefined> {
  await trx.raw('select id from repositories where host = ? and github_id = ? for no key update', [context.host, githubId]);
  return (await findRepositories(trx, context.host, [githubId])).get(githubId);
}

/** The watches of the API as they stand. */
export async function readApiWatches(trx: Db, repository: Pick<Repository, 'apiConfigId'>): Promise<Watches> {
  const [stored] = repository.apiConfigId === null ? [] : await findConfigs(trx, [repository.apiConfigId]);
  return stored ? (JSON.parse(stored.content) as { watches: Watches }).watches : {};
}
