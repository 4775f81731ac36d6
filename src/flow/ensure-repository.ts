import { installationLane, repositoryLane } from '../inbox/lane.ts';
import { catalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { RepoWatchError } from '../core/errors.ts';
import { transaction } from '../db/transaction.ts';
import { repositorySchema } from '../github/facts.ts';
import type { RepositoryFacts } from '../github/translation.ts';
import { ensureInstallation, findInstallation } from '../mirror/installation.ts';
import { judgeSighting } from '../mirror/judge-sighting.ts';
import { hastenReconcile } from '../mirror/reconcile-due.ts';
import { askForFacts, findRepositories, upsertRepositories, type Repository } from '../mirror/repository.ts';
import type { Context } from './context.ts';
import type { ParsedDelivery } from './parse-delivery.ts';
import { refuseInstallation, refuseRepository } from './refuse.ts';
import { recordMoves, sourceOf, type Source } from './remove-from-mirror.ts';

/** A repository as a delivery shows it. */
interface Shown {
  repository: RepositoryFacts;
  installation: { github_id: string };
}

interface Seen extends Shown {
  source: Source;
}

/** Why a delivery counts for nothing, or why that cannot be said yet. */
export type Unseen =
  { result: 'refused'; code: ErrorCode; reason: string } | { result: 'later'; code: ErrorCode; reason: string; at?: Date };

type Ensured = { result: 'repository'; repository: Repository } | Unseen;

/** The row of the repository that a delivery is about when something may be done for it now; else why not. */
export async function admitRepository(context: Context, parsed: ParsedDelivery, shown: Shown): Promise<Ensured> {
  const ensured = await ensureRepository(context, { ...shown, source: sourceOf(parsed, null) });
  const refusal = ensured.result === 'repository' ? refuseRepository(ensured.repository) : undefined;
  const admitted: Ensured = refusal ? { result: 'refused', ...refusal } : ensured;
  const suspendedAt = ensured.result === 'repository' ? ensured.repository.suspendedAt : null;
  if (admitted.result === 'refused' && admitted.code === 'installation_suspended' && isAfter(shown, suspendedAt)) {
    // A suspended installation hears nothing: whoever hears something has missed that it was resumed.
    await context.queue.send(context.db, 'sync', [installationLane(shown.installation.github_id)]);
  }
  return admitted;
}

/** Takes in a repository that an event shows which RepoWatch has no other use for (handbook B5). Whatever comes of it, the event is settled. */
export async function noteAppearance(context: Context, parsed: ParsedDelivery): Promise<void> {
  const { delivery, payload } = parsed;
  const shown = repositorySchema.safeParse(payload['repository']);
  if (!shown.success || delivery.installationGithubId === null) return;
  if (shown.data.github_id !== delivery.repositoryGithubId || (await find(context, shown.data.github_id)) !== undefined) return;
  const installation = { github_id: delivery.installationGithubId };
  await ensureRepository(context, { repository: shown.data, installation, source: sourceOf(parsed, null) });
}

/** The row as it is now, after something about it was asked. */
export async function readAgain(context: Context, repository: Repository): Promise<Repository> {
  return (await find(context, repository.githubId)) ?? repository;
}

function isAfter({ repository }: Shown, at: Date | null): boolean {
  const shownAt = repository.pushed_at ?? repository.updated_at;
  return at === null || shownAt === null || shownAt > at;
}

/**
 * The row of the repository that a delivery is about. One that nobody announced appears by itself (handbook B5); one that was
 * renamed or moved follows its numeric id; what is older than what is known changes nothing; and where a delivery and the mirror
 * contradict each other and no time tells which is right, GitHub is asked.
 */
export async function ensureRepository(context: Context, seen: Seen): Promise<Ensured> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const ensured = await tryToEnsure(context, seen);
    if (ensured) return ensured;
  }
  return { result: 'later', code: 'conflict', reason: `what is known of ${seen.repository.full_name} changed while GitHub was asked` };
}

/** How often GitHub is asked anew because the row changed meanwhile. */
const maxTries = 3;

