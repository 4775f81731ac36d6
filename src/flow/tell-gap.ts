import { createHash } from 'node:crypto';
import { describeError } from '../core/errors.ts';
import { transaction } from '../db/transaction.ts';
import { findRepositories, type Repository } from '../mirror/repository.ts';
import type { CompiledWatch } from '../watches/compile-config.ts';
import type { LayerName } from '../watches/layers.ts';
import { listMentioning } from '../watches/list-mentioning.ts';
import type { Context } from './context.ts';
import { recordChange } from './record-change.ts';
import { refuseRepository } from './refuse.ts';

/** What GitHub's record cannot tell: a stretch of time, or one delivery. */
export interface RecoveryGap {
  /** `overdue`: no listing reached its end for too long. `unproven`: the record did not reach back. `lost`: a delivery cannot be read. */
  kind: 'overdue' | 'unproven' | 'lost';
  from: Date;
  until: Date;
  reason: string;
  /** GitHub's id of the repository that a lost delivery was about; undefined for all of them. */
  repositoryGithubId: string | undefined;
}

const type = 'recovery.gap';

/** How many repositories are looked at in one go. */
const atOnce = 100;

/**
 * Tells watches of a gap, once. A lost delivery is told to its repository. A stretch of time concerns all: it is told to each repository
 * whose own file has a watch for it; watches of the owner's file are told once, in the owner's `.github` repository, and not in
 * every repository that inherits them. Where nobody asks, it stands in the `.github` repository, to be seen.
 */
export async function tellGap(context: Context, gap: RecoveryGap): Promise<void> {
  if (gap.repositoryGithubId !== undefined) {
    const known = await findRepositories(context.db, context.host, [gap.repositoryGithubId]);
    for (const repository of known.values()) await record(context, gap, repository);
    return;
  }
  const candidates = await listMentioning(context.db, context.host, 'repowatch');
  const told = new Set<string>();
  const homes: Repository[] = [];
  for (let from = 0; from < candidates.length; from += atOnce) {
    const repositories = await findRepositories(context.db, context.host, candidates.slice(from, from + atOnce));
    await context.configs.prepare([...repositories.values()]);
    for (const repository of repositories.values()) {
      if (isHome(repository)) homes.push(repository);
      if (!listens(context, repository)) continue;
      told.add(repository.installationId);
      await record(context, gap, repository);
    }
  }
  for (const home of homes) if (!told.has(home.installationId)) await record(context, gap, home);
}

function isHome({ name }: Repository): boolean {
  return name.toLowerCase() === '.github';
}

/** Whether a watch of the repository's own wants to hear of gaps. */
function listens(context: Context, repository: Repository): boolean {
  const watches: readonly (CompiledWatch & { layer: LayerName })[] = context.configs.inForce(repository)?.compiled.watches ?? [];
  return watches.some(
    ({ mode, triggers, layer }) =>
      mode !== 'off' &&
      (isHome(repository) || layer === 'file' || layer === 'extends') &&
      triggers.some(({ changeTypes }) => changeTypes.has(type)),
  );
}

async function record(context: Context, gap: RecoveryGap, repository: Repository): Promise<void> {
  if (refuseRepository(repository)) return;
  const [from, until] = [gap.from.toISOString(), gap.until.toISOString()];
  await transaction(context.db, (trx) =>
    recordChange(context, trx, {
      type,
      data: { gap: { from, until, reason: gap.reason } },
      repository,
      actor: null,
      meaning: `${type}:${meaningOf(gap)}`,
      origin: 'trigger',
      deliveryId: null,
      at: context.clock.now(),
      event: {},
    }),
  ).catch((error: unknown) => {
    // What it tells of is found by comparing; that it cannot be told must not hold up the scan.
    context.log.warn({ repository: repository.fullName, error: describeError(error) }, 'A gap could not be told to the watches');
  });
}

/** The same gap is told once, however often it is noticed. */
function meaningOf({ kind, from, until, reason }: RecoveryGap): string {
  switch (kind) {
    case 'overdue':
      return `overdue:${from.toISOString()}`;
    case 'unproven':
      return `unproven:${from.toISOString()}:${until.toISOString()}`;
    case 'lost':
      return `lost:${from.toISOString()}:${createHash('sha256').update(reason).digest('hex').slice(0, 32)}`;
  }
}
