import { zeroSha } from '../changes/ref-change.ts';
import { catalogue } from '../core/error-catalogue.ts';
import { ok } from '../core/outcome.ts';
import type { Read } from '../github/ask.ts';
import type { Comparison } from '../github/read-comparison.ts';
import type { Repository } from '../mirror/repository.ts';
import { mayTrigger } from '../watches/may-trigger.ts';
import { toChange } from './apply-changes.ts';
import type { Arrival } from './arrival.ts';
import type { Context } from './context.ts';
import { placeOf } from './place-of.ts';

/** How many pushes of one comparison are looked into for nobody but the reader of the page. */
const cheapMost = 10;

/** How many are looked into for watches; the rest says that its commits are unknown. */
const wantedMost = 200;

/** After so many failures in a row a change is recorded without its commits. */
const patience = 3;

/**
 * Reads the commits of pushes that no webhook told of (handbook C7, D17): where a watch may want them, and of a few in any case.
 * `heads` are those of the branches now. What GitHub cannot tell any more stays unknown. A failure that may pass is a reason to compare later, a few times.
 */
export async function fillCommits(
  context: Context,
  repository: Repository,
  found: { arrivals: Arrival[]; heads: ReadonlyMap<string, string> },
): Promise<Read<Arrival[]>> {
  const { arrivals, heads } = found;
  const base = repository.defaultBranch === null ? undefined : heads.get(repository.defaultBranch);
  const watches = context.configs.inForce(repository)?.compiled.watches ?? [];
  const filled: Arrival[] = [];
  let cheap = 0;
  let asked = 0;
  for (const arrival of arrivals) {
    const isBranch = arrival.kind === 'branch' && arrival.after !== zeroSha && arrival.rebuilt?.as !== 'known';
    const wanted = isBranch && asked < wantedMost && watches.some((watch) => mayTrigger(watch, toChange(arrival, '0')));
    if (!isBranch || (!wanted && cheap >= cheapMost)) {
      filled.push(arrival);
      continue;
    }
    asked += 1;
    if (!wanted) cheap += 1;
    const read = await fillOne(context, arrival, base);
    if (!read.ok && wanted && catalogue[read.code].retryable && repository.reconcileFailures < patience) return read;
    filled.push(read.ok ? read.value : arrival);
  }
  return ok(filled);
}

async function fillOne(context: Context, arrival: Arrival, base: string | undefined): Promise<Read<Arrival>> {
  const reader = context.reader.as('sweep');
  const place = placeOf(arrival.repository);
  const created = arrival.before === zeroSha;
  const before = created ? base : arrival.before;
  const compareUrl = compareUrlOf(context, arrival);
  // A move that may stand for several pushes says no more than where it led; neither does the first branch of all.
  if (arrival.observed || before === undefined || (created && isDefault(arrival))) {
    const head = await reader.readCommit(place, arrival.after);
    return head.ok ? ok({ ...arrival, headCommit: head.value, compareUrl }) : head;
  }
  const comparison = await reader.readComparison(place, { before, after: arrival.after, created });
  if (comparison.ok) return await withHead(context, withComparison({ ...arrival, compareUrl }, comparison.value));
  if (catalogue[comparison.code].retryable) return comparison;
  // The old head is gone: the new one can still be shown.
  return await withHead(context, { ...arrival, compareUrl });
}

function withComparison(arrival: Arrival, comparison: Comparison): Arrival {
  const { commits, total, head, files, truncated } = comparison;
  const [only] = commits;
  // What a single commit changed is what the push changed, as a webhook would have it.
  const named = commits.length === 1 && only && files && !truncated ? [{ ...only, ...files }] : commits;
  return {
    ...arrival,
    commits: named,
    headCommit: named.at(-1)?.id === arrival.after ? named.at(-1)! : head,
    commitCount: total,
    truncated,
    commitsUnknown: false,
    files,
  };
}

async function withHead(context: Context, arrival: Arrival): Promise<Read<Arrival>> {
  if (arrival.headCommit) return ok(arrival);
  const head = await context.reader.as('sweep').readCommit(placeOf(arrival.repository), arrival.after);
  if (!head.ok && catalogue[head.code].retryable) return head;
  return ok(head.ok ? { ...arrival, headCommit: head.value } : arrival);
}

function isDefault({ repository, name }: Arrival): boolean {
  return repository.defaultBranch === name;
}

/** The page that shows a push, as GitHub names it in webhooks (handbook C6). */
function compareUrlOf({ githubUrl }: Context, { repository, before, after, name }: Arrival): string {
  const page = `${githubUrl}/${repository.fullName}/compare`;
  if (before === zeroSha) return `${page}/${name.split('/').map(encodeURIComponent).join('/')}`;
  return `${page}/${before.slice(0, 12)}...${after.slice(0, 12)}`;
}
