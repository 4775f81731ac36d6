import { installationLane, repositoryLane } from '../inbox/lane.ts';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Db } from '../db/connect.ts';
import { transaction } from '../db/transaction.ts';
import type { RepositoryStub, Translation } from '../github/translation.ts';
import { findInstallation, recordPeople, upsertInstallation } from '../mirror/installation.ts';
import { matchIntent } from '../mirror/installation-intents.ts';
import { findRepositories, upsertRepositories, type RepositoryUpdate } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import { refreshPending } from './refresh-pending.ts';
import { removeFromMirror, type Source } from './remove-from-mirror.ts';
import { applyStanding } from './suspend.ts';
import { uninstall } from './uninstall.ts';

type InstallationTranslation = Extract<Translation, { result: 'installation' }>;

/** What became of an event about an installation: the code and the sentence for its delivery. */
export interface InstallationApplied {
  code: ErrorCode;
  reason: string;
}

/**
 * Writes down what an installation event says and has GitHub asked about it: the answer and the listing decide. The arrays of
 * repositories are hints, absent or empty where one would expect them (handbook B1-B4), and events come in any order.
 */
export async function applyInstallation(
  context: Context,
  translation: InstallationTranslation,
  source: Source,
): Promise<InstallationApplied> {
  const { installation, action } = translation;
  const { login } = installation.account;
  const written = await transaction(context.db, (trx) => write(context, trx, translation));
  if (action === 'deleted') {
    const removed = await uninstall(context, { id: written.id, githubId: installation.github_id }, source);
    return { code: 'state_updated', reason: `installation on ${login}: deleted, ${count(removed)} removed` };
  }
  if (written.deleted) {
    const reason = `the App was uninstalled from ${login} before this arrived; GitHub is asked whether that is so`;
    return { code: 'installation_deleted', reason };
  }
  if (!written.allowed)
    return { code: 'installation_not_allowed', reason: `${login} is not in ALLOWED_ACCOUNTS, the operator's list of accounts` };
  // The token that is kept has the permissions it was made with; when it cannot be replaced now, it ends within the hour.
  if (action === 'new_permissions_accepted') await context.reader.renewToken(installation.github_id);
  const removed = await removeFromMirror(context, {
    installationId: written.id,
    which: { githubIds: translation.removed.map((stub) => stub.github_id) },
    departure: 'removed_from_installation',
    reason: 'taken out of the installation on GitHub',
    source,
  });
  const named = translation.repositories.length + translation.added.length;
  const counts = [named > 0 ? `${count(named)} named` : '', removed > 0 ? `${count(removed)} removed` : ''].filter((text) => text !== '');
  const what = [`installation on ${login}: ${action.replaceAll('_', ' ')}`, ...counts].join(', ');
  return written.counted
    ? { code: 'state_updated', reason: what }
    : { code: 'stale', reason: `${what}; this is older than what is known, so GitHub is asked` };
}

function count(repositories: number): string {
  return repositories === 1 ? '1 repository' : `${repositories} repositories`;
}

interface Written {
  id: string;
  counted: boolean;
  allowed: boolean;
  deleted: boolean;
}

async function write(context: Context, trx: Db, translation: InstallationTranslation): Promise<Written> {
  const { installation, action, actor, requester } = translation;
  const allowed = context.isAllowed(installation.account);
  const before = await findInstallation(trx, context.host, installation.github_id);
  const { id, counted } = await upsertInstallation(trx, { host: context.host, allowed }, installation);
  if (action === 'created') {
    await recordPeople(trx, id, { sender: actor, requester });
    await matchIntent(trx, context.host, {
      githubId: installation.github_id,
      accountLogin: installation.account.login,
      requesterId: requester?.id ?? null,
      senderId: actor?.id ?? null,
    });
  }
  if (action !== 'created' && requester) await recordPeople(trx, id, { sender: null, requester });
  const deleted = before?.deletedAt !== null && before !== undefined;
  if (counted) {
    await applyStanding(context, trx, { id, before: before?.suspendedAt, after: installation.suspended_at });
    await refreshPending(context, trx, [id]);
  }
  const lanes = [installationLane(installation.github_id)];
  if (allowed && !deleted && action !== 'deleted' && installation.suspended_at === null)
    lanes.push(...(await place(context, trx, { installationId: id, translation })));
  await context.queue.send(trx, 'sync', lanes);
  return { id, counted, allowed, deleted };
}

/**
 * Takes in the repositories that the event names and nobody has. A stub has no time, so it moves and revives nothing: that is left
 * to the listing, which follows at once. Answers the lanes of those that were taken in.
 */
async function place(
  context: Context,
  trx: Db,
  arrival: { installationId: string; translation: InstallationTranslation },
): Promise<string[]> {
  const { installationId, translation } = arrival;
  const named = [...translation.repositories, ...translation.added];
  const known = await findRepositories(
    trx,
    context.host,
    named.map((stub) => stub.github_id),
  );
  const free = named.filter((stub) => {
    const row = known.get(stub.github_id);
    return row === undefined || (row.uninstalledAt !== null && row.installationId !== installationId);
  });
  const updates = free.map((stub) => toUpdate(stub, translation));
  const rows = await upsertRepositories(trx, { host: context.host, installationId }, updates);
  return rows.filter((row) => row.created || row.placed || row.configDue).map((row) => repositoryLane(row.github_id));
}

/** What a stub tells, until the listing tells the rest. */
function toUpdate(stub: RepositoryStub, { installation }: InstallationTranslation): RepositoryUpdate {
  const { account } = installation;
  return {
    github_id: stub.github_id,
    node_id: stub.node_id,
    name: stub.name,
    full_name: stub.full_name,
    owner: { ...account, login: stub.full_name.split('/', 1)[0] ?? account.login },
    private: stub.private,
    default_branch: null,
    archived: false,
    disabled: false,
    pushed_at: null,
    updated_at: null,
    html_url: null,
  };
}