/** Undefined when the row changed while GitHub was asked about it: then its answer is too old. */
async function tryToEnsure(context: Context, seen: Seen): Promise<Ensured | undefined> {
  const { repository: facts, installation } = seen;
  const known = await findInstallation(context.db, context.host, installation.github_id);
  const allowed = known?.allowed ?? context.isAllowed(facts.owner);
  const refusal = refuseInstallation({ login: facts.owner.login, deletedAt: null, suspendedAt: null, ...known, allowed });
  const found = await find(context, facts.github_id);
  const elsewhere = found?.installationGithubId !== installation.github_id;
  if (seen.source.origin === 'trigger') return found && !elsewhere ? { result: 'repository', repository: found } : refuseStranger(seen);
  // Nothing is written on the word of an installation that has no say.
  if (refusal && elsewhere) return { result: 'refused', ...refusal };
  if (!found) return await write(context, seen, { facts });
  switch (judgeSighting(found, { facts, installationGithubId: installation.github_id })) {
    case 'same':
    case 'removed':
      return { result: 'repository', repository: found };
    case 'stale':
      return elsewhere ? await refuseFormer(context, found) : { result: 'repository', repository: found };
    case 'new':
    case 'write':
      return await write(context, seen, { facts });
    case 'ask':
      return refusal ? { result: 'refused', ...refusal } : await askAndWrite(context, seen, found);
  }
}

/**
 * Whoever has a trigger's secret is believed about what happens in its repository, never about what the repository is: its name, its
 * owner and whose it is would lead others to it, and what is theirs to somebody else (threat model T5).
 */
function refuseStranger({ repository }: Seen): Ensured {
  return {
    result: 'refused',
    code: 'trigger_mismatch',
    reason: `the trigger is not for repository ${repository.github_id}, or not any more`,
  };
}

/** A delivery of an installation that has the repository no longer. What it tells of is found by comparing, under who has it now. */
async function refuseFormer(context: Context, found: Repository): Promise<Ensured> {
  await hastenReconcile(context.db, [found.id], context.clock.now());
  const reason = `${found.fullName} belongs to another installation now; its branches and tags are compared there`;
  return { result: 'refused', code: 'repository_moved', reason };
}

async function write(context: Context, seen: Seen, word: { facts: RepositoryFacts; askedAt?: Date }): Promise<Ensured | undefined> {
  const { facts, askedAt } = word;
  const asked = askedAt === undefined ? {} : { askedAt };
  const written = await transaction(context.db, async (trx) => {
    const known = await findInstallation(trx, context.host, seen.installation.github_id);
    const installationId = await ensureInstallation(trx, context.host, {
      githubId: seen.installation.github_id,
      allowed: context.isAllowed(facts.owner),
      owner: facts.owner,
    });
    await recordMoves(context, trx, { installationId, githubIds: [facts.github_id], source: seen.source, ...asked });
    const rows = await upsertRepositories(trx, { host: context.host, installationId, ...asked }, [facts]);
    const lanes = rows.some((row) => row.created || row.placed || row.configDue) ? [repositoryLane(facts.github_id)] : [];
    if (!known) lanes.push(installationLane(seen.installation.github_id));
    await context.queue.send(trx, 'sync', lanes);
    return rows.length > 0;
  });
  if (!written && askedAt !== undefined) return undefined;
  const repository = await find(context, facts.github_id);
  if (!repository) throw new RepoWatchError('internal_error', `Repository ${facts.full_name} has no row although it was just written.`);
  return { result: 'repository', repository };
}

async function askAndWrite(context: Context, seen: Seen, found: Repository): Promise<Ensured | undefined> {
  const { repository: facts, installation } = seen;
  const askedAt = context.clock.now();
  const here = found.installationGithubId === installation.github_id;
  const answer = await context.reader.getRepository(installation.github_id, facts.github_id);
  // A token of anybody reads public repositories: whose it is tells whether this installation covers it.
  if (answer.ok && (here || answer.value.owner.github_id === facts.owner.github_id))
    return await write(context, seen, { facts: answer.value, askedAt });
  const { code, message, retryAt } = answer.ok ? { code: 'github_not_found' as const, message: '', retryAt: undefined } : answer;
  const gone = code === 'github_not_found' || code === 'installation_deleted' || code === 'installation_suspended';
  if (!here && gone) return await refuseFormer(context, found);
  if (!here) return { result: 'later', code, reason: message, ...(retryAt ? { at: retryAt } : {}) };
  if (found.removedAt) return { result: 'repository', repository: found };
  // Gone, or nobody can say now: the listing decides, and until then the newest word counts.
  if (gone) await context.queue.send(context.db, 'sync', [installationLane(installation.github_id)]);
  else await askForFacts(context.db, [found.id], askedAt);
  return gone || !catalogue[code].retryable ? { result: 'repository', repository: found } : await write(context, seen, { facts });
}

async function find(context: Context, githubId: string): Promise<Repository | undefined> {
  return (await findRepositories(context.db, context.host, [githubId])).get(githubId);
}
