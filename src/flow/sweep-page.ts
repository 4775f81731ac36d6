import { transaction } from '../db/transaction.ts';
import type { RepositoryFacts } from '../github/translation.ts';
import { recordNoChange } from '../mirror/check-records.ts';
import { nextCompareAt } from '../mirror/reconcile-pace.ts';
import { upsertRepositories } from '../mirror/repository.ts';
import { clearRepositories, findSwept, requestRefs, type SweptRepository } from '../mirror/swept-repositories.ts';
import { paceOf } from './compare-refs.ts';
import type { Context } from './context.ts';
import { recordMoves, sourceOfListing } from './remove-from-mirror.ts';

/** What a page of an installation's listing shows: the facts, or only whom it shows when it is the same as last time. */
export interface ListedPage {
  /** When it was asked for: what was written later is newer (handbook D14). */
  at: Date;
  githubIds: string[];
  facts: RepositoryFacts[] | undefined;
}

/** How the repositories of one page came out. */
export interface PageResult {
  /** Nothing was pushed since their refs were read: no question of their own. */
  cleared: number;
  /** New, pushed to, or never compared: their refs are read next. */
  open: number;
}

/**
 * Takes what one page of the listing shows into the mirror (handbook D5): what is new or different is written down, repositories
 * without a push since the last comparison are cleared, the others have their refs read. A few statements for the whole page.
 */
export async function takePage(context: Context, installation: { id: string }, page: ListedPage): Promise<PageResult> {
  const known = await findSwept(context.db, context.host, page.githubIds);
  const changed = page.facts?.filter((facts) => differs(known.get(facts.github_id), facts, installation.id)) ?? [];
  await write(context, installation, { at: page.at, changed });
  const pushedAt = new Map(page.facts?.map((facts) => [facts.github_id, facts.pushed_at]));
  const quiet: SweptRepository[] = [];
  const open: string[] = [];
  for (const githubId of page.githubIds) {
    const row = known.get(githubId);
    const pushed = pushedAt.get(githubId) ?? row?.pushedAt ?? null;
    if (!row || row.removed || row.installationId !== installation.id || hasNews(row, pushed)) open.push(githubId);
    else if (isCleared(row, page.at)) quiet.push({ ...row, pushedAt: pushed });
  }
  await requestRefs(context.db, open, { host: context.host, at: context.clock.now() });
  await clear(context, quiet, page.at);
  return { cleared: quiet.length, open: open.length };
}

/** Writes down what is new or different. What was another installation's until now leaves that one first. */
async function write(context: Context, installation: { id: string }, page: { at: Date; changed: RepositoryFacts[] }): Promise<void> {
  const { at, changed } = page;
  if (changed.length === 0) return;
  const githubIds = changed.map((facts) => facts.github_id);
  await transaction(context.db, async (trx) => {
    await recordMoves(context, trx, { installationId: installation.id, githubIds, askedAt: at, source: sourceOfListing(at) });
    await upsertRepositories(trx, { host: context.host, installationId: installation.id, askedAt: at }, changed);
  });
}

/** True when a repository has to be read: it was never compared, or there was a push that no comparison covers. */
function hasNews(row: SweptRepository, pushedAt: Date | null): boolean {
  return !row.compared || pushedAt?.getTime() !== row.comparedPushedAt?.getTime();
}

/** False for what nobody looks at, what waits after a failure, and what has to be read anyway. */
function isCleared(row: SweptRepository, at: Date): boolean {
  return !row.archived && !row.disabled && row.enabled && row.failures === 0 && row.refsDueAt > at;
}

function differs(row: SweptRepository | undefined, facts: RepositoryFacts, installationId: string): boolean {
  return (
    !row ||
    row.removed ||
    row.installationId !== installationId ||
    row.fullName !== facts.full_name ||
    row.ownerGithubId !== facts.owner.github_id ||
    row.private !== facts.private ||
    row.archived !== facts.archived ||
    row.disabled !== facts.disabled ||
    (facts.default_branch !== null && row.defaultBranch !== facts.default_branch) ||
    (facts.node_id !== null && row.nodeId !== facts.node_id) ||
    isOther(row.pushedAt, facts.pushed_at) ||
    isOther(row.githubUpdatedAt, facts.updated_at)
  );
}

function isOther(mine: Date | null, told: Date | null): boolean {
  return told !== null && told.getTime() !== mine?.getTime();
}

async function clear(context: Context, rows: SweptRepository[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  const now = context.clock.now();
  const cleared = rows.map((row) => ({ id: row.id, dueAt: nextCompareAt(paceOf(context, row), now) }));
  await transaction(context.db, async (trx) => {
    // What a crash of Postgres loses of this is looked at again.
    await trx.raw('set local synchronous_commit = off');
    await clearRepositories(trx, cleared, at);
    await recordNoChange(
      trx,
      cleared.map(({ id }) => id),
      at,
    );
  });
}
